// copyValues, over core/value_copy.h. Blocks its thread for as long as the walk and the writes take.
#include "core/value_copy.h"

#include "binding/arguments.h"
#include "binding/define.h"
#include "binding/system_error.h"

namespace millrace {
namespace {

// As in `copyResult` in src/native-words.ts.
enum ResultAt : size_t { kStop, kPosition, kOffsetDelta, kNextOffset, kResultLength };

Napi::Value copyValues(const Napi::CallbackInfo& info) {
  Arguments arguments(info);
  const Elements<uint8_t> bytes = arguments.bytes(0, "bytes");
  CopyOptions options;
  options.startOffset = arguments.integer(1, "startOffset", 0, kSafeIntegerMax);
  options.most = static_cast<uint64_t>(arguments.integer(2, "most", 0, kSafeIntegerMax));
  const Elements<uint8_t> suffix = arguments.bytes(3, "suffix");
  if (suffix.size > kCopySuffixMax) arguments.failRange("suffix must not be longer than 4096 bytes");
  options.suffix = suffix.data;
  options.suffixSize = suffix.size;
  const int fd = arguments.descriptor(4);
  const std::string path = arguments.text(5, "path");
  const Elements<double> numbers = arguments.doubles(6, "result");
  if (numbers.size < kResultLength) arguments.failRange("result must have room for 4 numbers");
  if (!arguments.ok()) return info.Env().Undefined();
  Result<CopyResult> copied = copyValues(bytes.data, bytes.size, options, fd, path);
  if (!copied.ok()) return throwSystemError(info.Env(), copied.error());
  const CopyResult& result = copied.value();
  numbers.data[kStop] = static_cast<double>(result.stop);
  numbers.data[kPosition] = static_cast<double>(result.position);
  numbers.data[kOffsetDelta] = static_cast<double>(result.offsetDelta);
  numbers.data[kNextOffset] = static_cast<double>(result.nextOffset);
  return Napi::Number::New(info.Env(), static_cast<double>(result.count));
}

}  // namespace

void defineValueCopy(Napi::Env env, Napi::Object exports) {
  exports.Set("copyValues", Napi::Function::New<copyValues>(env, "copyValues"));
}

}  // namespace millrace
