// The map against std::map, through all fillings, on a heap block of exact size, so that ASan is the judge of bounds.
#include "core/offset_map.h"

#include <map>
#include <string>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

using Memory = std::vector<uint8_t>;

Memory memoryOf(size_t slots, size_t surplus = 0) { return Memory(OffsetMap::kHeaderSize + slots * OffsetMap::kSlotSize + surplus, 0); }

Hash128 hashOf(const OffsetMap& map, const std::string& key) {
  return map.hash(reinterpret_cast<const uint8_t*>(key.data()), key.size());
}

void againstAModel(test::Random& random, size_t slots) {
  Memory memory = memoryOf(slots, random.below(OffsetMap::kSlotSize));
  for (size_t i = 0; i < kSipKeySize; i++) memory[i] = random.byte();
  OffsetMap map(memory.data(), memory.size());
  CHECK(map.slots() == slots);
  std::map<std::string, int64_t> model;
  int64_t offset = 0;
  for (size_t i = 0; i < slots * 6; i++) {
    const std::string key = std::to_string(random.below(slots * 2));
    const bool mayGrow = random.below(8) != 0;
    const OffsetMap::Put put = map.put(hashOf(map, key), offset, mayGrow);
    const bool isKnown = model.contains(key);
    if (isKnown) {
      CHECK(put == OffsetMap::Put::kKnown);
    } else {
      CHECK(put == (mayGrow && model.size() < slots ? OffsetMap::Put::kNew : OffsetMap::Put::kFull));
    }
    if (put != OffsetMap::Put::kFull) model[key] = offset;
    offset += 1 + static_cast<int64_t>(random.below(1000));
  }
  for (size_t key = 0; key < slots * 2; key++) {
    const auto found = model.find(std::to_string(key));
    CHECK(map.get(hashOf(map, std::to_string(key))) == (found == model.end() ? -1 : found->second));
  }
}

void edges() {
  Memory memory = memoryOf(1);
  OffsetMap map(memory.data(), memory.size());
  const Hash128 nothing = hashOf(map, "");
  CHECK(map.get(nothing) == -1);
  CHECK(map.put(nothing, 0, true) == OffsetMap::Put::kNew && map.get(nothing) == 0);
  const int64_t largest = (int64_t{1} << 53) - 1;
  CHECK(map.put(nothing, largest, false) == OffsetMap::Put::kKnown && map.get(nothing) == largest);
  CHECK(map.put(hashOf(map, "a"), 1, true) == OffsetMap::Put::kFull && map.get(hashOf(map, "a")) == -1);
  // A hash of zeros is one like any other: an empty slot is told by the offset.
  Memory other = memoryOf(2);
  OffsetMap zeros(other.data(), other.size());
  CHECK(zeros.get({}) == -1 && zeros.put({}, 0, true) == OffsetMap::Put::kNew && zeros.get({}) == 0);
}

// Whatever a map's bytes are, a search ends.
void garbage(test::Random& random) {
  Memory memory = memoryOf(7);
  for (uint8_t& byte : memory) byte = random.byte() | 1;
  OffsetMap map(memory.data(), memory.size());
  CHECK(map.get(hashOf(map, "a")) == -1);
  CHECK(map.put(hashOf(map, "a"), 1, true) == OffsetMap::Put::kFull);
}

}  // namespace

int main() {
  test::Random random;
  edges();
  garbage(random);
  for (const size_t slots : {1, 2, 3, 10, 100, 5000}) againstAModel(random, slots);
  return test::checked();
}
