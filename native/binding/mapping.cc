#include "binding/mapping.h"

#include <utility>

#include "binding/arguments.h"
#include "binding/instance.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

void finalize(napi_env /*env*/, void* /*data*/, void* hint) {
  std::unique_ptr<MappingHandle> handle(static_cast<MappingHandle*>(hint));
  if (handle->mapping == nullptr) return;
  handle->table->remove(handle.get());
  handle->table->letGo(std::move(handle->mapping));
}

using Make = Result<std::shared_ptr<Mapping>> (*)(int, const std::string&, int64_t, size_t);

Napi::Value map(const Napi::CallbackInfo& info, Make make) {
  Arguments arguments(info);
  const int fd = arguments.descriptor(0);
  const std::string path = arguments.text(1, "path");
  const int64_t position = arguments.integer(2, "position", 0, kSafeIntegerMax);
  const int64_t length = arguments.integer(3, "length", 1, kMappingLengthMax);
  if (position % static_cast<int64_t>(pageSize()) != 0) arguments.failRange("position must be a multiple of the page size");
  if (!arguments.ok()) return info.Env().Undefined();
  auto mapping = make(fd, path, position, static_cast<size_t>(length));
  if (!mapping.ok()) return throwSystemError(info.Env(), mapping.error());
  return wrapMapping(info.Env(), std::move(mapping.value()));
}

Napi::Value mapShared(const Napi::CallbackInfo& info) { return map(info, Mapping::shared); }

Napi::Value mapPrivate(const Napi::CallbackInfo& info) { return map(info, Mapping::forReading); }

Napi::Value release(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::shared_ptr<Mapping> mapping = arguments.mapping(0, "buffer");
  if (!arguments.ok()) return info.Env().Undefined();
  MappingTable& table = *Instance::of(info.Env()).mappings;
  if (std::exchange(table.find(mapping->data())->hidden, false)) {
    table.memory.release(info.Env(), static_cast<int64_t>(mapping->size()));
  }
  return info.Env().Undefined();
}

Napi::Value collect(const Napi::CallbackInfo& info) {
  Instance::of(info.Env()).mappings->memory.collect(info.Env());
  return info.Env().Undefined();
}

// The pages go when this returns, unless the pager is at them.
Napi::Value unmap(const Napi::CallbackInfo& info) {
  detachMapping(info);
  return info.Env().Undefined();
}

Napi::Value resident(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::shared_ptr<Mapping> mapping = arguments.mapping(0, "buffer");
  const Span span = arguments.span(1, "from", "to", mapping == nullptr ? 0 : mapping->size());
  if (!arguments.ok()) return info.Env().Undefined();
  return Napi::Boolean::New(info.Env(), mapping->resident(span.from, span.to));
}

class PopulateRead : public Napi::AsyncWorker {
 public:
  PopulateRead(Napi::Env env, std::shared_ptr<Mapping> mapping, Span span)
      : Napi::AsyncWorker(env, "millrace.populateRead"), mapping_(std::move(mapping)), span_(span) {
    napi_create_promise(env, &deferred_, &promise_);
  }

  napi_value promise() const { return promise_; }
  void Execute() override { mapping_->populateRead(span_.from, span_.to); }
  // Fails only where the environment ends, and with it whoever waits.
  void OnOK() override { napi_resolve_deferred(Env(), deferred_, Env().Undefined()); }

 private:
  const std::shared_ptr<Mapping> mapping_;  // alive until the pages are in, whatever becomes of the buffer
  const Span span_;
  napi_deferred deferred_ = nullptr;
  napi_value promise_ = nullptr;  // valid while the constructing call lasts
};

Napi::Value populateRead(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::shared_ptr<Mapping> mapping = arguments.mapping(0, "buffer");
  const Span span = arguments.span(1, "from", "to", mapping == nullptr ? 0 : mapping->size());
  if (!arguments.ok()) return info.Env().Undefined();
  auto* worker = new PopulateRead(info.Env(), mapping, span);  // deletes itself when it has run
  const Napi::Value promise(info.Env(), worker->promise());
  worker->Queue();
  return promise;
}

