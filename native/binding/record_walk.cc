// checkRecords and gatherValues, over core/record_walk.h: where a walk stands is the caller's array, so a call allocates nothing.
#include "core/record_walk.h"

#include <climits>
#include <string>

#include "binding/arguments.h"
#include "binding/define.h"

namespace millrace {
namespace {

// As in `gatherWalk` in src/native-words.ts.
enum WalkAt : size_t {
  kPosition,
  kLeft,
  kOffsetDelta,
  kLastOffsetDelta,
  kOffsetDeltaMin,
  kMost,
  kSizeMax,
  kTarget,
  kStop,
  kValuePosition,
  kValueSize,
  kWalkLength,
};

Napi::Value checkRecords(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> bytes = arguments.bytes(0, "bytes");
  const Span span = arguments.span(1, "start", "end", bytes.size);
  RecordWalk walk;
  walk.position = span.from;
  walk.left = arguments.integer(3, "recordCount", 0, INT_MAX);
  walk.lastOffsetDelta = static_cast<int32_t>(arguments.integer(4, "lastOffsetDelta", 0, INT_MAX));
  const Elements<double> result = arguments.doubles(5, "largest");
  if (result.size < 2) arguments.failRange("largest must have room for 2 numbers");
  if (!arguments.ok()) return info.Env().Undefined();
  const LargestTimestamp largest = checkRecords(bytes.data, span.to, walk);
  if (largest.ok) {
    result.data[0] = static_cast<double>(largest.delta);
    result.data[1] = static_cast<double>(largest.offsetDelta);
  }
  return Napi::Boolean::New(info.Env(), largest.ok);
}

// A number of the walk; whoever breaks a bound is told which.
int64_t walkNumber(Arguments& arguments, const Elements<double>& walk, WalkAt at, int64_t min, int64_t max) {
  const double value = walk.data[at];
  if (value >= static_cast<double>(min) && value <= static_cast<double>(max)) return static_cast<int64_t>(value);
  if (arguments.ok()) arguments.failRange("walk[" + std::to_string(at) + "] is out of range");
  return min;
}

Napi::Value gatherValues(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> bytes = arguments.bytes(0, "bytes");
  const int64_t end = arguments.integer(1, "end", 0, static_cast<int64_t>(bytes.size));
  const Elements<double> numbers = arguments.doubles(2, "walk");
  const Elements<uint8_t> suffix = arguments.bytes(3, "suffix");
  const Elements<uint8_t> target = arguments.bytes(4, "target");
  if (numbers.size < kWalkLength) arguments.failRange("walk must have 11 numbers");
  if (!arguments.ok()) return info.Env().Undefined();
  RecordWalk walk;
  walk.position = static_cast<size_t>(walkNumber(arguments, numbers, kPosition, 0, end));
  walk.left = walkNumber(arguments, numbers, kLeft, 0, INT_MAX);
  walk.offsetDelta = static_cast<int32_t>(walkNumber(arguments, numbers, kOffsetDelta, -1, INT_MAX));
  walk.lastOffsetDelta = static_cast<int32_t>(walkNumber(arguments, numbers, kLastOffsetDelta, 0, INT_MAX));
  GatherOptions options;
  options.offsetDeltaMin = walkNumber(arguments, numbers, kOffsetDeltaMin, 0, kSafeIntegerMax);
  options.most = static_cast<uint64_t>(walkNumber(arguments, numbers, kMost, 0, kSafeIntegerMax));
  options.sizeMax = static_cast<uint64_t>(walkNumber(arguments, numbers, kSizeMax, 0, kSafeIntegerMax));
  options.suffix = suffix.data;
  options.suffixSize = suffix.size;
  const size_t used =
      static_cast<size_t>(walkNumber(arguments, numbers, kTarget, 0, static_cast<int64_t>(target.size)));
  if (!arguments.ok()) return info.Env().Undefined();
  const GatherResult result =
      gatherValues(bytes.data, static_cast<size_t>(end), walk, options, target.data + used, target.size - used);
  numbers.data[kPosition] = static_cast<double>(walk.position);
  numbers.data[kLeft] = static_cast<double>(walk.left);
  numbers.data[kOffsetDelta] = static_cast<double>(walk.offsetDelta);
  numbers.data[kTarget] = static_cast<double>(used + result.size);
  numbers.data[kStop] = static_cast<double>(result.stop);
  numbers.data[kValuePosition] = static_cast<double>(result.valuePosition);
  numbers.data[kValueSize] = static_cast<double>(result.valueSize);
  return Napi::Number::New(info.Env(), static_cast<double>(result.count));
}

}  // namespace

void defineRecordWalk(Napi::Env env, Napi::Object exports) {
  exports.Set("checkRecords", Napi::Function::New<checkRecords>(env, "checkRecords"));
  exports.Set("gatherValues", Napi::Function::New<gatherValues>(env, "gatherValues"));
}

}  // namespace millrace
