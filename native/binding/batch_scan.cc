// scanBatches, over core/batch_scan.h: the result goes into the caller's arrays, so a scan allocates nothing.
#include "core/batch_scan.h"

#include <climits>

#include "binding/arguments.h"
#include "binding/define.h"

namespace millrace {
namespace {

constexpr size_t kResultSize = 5;

ScanOptions optionsOf(Arguments& arguments, size_t index) {
  ScanOptions options;
  const Napi::Object object = arguments.object(index, "options");
  if (!arguments.ok()) return options;
  options.verify = arguments.boolean(object, "verify");
  options.nextOffset = arguments.integer(object, "nextOffset", 0, kSafeIntegerMax);
  options.epoch = static_cast<int32_t>(arguments.integer(object, "epoch", -1, INT_MAX));
  options.batchBytesMax = arguments.integer(object, "batchBytesMax", 0, kSafeIntegerMax);
  return options;
}

Napi::Value scanBatches(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const ScanOptions options = optionsOf(arguments, 3);  // first: a getter could detach the arrays
  const Elements<uint8_t> bytes = arguments.bytes(0, "bytes");
  const Span span = arguments.span(1, "start", "end", bytes.size);
  const Elements<uint32_t> positions = arguments.uint32s(4, "positions");
  const Elements<double> result = arguments.doubles(5, "result");
  if (span.to > UINT32_MAX) arguments.failRange("end must be below 2^32: positions are 32 bits");
  if (result.size < kResultSize) arguments.failRange("result must have room for 5 numbers");
  if (!arguments.ok()) return info.Env().Undefined();
  const ScanResult scan = scanBatches(bytes.data, span.from, span.to, options, positions.data, positions.size);
  result.data[0] = static_cast<double>(scan.stop);
  result.data[1] = static_cast<double>(scan.position);
  result.data[2] = static_cast<double>(scan.detail);
  result.data[3] = static_cast<double>(scan.nextOffset);
  result.data[4] = scan.epoch;
  return Napi::Number::New(info.Env(), static_cast<double>(scan.count));
}

}  // namespace

void defineBatchScan(Napi::Env env, Napi::Object exports) {
  exports.Set("scanBatches", Napi::Function::New<scanBatches>(env, "scanBatches"));
}

}  // namespace millrace
