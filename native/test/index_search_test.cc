// Against a linear search, on keys with repeats; and on bytes that are no index at all, where only bounds matter.
#include "core/index_search.h"

#include <algorithm>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

void putU32(std::vector<uint8_t>& bytes, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(value >> shift));
}

void putI64(std::vector<uint8_t>& bytes, int64_t value) {
  putU32(bytes, static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  putU32(bytes, static_cast<uint32_t>(value));
}

int64_t linear(const std::vector<int64_t>& keys, int64_t target) {
  int64_t slot = -1;
  for (size_t i = 0; i < keys.size(); i++) {
    if (keys[i] <= target) slot = static_cast<int64_t>(i);
  }
  return slot;
}

std::vector<int64_t> sortedKeys(test::Random& random, size_t count, int64_t base, uint64_t range) {
  std::vector<int64_t> keys(count);
  for (int64_t& key : keys) key = base + static_cast<int64_t>(random.below(range));
  std::sort(keys.begin(), keys.end());
  return keys;
}

void againstLinear(test::Random& random) {
  for (size_t count = 0; count < 40; count++) {
    const auto offsets = sortedKeys(random, count, 0, count % 2 == 0 ? 20 : 0x100000000);
    const auto positions = sortedKeys(random, count, 0, 0x100000000);
    const auto times = sortedKeys(random, count, -10, 30);
    std::vector<uint8_t> offsetIndex;
    std::vector<uint8_t> timeIndex;
    for (size_t i = 0; i < count; i++) {
      putU32(offsetIndex, static_cast<uint32_t>(offsets[i]));
      putU32(offsetIndex, static_cast<uint32_t>(positions[i]));
      putI64(timeIndex, times[i]);
      putU32(timeIndex, static_cast<uint32_t>(i));
    }
    for (int64_t target = -12; target < 25; target++) {
      CHECK(searchOffsetIndex(offsetIndex.data(), count, target) == linear(offsets, target));
      CHECK(searchTimeIndex(timeIndex.data(), count, target) == linear(times, target));
    }
    for (int i = 0; i < 50; i++) {
      const int64_t target = static_cast<int64_t>(random.below(0x100000002)) - 1;
      CHECK(searchOffsetIndex(offsetIndex.data(), count, target) == linear(offsets, target));
      CHECK(searchPositionIndex(offsetIndex.data(), count, target) == linear(positions, target));
    }
    CHECK(searchOffsetIndex(offsetIndex.data(), count, INT64_MAX) == static_cast<int64_t>(count) - 1);
    CHECK(searchTimeIndex(timeIndex.data(), count, INT64_MIN) == -1);
  }
}

void onNoise(test::Random& random) {
  for (int i = 0; i < 2'000; i++) {
    std::vector<uint8_t> bytes(random.below(300));
    for (uint8_t& byte : bytes) byte = random.byte();
    const int64_t target = static_cast<int64_t>(random.below(UINT64_MAX));
    const int64_t offsetCount = static_cast<int64_t>(bytes.size() / kOffsetIndexEntrySize);
    const int64_t timeCount = static_cast<int64_t>(bytes.size() / kTimeIndexEntrySize);
    const int64_t a = searchOffsetIndex(bytes.data(), static_cast<size_t>(offsetCount), target);
    const int64_t b = searchPositionIndex(bytes.data(), static_cast<size_t>(offsetCount), target);
    const int64_t c = searchTimeIndex(bytes.data(), static_cast<size_t>(timeCount), target);
    CHECK(a >= -1 && a < offsetCount && b >= -1 && b < offsetCount && c >= -1 && c < timeCount);
  }
}

}  // namespace

int main() {
  test::Random random;
  againstLinear(random);
  onNoise(random);
  return test::checked();
}
