// Binary searches in Kafka's index files, in the bytes as they lie on disk (big endian).
//
//   offset index entry   u32 relative offset, u32 position         8 bytes
//   time index entry     i64 timestamp,       u32 relative offset  12 bytes
//
// Each returns the slot of the last of `count` entries whose key is <= `target`, or -1 when the first is above it (or count
// is 0). The keys must not fall; on bytes where they do, some slot or -1 is returned and nothing outside is read.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

constexpr size_t kOffsetIndexEntrySize = 8;
constexpr size_t kTimeIndexEntrySize = 12;

int64_t searchOffsetIndex(const uint8_t* bytes, size_t count, int64_t target);
int64_t searchPositionIndex(const uint8_t* bytes, size_t count, int64_t target);
int64_t searchTimeIndex(const uint8_t* bytes, size_t count, int64_t target);

}  // namespace millrace
