// What compaction does with the records of one batch: puts their keys into a map, says which of them stay, writes the batch with those
// that do. The rules are Kafka's (Cleaner, MemoryRecords.filterTo, MemoryRecordsBuilder).
//
// `header` are the batch's 61 bytes, [start, end) its records, inflated. Whatever the bytes say, nothing outside is read; records that
// are none are told by `malformed`. Pure, callable from any thread, one thread at a time for a map.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/offset_map.h"

namespace millrace {

struct IndexedKeys {
  uint32_t added = 0;  // keys that the map did not have
  bool full = false;   // a key found no room: it and the records behind it were left out
  bool malformed = false;
  uint32_t records = 0;     // that were looked at
  int64_t lastOffset = -1;  // of the last record before one that found no room; -1 when it was the first
};

// Puts the offsets of records from `startOffset` on into the map; of at most `room` new keys.
IndexedKeys indexKeys(OffsetMap& map, const uint8_t* header, const uint8_t* start, const uint8_t* end, int64_t startOffset,
                      uint64_t room);

struct JudgeRules {
  int64_t latestOffset = -1;     // records past it are not in the map, and stay
  bool dropTombstones = false;  // those that the map lets stay
};

struct Judgement {
  uint32_t records = 0;
  uint32_t kept = 0;
  bool tombstones = false;  // one of those that stay has no value
  bool malformed = false;
  uint32_t keyless = 0;  // have no key, and go
};

// Sets keep[i] to 1 or 0 for each record; there is room for as many as the header counts.
Judgement judgeRecords(const OffsetMap& map, const uint8_t* header, const uint8_t* start, const uint8_t* end, const JudgeRules& rules,
                       uint8_t* keep);

// Bytes that writeKept needs at most for records of `size` bytes.
constexpr size_t keptSizeMax(size_t size, size_t records) { return 61 + size + 14 * records; }

struct Rewrite {
  bool malformed = false;
  size_t size = 0;
};

// Writes the batch with the records that `keep` names, at least one, uncompressed, to `out` (keptSizeMax of room). Offsets stay. The base
// timestamp is `horizon`, and the batch is marked to have one, unless it is negative: then that of the first record. Header fields that
// have nothing to do with that stay as they are.
Rewrite writeKept(const uint8_t* header, const uint8_t* start, const uint8_t* end, const uint8_t* keep, int64_t horizon, uint8_t* out);

}  // namespace millrace
