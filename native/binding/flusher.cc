// NativeFlusher, over core/flusher.h: brings the end of a round back to the thread of its environment.
#include "core/flusher.h"

#include <deque>
#include <memory>
#include <utility>

#include "binding/arguments.h"
#include "binding/define.h"
#include "binding/instance.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

struct Completion {
  Status status;
  int64_t elapsedNs;
};

// The JavaScript object around a Flusher. All but `complete` is called on its environment's thread.
class FlusherObject : public Napi::ObjectWrap<FlusherObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Flusher",
                       {InstanceMethod<&FlusherObject::flush>("flush"), InstanceMethod<&FlusherObject::close>("close")});
  }

  explicit FlusherObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<FlusherObject>(info), env_(info.Env()) {
    Arguments arguments(info);
    const std::string directory = arguments.text(0, "directory");
    if (!arguments.ok()) return;
    Result<std::unique_ptr<Flusher>> flusher = Flusher::open(directory);
    if (!flusher.ok()) {
      throwSystemError(env_, flusher.error());
      return;
    }
    napi_value name = Napi::String::New(env_, "millrace.flush");
    if (napi_create_threadsafe_function(env_, nullptr, nullptr, name, 0, 1, nullptr, nullptr, this, deliver, &deliver_) !=
        napi_ok) {
      throwWithCode(env_, "ERR_MILLRACE_UNSUPPORTED", "the flusher's threadsafe function was not created");
      return;
    }
    napi_unref_threadsafe_function(env_, deliver_);  // an idle flusher keeps no process alive
    flusher_ = std::move(flusher.value());
    // After the threadsafe function: hooks run last in, first out, so the thread has ended before its function goes.
    napi_add_env_cleanup_hook(env_, cleanUp, this);
  }

  ~FlusherObject() override { shutDown(); }

 private:
  Napi::Value flush(const Napi::CallbackInfo& info) {
    Arguments arguments(info);
    FlushRound round;
    round.paths = arguments.texts(1, "paths");
    round.directories = arguments.texts(3, "directories");
    round.wholeFileSystem = arguments.boolean(4, "wholeFileSystem");
    const Napi::Function done = arguments.function(5, "done");
    const Elements<int32_t> fds = arguments.int32s(0, "fds");  // last: getters of the arrays could have detached them
    const Elements<double> settled = arguments.doubles(2, "settled");
    if (fds.size != round.paths.size() || fds.size != settled.size) {
      arguments.failRange("fds, paths and settled must be of one length");
    }
    for (size_t i = 0; i < settled.size; i++) {
      const double position = settled.data[i];
      if (!(position >= 0 && position <= static_cast<double>(kSafeIntegerMax))) arguments.failRange("settled must have positions");
      else round.settled.push_back(static_cast<int64_t>(position));
    }
    if (!arguments.ok()) return env_.Undefined();
    if (closed_ || flusher_ == nullptr) return throwWithCode(env_, "ERR_MILLRACE_CLOSED", "the flusher is closed");
    round.fds.assign(fds.data, fds.data + fds.size);
    round.done = [deliver = deliver_](Status status, int64_t elapsedNs) { complete(deliver, std::move(status), elapsedNs); };
    if (waiting_.empty()) {
      napi_ref_threadsafe_function(env_, deliver_);
      Ref();  // nor may it be collected before its callbacks have been called
    }
    waiting_.push_back(Napi::Persistent(done));
    flusher_->flush(std::move(round));  // not closed: only this thread closes it
    return env_.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    closed_ = true;
    if (flusher_ != nullptr) flusher_->close();
    if (waiting_.empty()) shutDown();
    return env_.Undefined();
  }

  // On the flusher's thread.
  static void complete(napi_threadsafe_function deliver, Status status, int64_t elapsedNs) {
    auto completion = std::make_unique<Completion>(Completion{std::move(status), elapsedNs});
    // The queue is unbounded (the rounds themselves are the bound); it refuses only while the environment ends.
    if (napi_call_threadsafe_function(deliver, completion.get(), napi_tsfn_nonblocking) == napi_ok) completion.release();
  }

  // With a null `env` the environment ends, and neither `context` nor JavaScript may be touched.
  static void deliver(napi_env env, napi_value /*function*/, void* context, void* data) {
    const std::unique_ptr<Completion> completion(static_cast<Completion*>(data));
    if (env != nullptr) static_cast<FlusherObject*>(context)->finish(*completion);
  }

  void finish(const Completion& completion) {
    const Napi::Env env = env_;
    const Napi::FunctionReference done = std::move(waiting_.front());  // rounds end in the order in which they began
    waiting_.pop_front();
    if (waiting_.empty()) {
      napi_unref_threadsafe_function(env, deliver_);
      if (closed_) shutDown();
      Unref();
    }
    // `this` may be collected from here on, and the callback may call flush or close. Bare calls, as in system_error.h.
    napi_value arguments[2] = {env.Null(), nullptr};
    if (!completion.status.ok()) arguments[0] = systemError(env, completion.status.error());
    napi_create_int64(env, completion.elapsedNs, &arguments[1]);
    if (napi_call_function(env, env.Undefined(), done.Value(), 2, arguments, nullptr) != napi_pending_exception) return;
    // Node 20 would only warn of what a threadsafe function's callback throws; it must be as fatal as in any other callback.
    napi_value thrown = nullptr;
    bool pending = false;
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending &&
        napi_get_and_clear_last_exception(env, &thrown) == napi_ok) {
      napi_fatal_exception(env, thrown);
    }
  }

  static void cleanUp(void* self) { static_cast<FlusherObject*>(self)->shutDown(); }

  // Drops the rounds that have not begun, waits for the one that has. Idempotent.
  void shutDown() {
    if (flusher_ == nullptr) return;
    closed_ = true;
    napi_remove_env_cleanup_hook(env_, cleanUp, this);
    flusher_.reset();
    napi_release_threadsafe_function(deliver_, napi_tsfn_abort);
  }

  const Napi::Env env_;
  std::unique_ptr<Flusher> flusher_;  // null once it is shut down
  napi_threadsafe_function deliver_ = nullptr;
  std::deque<Napi::FunctionReference> waiting_;
  bool closed_ = false;
};

Napi::Value createFlusher(const Napi::CallbackInfo& info) { return Instance::of(info.Env()).flusher.New({info[0]}); }

}  // namespace

void defineFlusher(Napi::Env env, Napi::Object exports) {
  Instance::of(env).flusher = Napi::Persistent(FlusherObject::define(env));
  exports.Set("createFlusher", Napi::Function::New<createFlusher>(env, "createFlusher"));
}

}  // namespace millrace
