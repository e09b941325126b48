#include "core/index_search.h"

#include "core/bytes.h"

namespace millrace {
namespace {

template <typename Key>
int64_t lastAtMost(size_t count, int64_t target, Key key) {
  size_t low = 0;  // the entries before `low` are <= target, those from `high` on are above it
  size_t high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (key(middle) <= target) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return static_cast<int64_t>(low) - 1;
}

}  // namespace

int64_t searchOffsetIndex(const uint8_t* bytes, size_t count, int64_t target) {
  return lastAtMost(count, target, [bytes](size_t slot) { return int64_t{loadU32(bytes + slot * kOffsetIndexEntrySize)}; });
}

int64_t searchPositionIndex(const uint8_t* bytes, size_t count, int64_t target) {
  return lastAtMost(count, target,
                    [bytes](size_t slot) { return int64_t{loadU32(bytes + slot * kOffsetIndexEntrySize + 4)}; });
}

int64_t searchTimeIndex(const uint8_t* bytes, size_t count, int64_t target) {
  return lastAtMost(count, target, [bytes](size_t slot) { return loadI64(bytes + slot * kTimeIndexEntrySize); });
}

}  // namespace millrace
