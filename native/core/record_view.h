// One record of a batch (magic 2), read where it stands: the bytes behind the batch's header, or what they inflate to.
//
//   varint size of what follows     varint key size, -1 for null, and the key         varint number of headers, each:
//   i8     attributes, unused       varint value size, -1 for null, and the value       varint name size, and the name
//   varlong timestamp delta                                                             varint value size, and the value
//   varint offset delta
//
// The rules are those of src/record/record-cursor.ts, which says what is wrong with what is refused here. Every size is checked against the record,
// and the record against the bytes, before anything is read. The headers are only counted: a record's size tells where they end. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/varint.h"

namespace millrace {

struct RecordView {
  const uint8_t* begin = nullptr;       // its size
  const uint8_t* afterTimes = nullptr;  // the key's size: what follows the two deltas
  const uint8_t* key = nullptr;
  const uint8_t* value = nullptr;
  const uint8_t* headers = nullptr;  // their number
  const uint8_t* end = nullptr;
  int32_t keySize = -1;    // negative for null
  int32_t valueSize = -1;  // the same
  int32_t offsetDelta = -1;
  int64_t timestampDelta = 0;
  uint8_t attributes = 0;

  bool hasValue() const { return valueSize >= 0; }
};

// Passes over a key or a value, which `field` gets; null where it does not fit.
inline const uint8_t* readField(const uint8_t* at, const uint8_t* end, const uint8_t*& field, int32_t& size) {
  at = readVarint(at, end, size);
  if (at == nullptr || size > end - at) return nullptr;
  field = at;
  return size > 0 ? at + size : at;
}

// Reads the record at `at`, whose offset delta is larger than that of the record before, which `record` holds, and at most `lastOffsetDelta`.
// False where there is none; then nobody knows what `record` holds.
inline bool readRecord(const uint8_t* at, const uint8_t* end, int32_t lastOffsetDelta, RecordView& record) {
  constexpr int32_t kBodySizeMin = 6;  // attributes, two deltas, two null sizes and no headers: a byte each
  record.begin = at;
  int32_t size;
  at = readVarint(at, end, size);
  if (at == nullptr || size < kBodySizeMin || size > end - at) return false;
  end = at + size;
  record.end = end;
  record.attributes = *at++;
  int32_t offsetDelta;
  if ((at = readVarlong(at, end, record.timestampDelta)) == nullptr) return false;
  if ((at = readVarint(at, end, offsetDelta)) == nullptr) return false;
  if (offsetDelta <= record.offsetDelta || offsetDelta > lastOffsetDelta) return false;
  record.offsetDelta = offsetDelta;
  record.afterTimes = at;
  if ((at = readField(at, end, record.key, record.keySize)) == nullptr) return false;
  if ((at = readField(at, end, record.value, record.valueSize)) == nullptr) return false;
  record.headers = at;
  int32_t headerCount;
  if ((at = readVarint(at, end, headerCount)) == nullptr) return false;
  const int64_t rest = end - at;
  return headerCount >= 0 && int64_t{headerCount} * 2 <= rest && (headerCount > 0 || rest == 0);
}

}  // namespace millrace
