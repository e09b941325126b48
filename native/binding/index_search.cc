// The index searches, over core/index_search.h.
#include "core/index_search.h"

#include "binding/arguments.h"
#include "binding/define.h"

namespace millrace {
namespace {

using Search = int64_t (*)(const uint8_t*, size_t, int64_t);

Napi::Value search(const Napi::CallbackInfo& info, Search function, size_t entrySize) {
  Arguments arguments(info);
  const Elements<uint8_t> bytes = arguments.bytes(0, "bytes");
  const int64_t count = arguments.integer(1, "count", 0, static_cast<int64_t>(bytes.size / entrySize));
  const int64_t target = arguments.integer(2, "target", -kSafeIntegerMax, kSafeIntegerMax);
  if (!arguments.ok()) return info.Env().Undefined();
  return Napi::Number::New(info.Env(), static_cast<double>(function(bytes.data, static_cast<size_t>(count), target)));
}

Napi::Value offsetIndex(const Napi::CallbackInfo& info) { return search(info, searchOffsetIndex, kOffsetIndexEntrySize); }

Napi::Value positionIndex(const Napi::CallbackInfo& info) { return search(info, searchPositionIndex, kOffsetIndexEntrySize); }

Napi::Value timeIndex(const Napi::CallbackInfo& info) { return search(info, searchTimeIndex, kTimeIndexEntrySize); }

}  // namespace

void defineIndexSearch(Napi::Env env, Napi::Object exports) {
  exports.Set("searchOffsetIndex", Napi::Function::New<offsetIndex>(env, "searchOffsetIndex"));
  exports.Set("searchPositionIndex", Napi::Function::New<positionIndex>(env, "searchPositionIndex"));
  exports.Set("searchTimeIndex", Napi::Function::New<timeIndex>(env, "searchTimeIndex"));
}

}  // namespace millrace
