// NativePager, over core/pager.h.
#include "core/pager.h"

#include <memory>
#include <utility>

#include "binding/arguments.h"
#include "binding/define.h"
#include "binding/instance.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

// The JavaScript object around a Pager.
class PagerObject : public Napi::ObjectWrap<PagerObject> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Pager",
                       {InstanceMethod<&PagerObject::prepare>("prepare"), InstanceMethod<&PagerObject::take>("take"),
                        InstanceMethod<&PagerObject::cancel>("cancel"), InstanceMethod<&PagerObject::populate>("populate"),
                        InstanceMethod<&PagerObject::unmap>("unmap"), InstanceMethod<&PagerObject::close>("close")});
  }

  explicit PagerObject(const Napi::CallbackInfo& info) : Napi::ObjectWrap<PagerObject>(info), env_(info.Env()) {
    Result<std::unique_ptr<Pager>> pager = Pager::start();
    if (!pager.ok()) {
      throwSystemError(env_, pager.error());
      return;
    }
    pager_ = std::move(pager.value());
    napi_add_env_cleanup_hook(env_, cleanUp, this);
  }

  ~PagerObject() override { shutDown(); }

 private:
  Napi::Value prepare(const Napi::CallbackInfo& info) {
    Arguments arguments(info);
    PagerRequest request;
    request.fd = arguments.descriptor(0);
    request.path = arguments.text(1, "path");
    request.fileSize = arguments.integer(2, "fileSize", 1, kSafeIntegerMax);
    request.position = arguments.integer(3, "position", 0, request.fileSize);
    request.length = static_cast<size_t>(arguments.integer(4, "length", 1, kMappingLengthMax));
    request.populate = static_cast<size_t>(arguments.integer(5, "populate", 0, static_cast<int64_t>(request.length)));
    request.clean = arguments.boolean(6, "clean");
    if (request.position % static_cast<int64_t>(pageSize()) != 0) {
      arguments.failRange("position must be a multiple of the page size");
    }
    if (static_cast<int64_t>(request.length) > request.fileSize - request.position) {
      arguments.failRange("position + length must not exceed fileSize");
    }
    if (!arguments.ok()) return env_.Undefined();
    if (pager_ == nullptr) return throwClosed();
    return Napi::Number::New(env_, static_cast<double>(*pager_->prepare(std::move(request))));
  }

  Napi::Value take(const Napi::CallbackInfo& info) {
    Pager::Ticket ticket;
    if (!heldTicket(info, ticket)) return env_.Undefined();
    Result<std::shared_ptr<Mapping>> mapping = pager_->take(ticket);
    if (!mapping.ok()) return throwSystemError(env_, mapping.error());
    return wrapMapping(env_, std::move(mapping.value()));
  }

  Napi::Value cancel(const Napi::CallbackInfo& info) {
    Pager::Ticket ticket;
    if (heldTicket(info, ticket)) pager_->cancel(ticket);
    return env_.Undefined();
  }

  Napi::Value populate(const Napi::CallbackInfo& info) {
    Arguments arguments(info);
    const std::shared_ptr<Mapping> mapping = arguments.mapping(0, "buffer");
    const Span span = arguments.span(1, "from", "to", mapping == nullptr ? 0 : mapping->size());
    if (!arguments.ok()) return env_.Undefined();
    if (pager_ == nullptr) return throwClosed();
    pager_->populate(mapping, span.from, span.to);
    return env_.Undefined();
  }

  Napi::Value unmap(const Napi::CallbackInfo& info) {
    if (pager_ == nullptr) return throwClosed();
    std::shared_ptr<Mapping> mapping = detachMapping(info);
    if (mapping != nullptr) pager_->unmap(std::move(mapping));
    return env_.Undefined();
  }

  Napi::Value close(const Napi::CallbackInfo& info) {
    shutDown();
    return env_.Undefined();
  }

  Napi::Value throwClosed() { return throwWithCode(env_, "ERR_MILLRACE_CLOSED", "the pager is closed"); }

  bool heldTicket(const Napi::CallbackInfo& info, Pager::Ticket& ticket) {
    Arguments arguments(info);
    ticket = static_cast<Pager::Ticket>(arguments.integer(0, "ticket", 1, kSafeIntegerMax));
    if (!arguments.ok()) return false;
    if (pager_ == nullptr) {
      throwClosed();
      return false;
    }
    if (!pager_->holds(ticket)) arguments.failRange("ticket must be one that was not taken or cancelled yet");
    return arguments.ok();
  }

  static void cleanUp(void* self) { static_cast<PagerObject*>(self)->shutDown(); }

  void shutDown() {
    if (pager_ == nullptr) return;
    napi_remove_env_cleanup_hook(env_, cleanUp, this);
    pager_.reset();
  }

  const Napi::Env env_;
  std::unique_ptr<Pager> pager_;  // null once it is closed
};

Napi::Value createPager(const Napi::CallbackInfo& info) { return Instance::of(info.Env()).pager.New({}); }

}  // namespace

void definePager(Napi::Env env, Napi::Object exports) {
  Instance::of(env).pager = Napi::Persistent(PagerObject::define(env));
  exports.Set("createPager", Napi::Function::New<createPager>(env, "createPager"));
}

}  // namespace millrace
