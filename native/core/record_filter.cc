#include "core/record_filter.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "core/batch_format.h"
#include "core/bytes.h"
#include "core/crc32c.h"
#include "core/record_reader.h"
#include "core/varint.h"

namespace millrace {
namespace {

// Searches of a map that are begun together: what each waits for comes from memory at the same time, while the block before is finished.
constexpr size_t kTogether = 16;

struct Pending {
  Hash128 hash;
  int64_t offset = 0;
  bool isSought = false;
  bool hasValue = false;
};

using Block = std::array<Pending, kTogether>;

// Takes up to kTogether records of a walk; `isSought(record, offset)` says which of them are looked up.
template <typename IsSought>
size_t fill(Block& block, RecordReader& walk, const OffsetMap& map, int64_t baseOffset, IsSought isSought) {
  size_t count = 0;
  while (count < kTogether && walk.next()) {
    const RecordView& record = walk.record();
    Pending& pending = block[count++];
    pending.offset = baseOffset + record.offsetDelta;
    pending.hasValue = record.hasValue();
    pending.isSought = isSought(record, pending.offset);
    if (!pending.isSought) continue;
    pending.hash = map.hash(record.key, static_cast<size_t>(record.keySize));
    map.prefetch(pending.hash);
  }
  return count;
}

// Takes all records of a walk, block by block, the next one begun before the present one is finished. `take` returns false to end.
template <typename IsSought, typename Take>
void eachRecord(RecordReader& walk, const OffsetMap& map, int64_t baseOffset, IsSought isSought, Take take) {
  Block blocks[2];
  size_t present = 0;
  size_t count = fill(blocks[present], walk, map, baseOffset, isSought);
  while (count > 0) {
    const size_t next = 1 - present;
    const size_t nextCount = fill(blocks[next], walk, map, baseOffset, isSought);
    for (size_t i = 0; i < count; i++) {
      if (!take(blocks[present][i])) return;
    }
    present = next;
    count = nextCount;
  }
}

int64_t wrappingAdd(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b)); }
int64_t wrappingSubtract(int64_t a, int64_t b) { return static_cast<int64_t>(static_cast<uint64_t>(a) - static_cast<uint64_t>(b)); }

void storeU16(uint8_t* at, uint16_t value) {
  value = __builtin_bswap16(value);
  std::memcpy(at, &value, sizeof value);
}

void storeU32(uint8_t* at, uint32_t value) {
  value = __builtin_bswap32(value);
  std::memcpy(at, &value, sizeof value);
}

void storeI64(uint8_t* at, int64_t value) {
  const uint64_t swapped = __builtin_bswap64(static_cast<uint64_t>(value));
  std::memcpy(at, &swapped, sizeof swapped);
}

// One record with another timestamp delta.
uint8_t* writeRecord(uint8_t* at, const RecordView& record, int64_t timestampDelta) {
  const size_t rest = static_cast<size_t>(record.end - record.afterTimes);
  const size_t size = 1 + varintSize(timestampDelta) + varintSize(record.offsetDelta) + rest;
  at = writeVarint(at, static_cast<int64_t>(size));
  *at++ = record.attributes;
  at = writeVarint(at, timestampDelta);
  at = writeVarint(at, record.offsetDelta);
  std::memcpy(at, record.afterTimes, rest);
  return at + rest;
}

void finish(uint8_t* out, size_t size, const BatchFacts& batch, int64_t baseTimestamp, int64_t maxTimestamp, bool hasHorizon,
            uint32_t count) {
  uint16_t attributes = static_cast<uint16_t>(batch.attributes & ~(kCompressionMask | kDeleteHorizonBit));
  if (hasHorizon) attributes |= kDeleteHorizonBit;
  storeU32(out + kBatchLengthAt, static_cast<uint32_t>(size - kBatchLogOverhead));
  storeU16(out + kAttributesAt, attributes);
  storeI64(out + kBaseTimestampAt, baseTimestamp);
  storeI64(out + kMaxTimestampAt, maxTimestamp);
  storeU32(out + kRecordCountAt, count);
  storeU32(out + kCrcAt, crc32c(out + kAttributesAt, size - kAttributesAt));
}

}  // namespace

IndexedKeys indexKeys(OffsetMap& map, const uint8_t* header, const uint8_t* start, const uint8_t* end, int64_t startOffset,
                      uint64_t room) {
  const BatchFacts batch(header);
  RecordReader walk(batch, start, end);
  IndexedKeys result;
  const auto isSought = [=](const RecordView& record, int64_t offset) { return record.keySize >= 0 && offset >= startOffset; };
  eachRecord(walk, map, batch.baseOffset, isSought, [&](const Pending& pending) {
    if (pending.isSought) {
      const OffsetMap::Put put = map.put(pending.hash, pending.offset, result.added < room);
      result.full = put == OffsetMap::Put::kFull;
      if (result.full) return false;
      if (put == OffsetMap::Put::kNew) result.added++;
    }
    result.records++;
    result.lastOffset = pending.offset;
    return true;
  });
  result.malformed = !result.full && walk.isMalformed();
  return result;
}

Judgement judgeRecords(const OffsetMap& map, const uint8_t* header, const uint8_t* start, const uint8_t* end, const JudgeRules& rules,
                       uint8_t* keep) {
  const BatchFacts batch(header);
  RecordReader walk(batch, start, end);
  Judgement result;
  const auto isSought = [&](const RecordView& record, int64_t offset) {
    return record.keySize >= 0 && offset <= rules.latestOffset;
  };
  eachRecord(walk, map, batch.baseOffset, isSought, [&](const Pending& pending) {
    bool stays = pending.offset > rules.latestOffset;
    if (pending.isSought) {
      stays = pending.offset >= map.get(pending.hash) && (pending.hasValue || !rules.dropTombstones);
    } else if (!stays) {
      result.keyless++;
    }
    keep[result.records++] = stays ? 1 : 0;
    if (!stays) return true;
    result.kept++;
    if (!pending.hasValue) result.tombstones = true;
    return true;
  });
  result.malformed = walk.isMalformed();
  return result;
}

Rewrite writeKept(const uint8_t* header, const uint8_t* start, const uint8_t* end, const uint8_t* keep, int64_t horizon, uint8_t* out) {
  const BatchFacts batch(header);
  RecordReader walk(batch, start, end);
  const bool hasHorizon = horizon >= 0;
  const bool hasAppendTime = batch.hasAppendTime();
  std::memcpy(out, header, kBatchHeaderSize);
  uint8_t* at = out + kBatchHeaderSize;
  int64_t baseTimestamp = horizon;
  int64_t maxTimestamp = hasAppendTime ? batch.maxTimestamp : -1;
  uint32_t count = 0;
  for (size_t i = 0; walk.next(); i++) {
    if (keep[i] == 0) continue;
    const RecordView& record = walk.record();
    const int64_t timestamp = hasAppendTime ? batch.maxTimestamp : wrappingAdd(batch.baseTimestamp, record.timestampDelta);
    if (count++ == 0 && !hasHorizon) baseTimestamp = timestamp;
    if (!hasAppendTime) maxTimestamp = std::max(maxTimestamp, timestamp);
    at = writeRecord(at, record, wrappingSubtract(timestamp, baseTimestamp));
  }
  if (walk.isMalformed()) return {true, 0};
  const size_t size = static_cast<size_t>(at - out);
  finish(out, size, batch, baseTimestamp, maxTimestamp, hasHorizon, count);
  return {false, size};
}

}  // namespace millrace
