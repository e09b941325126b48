// Where the fields of a record batch stand (magic 2), relative to its first byte. Numbers are big-endian.
//
//   0  i64 baseOffset            16  i8  magic             27  i64 baseTimestamp    53  i32 baseSequence
//   8  i32 batchLength (from 12) 17  u32 crc of [21, end)  35  i64 maxTimestamp     57  i32 recordCount
//  12  i32 partitionLeaderEpoch  21  i16 attributes        43  i64 producerId       61  records
//                                23  i32 lastOffsetDelta   51  i16 producerEpoch
//
// The same as src/record/batch-format.ts, which draws them too.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

constexpr size_t kBatchHeaderSize = 61;
// What stands before the bytes that batchLength counts.
constexpr size_t kBatchLogOverhead = 12;

constexpr size_t kBatchLengthAt = 8;
constexpr size_t kLeaderEpochAt = 12;
constexpr size_t kMagicAt = 16;
constexpr size_t kCrcAt = 17;
// Attributes are the first bytes that the checksum covers.
constexpr size_t kAttributesAt = 21;
constexpr size_t kLastOffsetDeltaAt = 23;
constexpr size_t kBaseTimestampAt = 27;
constexpr size_t kMaxTimestampAt = 35;
constexpr size_t kRecordCountAt = 57;

constexpr int8_t kMagic = 2;
constexpr uint16_t kCompressionMask = 0x07;
constexpr uint16_t kControlBit = 0x20;
constexpr uint16_t kDeleteHorizonBit = 0x40;

constexpr int64_t kOffsetMax = (int64_t{1} << 53) - 1;  // JavaScript's safe integers

}  // namespace millrace
