#include "binding/system_error.h"

namespace millrace {
namespace {

napi_value text(napi_env env, const std::string& value) {
  napi_value result = nullptr;
  napi_create_string_utf8(env, value.c_str(), value.size(), &result);
  return result;
}

napi_value errorOf(napi_env env, const std::string& message, const std::string& code) {
  napi_value error = nullptr;
  napi_create_error(env, text(env, code), text(env, message), &error);
  return error;
}

}  // namespace

napi_value systemError(Napi::Env env, const Error& error) {
  napi_value object = errorOf(env, error.message(), errorName(error.number));
  napi_value number = nullptr;
  napi_create_int32(env, -error.number, &number);
  napi_set_named_property(env, object, "errno", number);
  napi_set_named_property(env, object, "syscall", text(env, error.syscall));
  if (!error.path.empty()) napi_set_named_property(env, object, "path", text(env, error.path));
  return object;
}

Napi::Value throwSystemError(Napi::Env env, const Error& error) {
  napi_throw(env, systemError(env, error));
  return env.Undefined();
}

Napi::Value throwWithCode(Napi::Env env, const char* code, const std::string& message) {
  napi_throw(env, errorOf(env, message, code));
  return env.Undefined();
}

Napi::Value finish(Napi::Env env, const Status& status) {
  if (!status.ok()) throwSystemError(env, status.error());
  return env.Undefined();
}

}  // namespace millrace
