// Copies the values of a run of batches (magic 2) to a descriptor that does not block, such as that of a file.
//
// The quick way beside RecordBatch and RecordCursor of src/record/: it takes batches that are not compressed and as they should be, passes over
// control batches, and stops before anything else, which those then read, or say what is wrong with. Nothing outside [0, end) is read, whatever the
// bytes say. Values go through a buffer that the CPU's caches hold. Measured: with that the copy takes about what the system takes to copy the
// file itself. writev of the values where they stand took longer at 120 B and at 8 KiB, and as long at 1 KiB. A second thread that writes cost a
// quarter more processor time; with a core to itself it saved an eighth of the time, beside other work it lost a quarter. The system cannot copy
// from file to file, as something else stands between values.
// Callable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"

namespace millrace {

// The numbers are those of `copyStop` in src/native-words.ts, where they are explained.
enum class CopyStop : uint8_t {
  kEnd = 0,
  kMost = 1,
  kOther = 2,
};

struct CopyOptions {
  int64_t startOffset = 0;  // records below it are passed over
  uint64_t most = 0;        // values to copy at most
  const uint8_t* suffix = nullptr;  // written behind each
  size_t suffixSize = 0;            // at most kCopySuffixMax
};

struct CopyResult {
  CopyStop stop = CopyStop::kEnd;
  uint64_t count = 0;        // values copied
  size_t position = 0;       // of the batch that it stopped in or before; the end when there is none
  int64_t offsetDelta = -1;  // of the last record of that batch that was passed; -1 when none was
  int64_t nextOffset = -1;   // after the last batch that was passed; -1 when none was
};

constexpr size_t kCopySuffixMax = 4096;

// Everything that is counted is written, unless it fails: then nobody knows how much is.
Result<CopyResult> copyValues(const uint8_t* bytes, size_t end, const CopyOptions& options, int fd, const std::string& path);

}  // namespace millrace
