#include "core/record_walk.h"

#include <cstring>

#include "core/record_view.h"

namespace millrace {
namespace {

// What JavaScript's numbers hold exactly.
constexpr int64_t kDeltaMax = (int64_t{1} << 53) - 1;

// Reads the record at the walk's position, `record` being the one before, and moves the walk past it; false where there is none, and then the
// walk stays.
bool readNext(const uint8_t* bytes, size_t end, RecordWalk& walk, RecordView& record) {
  if (!readRecord(bytes + walk.position, bytes + end, walk.lastOffsetDelta, record)) return false;
  walk.position = static_cast<size_t>(record.end - bytes);
  walk.offsetDelta = record.offsetDelta;
  walk.left--;
  return true;
}

bool headersFill(const RecordView& record) {
  const uint8_t* const end = record.end;
  const uint8_t* bytes;
  int32_t left;
  int32_t size;
  const uint8_t* at = readVarint(record.headers, end, left);
  for (; at != nullptr && left > 0; left--) {
    at = readField(at, end, bytes, size);
    if (at == nullptr || size < 0) return false;
    at = readField(at, end, bytes, size);
  }
  return at == end;
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
  RecordView record;
  record.offsetDelta = walk.offsetDelta;
  while (walk.left > 0) {
    if (!readNext(bytes, end, walk, record)) return {};
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
  RecordView record;
  record.offsetDelta = walk.offsetDelta;
  Ahead ahead(bytes + walk.position, bytes + end);
  while (walk.left > 0) {
    if (result.count == options.most) {
      result.stop = GatherStop::kMost;
      return result;
    }
    const RecordWalk before = walk;
    if (!readNext(bytes, end, walk, record)) {
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
