#include "core/record_reader.h"

#include "core/bytes.h"
#include "core/varint.h"

namespace millrace {
namespace {

constexpr int32_t kBodySizeMin = 6;  // attributes, two deltas, two null lengths and no headers: one byte each

// Passes over a key or value; null where it does not fit. Any negative size is null, as in Kafka.
const uint8_t* skipField(const uint8_t* at, const uint8_t* end, int32_t& size) {
  at = readVarint(at, end, size);
  if (at == nullptr) return nullptr;
  if (size < 0) size = -1;
  if (size > end - at) return nullptr;
  return size > 0 ? at + size : at;
}

}  // namespace

BatchFacts::BatchFacts(const uint8_t* header)
    : baseOffset(loadI64(header)),
      lastOffsetDelta(loadI32(header + 23)),
      recordCount(loadI32(header + 57)),
      baseTimestamp(loadI64(header + 27)),
      maxTimestamp(loadI64(header + 35)),
      attributes(loadU16(header + 21)) {}

bool RecordReader::next() {
  if (left_ <= 0) return at_ == end_ ? false : fail();
  left_--;
  record_.begin = at_;
  int32_t size;
  const uint8_t* at = readVarint(at_, end_, size);
  if (at == nullptr || size < kBodySizeMin || size > end_ - at) return fail();
  const uint8_t* const end = at + size;
  record_.attributes = *at++;
  int32_t offsetDelta;
  if ((at = readVarlong(at, end, record_.timestampDelta)) == nullptr) return fail();
  if ((at = readVarint(at, end, offsetDelta)) == nullptr) return fail();
  if (offsetDelta <= record_.offsetDelta || offsetDelta > lastOffsetDelta_) return fail();
  record_.offsetDelta = offsetDelta;
  record_.afterTimes = at;
  if ((at = skipField(at, end, record_.keySize)) == nullptr) return fail();
  record_.key = at - (record_.keySize > 0 ? record_.keySize : 0);
  int32_t valueSize;
  if ((at = skipField(at, end, valueSize)) == nullptr) return fail();
  record_.hasValue = valueSize >= 0;
  int32_t headerCount;
  if ((at = readVarint(at, end, headerCount)) == nullptr) return fail();
  const int64_t rest = end - at;
  if (headerCount < 0 || int64_t{headerCount} * 2 > rest || (headerCount == 0 && rest > 0)) return fail();
  record_.end = end;
  at_ = end;
  return true;
}

}  // namespace millrace
