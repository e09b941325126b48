#include "binding/system_error.h"

namespace millrace {

Napi::Error systemError(Napi::Env env, const Error& error) {
  Napi::Error object = Napi::Error::New(env, error.message());
  object.Set("code", Napi::String::New(env, errorName(error.number)));
  object.Set("errno", Napi::Number::New(env, -error.number));
  object.Set("syscall", Napi::String::New(env, error.syscall));
  if (!error.path.empty()) object.Set("path", Napi::String::New(env, error.path));
  return object;
}

Napi::Value throwSystemError(Napi::Env env, const Error& error) {
  systemError(env, error).ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Value throwWithCode(Napi::Env env, const char* code, const std::string& message) {
  Napi::Error object = Napi::Error::New(env, message);
  object.Set("code", Napi::String::New(env, code));
  object.ThrowAsJavaScriptException();
  return env.Undefined();
}

Napi::Value finish(Napi::Env env, const Status& status) {
  if (!status.ok()) throwSystemError(env, status.error());
  return env.Undefined();
}

}  // namespace millrace
