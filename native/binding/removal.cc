// removeFiles, over core/removal.h: on a thread of libuv's pool.
#include "core/removal.h"

#include <memory>
#include <utility>

#include "binding/arguments.h"
#include "binding/define.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

class RemovalWorker : public Napi::AsyncWorker {
 public:
  RemovalWorker(Napi::Env env, std::shared_ptr<Removal> removal)
      : Napi::AsyncWorker(env, "millrace.removeFiles"), removal_(std::move(removal)) {
    napi_create_promise(env, &deferred_, &promise_);
  }

  napi_value promise() const { return promise_; }
  void Execute() override { status_ = removal_->run(); }
  // Fails only where the environment ends, and with it whoever waits.
  void OnOK() override {
    if (status_.ok()) napi_resolve_deferred(Env(), deferred_, Env().Undefined());
    else napi_reject_deferred(Env(), deferred_, systemError(Env(), status_.error()));
  }

 private:
  const std::shared_ptr<Removal> removal_;
  Status status_;
  napi_deferred deferred_ = nullptr;
  napi_value promise_ = nullptr;  // valid while the constructing call lasts
};

Napi::Value removeFiles(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  std::vector<std::string> paths = arguments.texts(0, "paths");
  if (!arguments.ok()) return info.Env().Undefined();
  auto removal = std::make_shared<Removal>(std::move(paths));
  auto* worker = new RemovalWorker(info.Env(), removal);  // deletes itself when it has run
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("done", Napi::Value(info.Env(), worker->promise()));
  const auto stop = [removal](const Napi::CallbackInfo& call) {
    return Napi::Number::New(call.Env(), static_cast<double>(removal->stop()));
  };
  result.Set("stop", Napi::Function::New(info.Env(), stop, "stop"));
  worker->Queue();
  return result;
}

}  // namespace

void defineRemoval(Napi::Env env, Napi::Object exports) {
  exports.Set("removeFiles", Napi::Function::New<removeFiles>(env, "removeFiles"));
}

}  // namespace millrace
