// Walks the records of a batch (magic 2), which record_view.h draws: the quick way beside src/record/record-cursor.ts, which says what is wrong with
// what it refuses, where a walk here only says that it cannot go on. Nothing outside [0, end) is read, whatever the bytes say. Pure, callable from
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// What the header of a batch says of its records. A walk goes on where the last one stopped, so it is changed by walks.
struct RecordWalk {
  size_t position = 0;          // of the next record
  int64_t left = 0;             // records from there on
  int32_t offsetDelta = -1;     // of the record before
  int32_t lastOffsetDelta = 0;  // none may be larger
};

struct LargestTimestamp {
  bool ok = false;      // each record is what it should be, and nothing follows the last one
  int64_t delta = 0;    // the largest timestamp delta, if there are records
  int64_t offsetDelta = 0;  // of the first record that has it
};

// Reads all records in bytes[walk.position, end), headers included.
LargestTimestamp checkRecords(const uint8_t* bytes, size_t end, RecordWalk walk);

// The numbers are those of `gatherStop` in src/native-words.ts, where they are explained.
enum class GatherStop : uint8_t {
  kEnd = 0,
  kMost = 1,
  kFull = 2,
  kLarge = 3,
  kMalformed = 4,
};

struct GatherOptions {
  int64_t offsetDeltaMin = 0;  // records below it are passed over
  uint64_t most = 0;           // values to copy at most
  uint64_t sizeMax = 0;        // of a value that is copied; a larger one is left to the caller
  const uint8_t* suffix = nullptr;
  size_t suffixSize = 0;
};

struct GatherResult {
  GatherStop stop = GatherStop::kEnd;
  uint64_t count = 0;  // values copied
  size_t size = 0;     // bytes written
  size_t valuePosition = 0;  // kLarge: where the value stands that the walk has passed, and its size
  size_t valueSize = 0;
};

// Copies the values of records to `target`, `size` bytes long, each followed by the suffix; of a null value there is only the suffix.
GatherResult gatherValues(const uint8_t* bytes, size_t end, RecordWalk& walk, const GatherOptions& options,
                          uint8_t* target, size_t size);

}  // namespace millrace
