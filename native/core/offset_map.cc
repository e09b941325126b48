#include "core/offset_map.h"

#include <sys/mman.h>

#include <cstring>

namespace millrace {
namespace {

struct Slot {
  uint64_t low;
  uint64_t high;
  uint64_t next;  // offset + 1, or 0
};

Slot load(const uint8_t* at) {
  Slot slot;
  std::memcpy(&slot, at, sizeof slot);
  return slot;
}

}  // namespace

void OffsetMap::preferLargePages(uint8_t* memory, size_t size) {
#ifdef MADV_HUGEPAGE
  constexpr uintptr_t kPage = 4096;
  const uintptr_t begin = (reinterpret_cast<uintptr_t>(memory) + kPage - 1) & ~(kPage - 1);
  const uintptr_t end = reinterpret_cast<uintptr_t>(memory + size) & ~(kPage - 1);
  // Where it fails all is as before.
  if (begin < end) madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
#endif
}

int64_t OffsetMap::get(const Hash128& hash) const {
  size_t index = first(hash);
  for (size_t probes = 0; probes < slots_; probes++) {
    const Slot found = load(slot(index));
    if (found.next == 0) return -1;
    if (found.low == hash.low && found.high == hash.high) return static_cast<int64_t>(found.next - 1);
    if (++index == slots_) index = 0;
  }
  return -1;
}

OffsetMap::Put OffsetMap::put(const Hash128& hash, int64_t offset, bool mayGrow) {
  const uint64_t next = static_cast<uint64_t>(offset) + 1;
  size_t index = first(hash);
  for (size_t probes = 0; probes < slots_; probes++) {
    uint8_t* at = slot(index);
    const Slot found = load(at);
    if (found.next == 0) {
      if (!mayGrow) return Put::kFull;
      const Slot added{hash.low, hash.high, next};
      std::memcpy(at, &added, sizeof added);
      return Put::kNew;
    }
    if (found.low == hash.low && found.high == hash.high) {
      std::memcpy(at + offsetof(Slot, next), &next, sizeof next);
      return Put::kKnown;
    }
    if (++index == slots_) index = 0;
  }
  return Put::kFull;
}

}  // namespace millrace
