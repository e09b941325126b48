#include "core/batch_scan.h"

#include "core/bytes.h"
#include "core/crc32c.h"

namespace millrace {
namespace {

constexpr int32_t kBatchLengthMin = kBatchHeaderSize - kBatchLogOverhead;

bool allZero(const uint8_t* bytes, size_t size) {
  uint8_t any = 0;
  for (size_t i = 0; i < size; i++) any |= bytes[i];
  return any == 0;
}

struct Verdict {
  ScanStop stop;  // kEnd: valid
  int64_t detail = 0;
  size_t size = 0;
};

// Fewer bytes than a header: zeros, or the beginning of a batch.
Verdict judgeRest(const uint8_t* at, size_t left) {
  if (allZero(at, left)) return {ScanStop::kZeros};
  int64_t size = kBatchHeaderSize;
  if (left >= kBatchLogOverhead) {
    const int32_t batchLength = loadI32(at + kBatchLengthAt);
    if (batchLength >= kBatchLengthMin) size = int64_t{batchLength} + static_cast<int64_t>(kBatchLogOverhead);
  }
  return {ScanStop::kShort, size};
}

Verdict judge(const uint8_t* at, size_t left, const ScanOptions& options, const ScanResult& before) {
  if (left < kBatchHeaderSize) return judgeRest(at, left);
  const int32_t batchLength = loadI32(at + kBatchLengthAt);
  const int8_t magic = static_cast<int8_t>(at[kMagicAt]);
  if (batchLength == 0 && magic == 0 && allZero(at, kBatchHeaderSize)) return {ScanStop::kZeros};
  // Before the length: a message of magic 0 or 1 may be shorter than our header, and its magic is what a user needs to hear.
  if (magic != kMagic) return {ScanStop::kMagic, magic};
  const int64_t size = int64_t{batchLength} + static_cast<int64_t>(kBatchLogOverhead);
  if (batchLength < kBatchLengthMin || size > options.batchBytesMax) return {ScanStop::kLength, batchLength};
  if (static_cast<uint64_t>(size) > left) return {ScanStop::kShort, size};

  const int64_t baseOffset = loadI64(at);
  const int32_t lastOffsetDelta = loadI32(at + kLastOffsetDeltaAt);
  const int32_t recordCount = loadI32(at + kRecordCountAt);
  if (lastOffsetDelta < 0 || recordCount < 0 || recordCount > int64_t{lastOffsetDelta} + 1 ||
      baseOffset > kOffsetMax - lastOffsetDelta - 1) {
    return {ScanStop::kHeader};
  }
  const size_t whole = static_cast<size_t>(size);
  if (options.verify && crc32c(at + kAttributesAt, whole - kAttributesAt) != loadU32(at + kCrcAt)) {
    return {ScanStop::kChecksum};
  }
  const int32_t epoch = loadI32(at + kLeaderEpochAt);
  if (baseOffset < before.nextOffset || (epoch != -1 && epoch < before.epoch)) return {ScanStop::kOrder};
  return {ScanStop::kEnd, 0, whole};
}

}  // namespace

ScanResult scanBatches(const uint8_t* bytes, size_t start, size_t end, const ScanOptions& options, uint32_t* positions,
                       size_t positionsMax) {
  ScanResult result;
  result.position = start;
  result.nextOffset = options.nextOffset;
  result.epoch = options.epoch;
  while (result.position < end) {
    if (result.count == positionsMax) {
      result.stop = ScanStop::kFull;
      return result;
    }
    const uint8_t* at = bytes + result.position;
    const Verdict verdict = judge(at, end - result.position, options, result);
    if (verdict.stop != ScanStop::kEnd) {
      result.stop = verdict.stop;
      result.detail = verdict.detail;
      return result;
    }
    positions[result.count++] = static_cast<uint32_t>(result.position);
    result.nextOffset = loadI64(at) + loadI32(at + kLastOffsetDeltaAt) + 1;
    const int32_t epoch = loadI32(at + kLeaderEpochAt);
    if (epoch != -1) result.epoch = epoch;
    result.position += verdict.size;
  }
  result.stop = ScanStop::kEnd;
  return result;
}

}  // namespace millrace
