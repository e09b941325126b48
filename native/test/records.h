// Batches made of records, for tests: written field by field, by other code than what is tested.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/crc32c.h"

namespace millrace::test {

using Bytes = std::vector<uint8_t>;

struct Record {
  int32_t offsetDelta = 0;
  int64_t timestampDelta = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;
  int headers = 0;
};

inline void putVarint(Bytes& bytes, int64_t value) {
  uint64_t rest = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  do {
    const uint8_t byte = rest & 0x7f;
    rest >>= 7;
    bytes.push_back(rest == 0 ? byte : byte | 0x80);
  } while (rest != 0);
}

inline void putText(Bytes& bytes, const std::optional<std::string>& text) {
  putVarint(bytes, text ? static_cast<int64_t>(text->size()) : -1);
  if (text) bytes.insert(bytes.end(), text->begin(), text->end());
}

inline void putRecord(Bytes& bytes, const Record& record) {
  Bytes body{0};
  putVarint(body, record.timestampDelta);
  putVarint(body, record.offsetDelta);
  putText(body, record.key);
  putText(body, record.value);
  putVarint(body, record.headers);
  for (int i = 0; i < record.headers; i++) {
    putText(body, "h" + std::to_string(i));
    putText(body, i % 2 == 0 ? std::optional<std::string>("v") : std::nullopt);
  }
  putVarint(bytes, static_cast<int64_t>(body.size()));
  bytes.insert(bytes.end(), body.begin(), body.end());
}

inline void putBig(Bytes& bytes, size_t at, uint64_t value, size_t size) {
  for (size_t i = 0; i < size; i++) bytes[at + i] = static_cast<uint8_t>(value >> (8 * (size - 1 - i)));
}

struct Header {
  int64_t baseOffset = 0;
  int32_t lastOffsetDelta = 0;
  int64_t baseTimestamp = 0;
  int64_t maxTimestamp = 0;
  uint16_t attributes = 0;
};

inline Bytes batchOf(const Header& header, const std::vector<Record>& records) {
  Bytes batch(61, 0);
  for (const Record& record : records) putRecord(batch, record);
  putBig(batch, 0, static_cast<uint64_t>(header.baseOffset), 8);
  putBig(batch, 8, batch.size() - 12, 4);
  putBig(batch, 12, 3, 4);
  batch[16] = 2;
  putBig(batch, 21, header.attributes, 2);
  putBig(batch, 23, static_cast<uint32_t>(header.lastOffsetDelta), 4);
  putBig(batch, 27, static_cast<uint64_t>(header.baseTimestamp), 8);
  putBig(batch, 35, static_cast<uint64_t>(header.maxTimestamp), 8);
  putBig(batch, 43, 77, 8);
  putBig(batch, 51, 5, 2);
  putBig(batch, 53, 11, 4);
  putBig(batch, 57, records.size(), 4);
  putBig(batch, 17, crc32c(batch.data() + 21, batch.size() - 21), 4);
  return batch;
}

}  // namespace millrace::test
