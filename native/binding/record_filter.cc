// preferLargePages, indexKeys, judgeRecords and writeKept, over core/record_filter.h: results go into the caller's array, so that a batch costs no object.
#include "core/record_filter.h"

#include <climits>

#include "binding/arguments.h"
#include "binding/define.h"
#include "core/bytes.h"
#include "core/record_reader.h"

namespace millrace {
namespace {

constexpr size_t kBatchHeaderSize = 61;
constexpr size_t kResultSize = 5;

// The arguments that all three have: window of the batch, its position, window of its records, from, to.
struct Batch {
  const uint8_t* header = nullptr;
  const uint8_t* start = nullptr;
  const uint8_t* end = nullptr;
  uint32_t count = 0;
};

Batch batchOf(Arguments& arguments, size_t index) {
  const Elements<uint8_t> window = arguments.bytes(index, "window");
  const int64_t position = arguments.integer(index + 1, "position", 0, UINT32_MAX);
  const Elements<uint8_t> records = arguments.bytes(index + 2, "records");
  const Span span = arguments.span(index + 3, "start", "end", records.size);
  if (arguments.ok() && (window.size < kBatchHeaderSize || static_cast<size_t>(position) > window.size - kBatchHeaderSize))
    arguments.failRange("position must be that of a batch header in the window");
  if (!arguments.ok()) return {};
  const uint8_t* header = window.data + position;
  const int32_t count = BatchFacts(header).recordCount;
  return {header, records.data + span.from, records.data + span.to, count < 0 ? 0 : static_cast<uint32_t>(count)};
}

Elements<uint8_t> mapOf(Arguments& arguments, size_t index) {
  const Elements<uint8_t> memory = arguments.bytes(index, "map");
  if (arguments.ok() && memory.size < OffsetMap::kHeaderSize + OffsetMap::kSlotSize)
    arguments.failRange("map must have room for a header and a slot");
  return memory;
}

Elements<double> resultOf(Arguments& arguments, size_t index) {
  const Elements<double> result = arguments.doubles(index, "result");
  if (arguments.ok() && result.size < kResultSize) arguments.failRange("result must have room for 5 numbers");
  return result;
}

Napi::Value largePages(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> memory = mapOf(arguments, 0);
  if (arguments.ok()) OffsetMap::preferLargePages(memory.data, memory.size);
  return info.Env().Undefined();
}

Napi::Value index(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> memory = mapOf(arguments, 0);
  const Batch batch = batchOf(arguments, 1);
  const int64_t startOffset = arguments.integer(6, "startOffset", 0, kSafeIntegerMax);
  const int64_t room = arguments.integer(7, "room", 0, kSafeIntegerMax);
  const Elements<double> result = resultOf(arguments, 8);
  if (!arguments.ok()) return info.Env().Undefined();
  OffsetMap map(memory.data, memory.size);
  const IndexedKeys keys = indexKeys(map, batch.header, batch.start, batch.end, startOffset, static_cast<uint64_t>(room));
  result.data[0] = keys.added;
  result.data[1] = keys.full ? 1 : 0;
  result.data[2] = keys.records;
  result.data[3] = static_cast<double>(keys.lastOffset);
  return Napi::Boolean::New(info.Env(), !keys.malformed);
}

Napi::Value judge(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> memory = mapOf(arguments, 0);
  const Batch batch = batchOf(arguments, 1);
  JudgeRules rules;
  rules.latestOffset = arguments.integer(6, "latestOffset", -1, kSafeIntegerMax);
  rules.dropTombstones = arguments.boolean(7, "dropTombstones");
  const Elements<uint8_t> keep = arguments.bytes(8, "keep");
  const Elements<double> result = resultOf(arguments, 9);
  if (arguments.ok() && keep.size < batch.count) arguments.failRange("keep must have room for each record");
  if (!arguments.ok()) return info.Env().Undefined();
  const OffsetMap map(memory.data, memory.size);
  const Judgement judgement = judgeRecords(map, batch.header, batch.start, batch.end, rules, keep.data);
  result.data[0] = judgement.records;
  result.data[1] = judgement.kept;
  result.data[2] = judgement.tombstones ? 1 : 0;
  result.data[3] = judgement.keyless;
  return Napi::Boolean::New(info.Env(), !judgement.malformed);
}

Napi::Value write(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Batch batch = batchOf(arguments, 0);
  const Elements<uint8_t> keep = arguments.bytes(5, "keep");
  const int64_t horizon = arguments.integer(6, "horizon", -1, kSafeIntegerMax);
  const Elements<uint8_t> out = arguments.bytes(7, "out");
  const int64_t at = arguments.integer(8, "at", 0, static_cast<int64_t>(out.size));
  if (arguments.ok() && keep.size < batch.count) arguments.failRange("keep must have a place for each record");
  const size_t needed = keptSizeMax(static_cast<size_t>(batch.end - batch.start), batch.count);
  if (arguments.ok() && out.size - static_cast<size_t>(at) < needed)
    arguments.failRange("out must have room for " + std::to_string(needed) + " bytes");
  if (!arguments.ok()) return info.Env().Undefined();
  const Rewrite rewrite = writeKept(batch.header, batch.start, batch.end, keep.data, horizon, out.data + at);
  return Napi::Number::New(info.Env(), rewrite.malformed ? -1 : static_cast<double>(rewrite.size));
}

}  // namespace

void defineRecordFilter(Napi::Env env, Napi::Object exports) {
  exports.Set("preferLargePages", Napi::Function::New<largePages>(env, "preferLargePages"));
  exports.Set("indexKeys", Napi::Function::New<index>(env, "indexKeys"));
  exports.Set("judgeRecords", Napi::Function::New<judge>(env, "judgeRecords"));
  exports.Set("writeKept", Napi::Function::New<write>(env, "writeKept"));
}

}  // namespace millrace