// Asks by making one: whether V8 has a memory cage is known to the runtime's build, not to this one's.
Napi::Value externalBuffersAllowed(const Napi::CallbackInfo& info) {
  auto byte = std::make_unique<char>('\0');
  const auto drop = [](napi_env /*env*/, void* data, void* /*hint*/) { delete static_cast<char*>(data); };
  napi_value buffer = nullptr;
  const napi_status status = napi_create_external_arraybuffer(info.Env(), byte.get(), 1, drop, nullptr, &buffer);
  if (status != napi_no_external_buffers_allowed) byte.release();  // the finalizer's from here on, as in wrapMapping
  return Napi::Boolean::New(info.Env(), status == napi_ok);
}

Napi::Value counters(const Napi::CallbackInfo& info) {
  const MappingCounters now = mappingCounters();
  Napi::Object result = Napi::Object::New(info.Env());
  result.Set("mappings", Napi::Number::New(info.Env(), static_cast<double>(now.mappings)));
  result.Set("mappedBytes", Napi::Number::New(info.Env(), static_cast<double>(now.bytes)));
  return result;
}

}  // namespace

void MappingTable::letGo(std::shared_ptr<Mapping> mapping) {
  constexpr size_t kAsideMin = size_t{1} << 20;
  if (mapping->size() < kAsideMin) return;
  if (unmapper_ == nullptr) {
    Result<std::unique_ptr<Pager>> started = Pager::start();
    if (!started.ok()) return;
    unmapper_ = std::move(started.value());
  }
  unmapper_->unmap(std::move(mapping));
}

Napi::Value wrapMapping(Napi::Env env, std::shared_ptr<Mapping> mapping) {
  const std::shared_ptr<MappingTable>& table = Instance::of(env).mappings;
  auto handle = std::make_unique<MappingHandle>(MappingHandle{std::move(mapping), table});
  const Mapping& mapped = *handle->mapping;
  const int64_t size = static_cast<int64_t>(mapped.size());
  table->memory.prepare(env, size);
  napi_value buffer = nullptr;
  const napi_status status =
      napi_create_external_arraybuffer(env, mapped.data(), mapped.size(), finalize, handle.get(), &buffer);
  if (status == napi_no_external_buffers_allowed) {
    return throwWithCode(env, "ERR_MILLRACE_UNSUPPORTED",
                         "this runtime does not allow external buffers, so files cannot be mapped (Electron's memory cage)");
  }
  // From here on the handle is the finalizer's. After any other failure nobody can say whether it will run, and a leak is
  // better than a mapping freed twice.
  MappingHandle* owned = handle.release();
  if (status != napi_ok) {
    if (!env.IsExceptionPending()) return throwWithCode(env, "ERR_MILLRACE_UNSUPPORTED", "the ArrayBuffer was not created");
    return env.Undefined();
  }
  owned->hidden = table->memory.hide(env, size);
  table->add(owned);
  return Napi::Value(env, buffer);
}

std::shared_ptr<Mapping> detachMapping(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::shared_ptr<Mapping> mapping = arguments.mapping(0, "buffer");
  if (!arguments.ok()) return nullptr;
  MappingHandle* handle = Instance::of(info.Env()).mappings->find(mapping->data());
  if (napi_detach_arraybuffer(info.Env(), info[0]) != napi_ok) {
    throwWithCode(info.Env(), "ERR_MILLRACE_UNSUPPORTED", "the ArrayBuffer could not be detached");
    return nullptr;
  }
  handle->table->remove(handle);  // its address may be another mapping's from now on
  handle->mapping.reset();
  return mapping;
}

void defineMappings(Napi::Env env, Napi::Object exports) {
  exports.Set("mapShared", Napi::Function::New<mapShared>(env, "mapShared"));
  exports.Set("mapPrivate", Napi::Function::New<mapPrivate>(env, "mapPrivate"));
  exports.Set("release", Napi::Function::New<release>(env, "release"));
  exports.Set("collect", Napi::Function::New<collect>(env, "collect"));
  exports.Set("unmap", Napi::Function::New<unmap>(env, "unmap"));
  exports.Set("resident", Napi::Function::New<resident>(env, "resident"));
  exports.Set("populateRead", Napi::Function::New<populateRead>(env, "populateRead"));
  exports.Set("externalBuffersAllowed", Napi::Function::New<externalBuffersAllowed>(env, "externalBuffersAllowed"));
  exports.Set("counters", Napi::Function::New<counters>(env, "counters"));
  exports.Set("pageSize", Napi::Number::New(env, static_cast<double>(pageSize())));
}

}  // namespace millrace
