#include "core/value_copy.h"

#include <algorithm>
#include <memory>

#include "core/batch_format.h"
#include "core/bytes.h"
#include "core/file.h"
#include "core/record_walk.h"

namespace millrace {
namespace {

// Twice as much no longer stays in the second-level caches of common CPUs, beside the pages that it comes from and goes to.
constexpr size_t kPieceSize = size_t{128} << 10;
// Larger values are written from where they stand.
constexpr size_t kGatheredMax = kPieceSize / 2;
// Linux maps this much around a page that is touched, as far as it is in memory (its fault_around_bytes).
constexpr size_t kTouchStep = size_t{64} << 10;
// What JavaScript's numbers hold exactly.

struct Batch {
  size_t size;
  uint16_t attributes;
  int64_t baseOffset;
  int32_t lastOffsetDelta;
  int64_t recordCount;
};

// False where it is not what it should be.
bool readBatch(const uint8_t* at, size_t left, Batch& batch) {
  if (left < kBatchHeaderSize || static_cast<int8_t>(at[kMagicAt]) != kMagic) return false;
  const int64_t size = int64_t{loadI32(at + kBatchLengthAt)} + static_cast<int64_t>(kBatchLogOverhead);
  if (size < static_cast<int64_t>(kBatchHeaderSize) || size > static_cast<int64_t>(left)) return false;
  batch.size = static_cast<size_t>(size);
  batch.attributes = loadU16(at + kAttributesAt);
  batch.baseOffset = loadI64(at);
  batch.lastOffsetDelta = loadI32(at + kLastOffsetDeltaAt);
  batch.recordCount = loadI32(at + kRecordCountAt);
  return batch.baseOffset >= 0 && batch.baseOffset <= kOffsetMax && batch.lastOffsetDelta >= 0 && batch.recordCount >= 0 &&
         batch.recordCount <= int64_t{batch.lastOffsetDelta} + 1;
}

class ValueCopy {
 public:
  ValueCopy(const uint8_t* bytes, size_t end, const CopyOptions& options, int fd, const std::string& path)
      : bytes_(bytes), end_(end), options_(options), fd_(fd), path_(path), piece_(new uint8_t[kPieceSize]) {}

  Result<CopyResult> run() {
    bool goesOn = true;
    while (goesOn && result_.position < end_ && status_.ok()) goesOn = passBatch();
    flush();
    if (!status_.ok()) return status_.error();
    return result_;
  }

 private:
  // False where it stopped.
  bool passBatch() {
    Batch batch;
    if (!readBatch(bytes_ + result_.position, end_ - result_.position, batch)) return stop(CopyStop::kOther);
    const int64_t nextOffset = batch.baseOffset + batch.lastOffsetDelta + 1;
    const bool hasData = (batch.attributes & kControlBit) == 0 && batch.recordCount > 0;
    if (hasData && nextOffset > options_.startOffset) {
      if ((batch.attributes & kCompressionMask) != 0) return stop(CopyStop::kOther);
      if (!copyRecords(batch)) return false;
    }
    result_.position += batch.size;
    result_.offsetDelta = -1;
    result_.nextOffset = nextOffset;
    return true;
  }

  bool copyRecords(const Batch& batch) {
    const uint8_t* records = bytes_ + result_.position + kBatchHeaderSize;
    const size_t size = batch.size - kBatchHeaderSize;
    RecordWalk walk;
    walk.left = batch.recordCount;
    walk.lastOffsetDelta = batch.lastOffsetDelta;
    GatherOptions gather;
    gather.offsetDeltaMin = std::max<int64_t>(0, options_.startOffset - batch.baseOffset);
    gather.sizeMax = kGatheredMax;
    gather.suffix = options_.suffix;
    gather.suffixSize = options_.suffixSize;
    for (;;) {
      touch(static_cast<size_t>(records - bytes_) + walk.position + kPieceSize);
      gather.most = options_.most - result_.count;
      const GatherResult gathered = gatherValues(records, size, walk, gather, piece_.get() + used_, kPieceSize - used_);
      used_ += gathered.size;
      result_.count += gathered.count;
      result_.offsetDelta = walk.offsetDelta;
      if (gathered.stop == GatherStop::kEnd) return true;
      if (gathered.stop == GatherStop::kMost) return stop(CopyStop::kMost);
      if (gathered.stop == GatherStop::kMalformed) return stop(CopyStop::kOther);
      flush();
      if (gathered.stop == GatherStop::kLarge) {
        write(records + gathered.valuePosition, gathered.valueSize);
        std::copy_n(options_.suffix, options_.suffixSize, piece_.get());
        used_ = options_.suffixSize;
        result_.count++;
      }
      if (!status_.ok()) return false;
    }
  }

  // Brings in what a piece takes. Asking ahead does nothing for a page that is not mapped, so that is to be done before.
  void touch(size_t to) {
    touched_ = std::max(touched_, result_.position);
    while (touched_ < std::min(to, end_)) {
      (void)*static_cast<const volatile uint8_t*>(bytes_ + touched_);
      touched_ += kTouchStep - (reinterpret_cast<uintptr_t>(bytes_ + touched_) & (kTouchStep - 1));
    }
  }

  bool stop(CopyStop why) {
    result_.stop = why;
    return false;
  }

  void flush() {
    write(piece_.get(), used_);
    used_ = 0;
  }

  void write(const uint8_t* bytes, size_t size) {
    if (status_.ok() && size > 0) status_ = writeOn(fd_, path_, bytes, size);
  }

  const uint8_t* const bytes_;
  const size_t end_;
  const CopyOptions& options_;
  const int fd_;
  const std::string& path_;
  const std::unique_ptr<uint8_t[]> piece_;
  size_t used_ = 0;
  size_t touched_ = 0;
  CopyResult result_;
  Status status_;
};

}  // namespace

Result<CopyResult> copyValues(const uint8_t* bytes, size_t end, const CopyOptions& options, int fd, const std::string& path) {
  return ValueCopy(bytes, end, options, fd, path).run();
}

}  // namespace millrace
