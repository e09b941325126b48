// Walks record batches (magic 2) in memory and says where the valid ones lie and why the walk stopped.
//
// Nothing outside [start, end) is read, whatever the bytes say. Base offset and leader epoch are not in the checksum, so they
// are judged by order. Records are not looked into: a batch with a good checksum may still hold records that nobody can
// parse. A batch without records is valid (compaction leaves them to keep a producer's last sequence). Pure, callable from
// any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/batch_format.h"

namespace millrace {

// The numbers are those of `scanStop` in src/native-words.ts, where they are explained.
enum class ScanStop : uint8_t {
  kEnd = 0,
  kFull = 1,
  kShort = 2,
  kZeros = 3,
  kLength = 4,
  kMagic = 5,
  kChecksum = 6,
  kHeader = 7,
  kOrder = 8,
};

struct ScanOptions {
  bool verify = true;
  int64_t nextOffset = 0;
  int32_t epoch = -1;
  int64_t batchBytesMax = 0;  // of a whole batch, header included
};

struct ScanResult {
  size_t count = 0;
  ScanStop stop = ScanStop::kEnd;
  size_t position = 0;     // where it stopped
  // kShort: the batch's whole size (61 when even that is cut off); kLength: batchLength; kMagic: the byte.
  int64_t detail = 0;
  int64_t nextOffset = 0;  // after the last valid batch, or as given
  int32_t epoch = -1;      // the last leader epoch seen that is not -1, or as given
};

// `positions` has room for `positionsMax` entries; each is an index into `bytes`. `end` is at most 2^32 - 1.
ScanResult scanBatches(const uint8_t* bytes, size_t start, size_t end, const ScanOptions& options, uint32_t* positions,
                       size_t positionsMax);

}  // namespace millrace
