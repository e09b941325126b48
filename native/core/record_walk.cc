#include "core/record_walk.h"

#include <cstring>

namespace millrace {
namespace {

// Attributes, two deltas, two null sizes and no headers: a byte each.
constexpr int64_t kBodySizeMin = 6;
// What JavaScript's numbers hold exactly.
constexpr int64_t kDeltaMax = (int64_t{1} << 53) - 1;

// Reads numbers from [at, end); the first that does not fit makes `ok` false for good, and then everything reads as 0.
class Reader {
 public:
  Reader(const uint8_t* at, const uint8_t* end) : at_(at), end_(end) {}

  bool ok() const { return ok_; }
  const uint8_t* at() const { return at_; }
  int64_t left() const { return end_ - at_; }

  int64_t varint() { return number(5, 0x0f); }
  int64_t varlong() { return number(10, 0x01); }

  // Passes over so many bytes; a negative size is null and has none. Returns where they begin.
  const uint8_t* bytes(int64_t size) {
    const uint8_t* begin = at_;
    if (size > left()) ok_ = false;
    if (ok_ && size > 0) at_ += size;
    return begin;
  }

 private:
  // `lastMax`: what the last byte that the type allows may be at most.
  int64_t number(int bytesMax, uint8_t lastMax) {
    if (ok_ && at_ < end_ && *at_ < 0x80) return zigzag(*at_++);
    uint64_t value = 0;
    for (int i = 0; ok_ && at_ < end_ && i < bytesMax; i++) {
      const uint8_t byte = *at_++;
      if (i == bytesMax - 1 && byte > lastMax) break;
      value |= static_cast<uint64_t>(byte & 0x7f) << (7 * i);
      if (byte < 0x80) return zigzag(value);
    }
    ok_ = false;
    return 0;
  }

  static int64_t zigzag(uint64_t value) { return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1); }

  const uint8_t* at_;
  const uint8_t* end_;
  bool ok_ = true;
};

struct Record {
  int64_t timestampDelta;
  const uint8_t* value;
  int64_t valueSize;  // negative for null
  const uint8_t* headers;
  const uint8_t* end;
};

// Reads the record at the walk's position and moves the walk past it; false where there is none, and then the walk stays.
bool readRecord(const uint8_t* bytes, size_t end, RecordWalk& walk, Record& record) {
  Reader outer(bytes + walk.position, bytes + end);
  const int64_t size = outer.varint();
  if (!outer.ok() || size < kBodySizeMin || size > outer.left()) return false;
  Reader reader(outer.at() + 1, outer.at() + size);
  record.timestampDelta = reader.varlong();
  const int64_t offsetDelta = reader.varint();
  if (offsetDelta <= walk.offsetDelta || offsetDelta > walk.lastOffsetDelta) return false;
  reader.bytes(reader.varint());
  record.valueSize = reader.varint();
  record.value = reader.bytes(record.valueSize);
  record.headers = reader.at();
  record.end = outer.at() + size;
  const int64_t headerCount = reader.varint();
  if (!reader.ok() || headerCount < 0 || headerCount * 2 > reader.left() || (headerCount == 0 && reader.left() > 0)) {
    return false;
  }
  walk.position = static_cast<size_t>(record.end - bytes);
  walk.offsetDelta = offsetDelta;
  walk.left--;
  return true;
}

bool headersFill(const Record& record) {
  Reader reader(record.headers, record.end);
  for (int64_t left = reader.varint(); reader.ok() && left > 0; left--) {
    const int64_t nameSize = reader.varint();
    if (nameSize < 0) return false;
    reader.bytes(nameSize);
    reader.bytes(reader.varint());
  }
  return reader.ok() && reader.left() == 0;
}

// Asks for memory a little ahead of a walk that copies. The CPU does that by itself along a page, but not over its end, and not while it passes
// over the fields between values.
class Ahead {
 public:
  Ahead(const uint8_t* begin, const uint8_t* end) : asked_(begin), end_(end) {}

  // The next bytes that are copied are those before `at`: what follows them is asked for.
  void ask(const uint8_t* at) {
    const uint8_t* const to = end_ - at > kDistance ? at + kDistance : end_;
    if (asked_ < at && at - asked_ > kDistance) asked_ = at;
    for (; asked_ < to; asked_ += kLine) __builtin_prefetch(asked_);
  }

 private:
  static constexpr ptrdiff_t kDistance = 2048;
  static constexpr ptrdiff_t kLine = 64;
  const uint8_t* asked_;
  const uint8_t* const end_;
};

}  // namespace

LargestTimestamp checkRecords(const uint8_t* bytes, size_t end, RecordWalk walk) {
  LargestTimestamp largest;
  largest.delta = INT64_MIN;
  Record record;
  while (walk.left > 0) {
    if (!readRecord(bytes, end, walk, record)) return {};
    if (record.end - record.headers > 1 && !headersFill(record)) return {};
    if (record.timestampDelta > kDeltaMax || record.timestampDelta < -kDeltaMax) return {};
    if (record.timestampDelta <= largest.delta) continue;
    largest.delta = record.timestampDelta;
    largest.offsetDelta = walk.offsetDelta;
  }
  largest.ok = walk.position == end;
  return largest;
}

GatherResult gatherValues(const uint8_t* bytes, size_t end, RecordWalk& walk, const GatherOptions& options,
                          uint8_t* target, size_t size) {
  GatherResult result;
  Record record;
  Ahead ahead(bytes + walk.position, bytes + end);
  while (walk.left > 0) {
    if (result.count == options.most) {
      result.stop = GatherStop::kMost;
      return result;
    }
    const RecordWalk before = walk;
    if (!readRecord(bytes, end, walk, record)) {
      result.stop = GatherStop::kMalformed;
      return result;
    }
    if (walk.offsetDelta < options.offsetDeltaMin) continue;
    const size_t valueSize = record.valueSize > 0 ? static_cast<size_t>(record.valueSize) : 0;
    if (valueSize > options.sizeMax) {
      result.stop = GatherStop::kLarge;
      result.valuePosition = static_cast<size_t>(record.value - bytes);
      result.valueSize = valueSize;
      return result;
    }
    if (valueSize + options.suffixSize > size - result.size) {
      walk = before;
      result.stop = GatherStop::kFull;
      return result;
    }
    ahead.ask(record.end);
    if (valueSize > 0) std::memcpy(target + result.size, record.value, valueSize);
    result.size += valueSize;
    if (options.suffixSize > 0) std::memcpy(target + result.size, options.suffix, options.suffixSize);
    result.size += options.suffixSize;
    result.count++;
  }
  if (walk.position != end) result.stop = GatherStop::kMalformed;
  return result;
}

}  // namespace millrace
