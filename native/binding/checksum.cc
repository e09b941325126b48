// crc32c and crc32cWith, over core/crc32c.h.
#include "binding/arguments.h"
#include "binding/define.h"
#include "core/crc32c.h"

namespace millrace {
namespace {

Napi::Value crc32cOf(const Napi::CallbackInfo& info, Arguments& arguments, size_t index, Crc32cFunction function) {
  const Elements<uint8_t> bytes = arguments.bytes(index, "bytes");
  const Span span = arguments.span(index + 1, "start", "end", bytes.size);
  if (!arguments.ok()) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), function(bytes.data + span.from, span.to - span.from, 0));
}

Napi::Value checked(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  return crc32cOf(info, arguments, 0, crc32cKind().function);
}

// Called once a batch, so the way of right arguments is bare Node-API; wrong ones are told apart by `checked`.
napi_value crc32cFast(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value values[3];
  napi_typedarray_type type;
  size_t size;
  void* data;
  double start;
  double end;
  napi_value result;
  if (napi_get_cb_info(env, info, &count, values, nullptr, nullptr) == napi_ok &&
      napi_get_typedarray_info(env, values[0], &type, &size, &data, nullptr, nullptr) == napi_ok && type == napi_uint8_array &&
      napi_get_value_double(env, values[1], &start) == napi_ok && napi_get_value_double(env, values[2], &end) == napi_ok &&
      start >= 0 && start <= end && end <= static_cast<double>(size)) {
    const size_t from = static_cast<size_t>(start);
    const size_t to = static_cast<size_t>(end);
    if (static_cast<double>(from) == start && static_cast<double>(to) == end &&
        napi_create_uint32(env, crc32c(static_cast<const uint8_t*>(data) + from, to - from), &result) == napi_ok) {
      return result;
    }
  }
  return checked(Napi::CallbackInfo(env, info));
}

Napi::Value crc32cWith(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const std::string name = arguments.text(0, "kind");
  const Crc32cKind* kind = crc32cKindNamed(name);
  if (kind == nullptr) arguments.failRange("kind must be one that this processor has, got " + name);
  if (!arguments.ok()) return info.Env().Undefined();
  return crc32cOf(info, arguments, 1, kind->function);
}

}  // namespace

void defineChecksums(Napi::Env env, Napi::Object exports) {
  napi_value fast = nullptr;
  napi_create_function(env, "crc32c", NAPI_AUTO_LENGTH, crc32cFast, nullptr, &fast);
  exports.Set("crc32c", Napi::Value(env, fast));
  exports.Set("crc32cWith", Napi::Function::New<crc32cWith>(env, "crc32cWith"));
  exports.Set("crc32cKind", Napi::String::New(env, crc32cKind().name));
}

}  // namespace millrace
