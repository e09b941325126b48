#include "core/siphash.h"

#include <bit>
#include <cstring>

namespace millrace {
namespace {

uint64_t loadLittle64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

struct State {
  uint64_t v0, v1, v2, v3;

  void round() {
    v0 += v1;
    v1 = std::rotl(v1, 13) ^ v0;
    v0 = std::rotl(v0, 32);
    v2 += v3;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 += v3;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 += v1;
    v1 = std::rotl(v1, 17) ^ v2;
    v2 = std::rotl(v2, 32);
  }

  void block(uint64_t word) {
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }

  uint64_t finish() {
    for (int i = 0; i < 4; i++) round();
    return v0 ^ v1 ^ v2 ^ v3;
  }
};

}  // namespace

Hash128 sipHash128(const uint8_t* key, const uint8_t* bytes, size_t size) {
  const uint64_t k0 = loadLittle64(key);
  const uint64_t k1 = loadLittle64(key + 8);
  State state{k0 ^ 0x736f6d6570736575, k1 ^ 0x646f72616e646f6d ^ 0xee, k0 ^ 0x6c7967656e657261, k1 ^ 0x7465646279746573};
  const uint8_t* at = bytes;
  for (size_t left = size; left >= 8; left -= 8, at += 8) state.block(loadLittle64(at));
  uint64_t last = static_cast<uint64_t>(size) << 56;
  for (size_t i = 0; i < (size & 7); i++) last |= static_cast<uint64_t>(at[i]) << (8 * i);
  state.block(last);
  state.v2 ^= 0xee;
  Hash128 hash;
  hash.low = state.finish();
  state.v1 ^= 0xdd;
  hash.high = state.finish();
  return hash;
}

}  // namespace millrace
