// The newest offset of each key of a log, in memory of the caller's: what compaction asks of every record.
//
//   0        16          64
//   | secret | unused    | slots of 24 bytes: low u64, high u64 of the key's hash, offset + 1 u64; all zeros where it is empty
//
// A key is known by 128 bits of a hash under the secret, and not by itself, so memory does not depend on the keys' sizes. Two keys with
// one hash would lose a record: of 2^32 keys two agree with a chance of 2^-65, and nobody who does not know the secret can make two that
// do. Collisions of slots are resolved by going on to the next one. Any bytes are a map, so the memory may come from anywhere; put() ends
// also when it is full. One thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/siphash.h"

namespace millrace {

class OffsetMap {
 public:
  static constexpr size_t kHeaderSize = 64;
  static constexpr size_t kSlotSize = 24;

  // Searches go everywhere: large pages spare the processor most walks of its page tables. Advice, which a system may not follow.
  static void preferLargePages(uint8_t* memory, size_t size);

  // `size` is at least a header and one slot.
  OffsetMap(uint8_t* memory, size_t size) : memory_(memory), slots_((size - kHeaderSize) / kSlotSize) {}

  Hash128 hash(const uint8_t* key, size_t size) const { return sipHash128(memory_, key, size); }
  size_t slots() const { return slots_; }

  // Brings the slot where a search for this hash begins towards the processor.
  void prefetch(const Hash128& hash) const {
    const uint8_t* begin = slot(first(hash));
    __builtin_prefetch(begin);
    __builtin_prefetch(begin + kSlotSize - 1);  // it may lie in two lines
  }
  // The offset of the key, or -1.
  int64_t get(const Hash128& hash) const;

  enum class Put : uint8_t { kNew, kKnown, kFull };
  // Sets the offset of the key, from 0 on. A new key is refused (kFull) when there is no room or `mayGrow` is false.
  Put put(const Hash128& hash, int64_t offset, bool mayGrow);

 private:
  size_t first(const Hash128& hash) const {
    return static_cast<size_t>((static_cast<unsigned __int128>(hash.low) * slots_) >> 64);
  }
  uint8_t* slot(size_t index) const { return memory_ + kHeaderSize + index * kSlotSize; }

  uint8_t* memory_;
  size_t slots_;
};

}  // namespace millrace
