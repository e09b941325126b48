// SipHash-2-4 with a result of 128 bits: a hash under a secret key. Who does not know the key cannot make two inputs with one result.
// (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012, and the authors' siphash.c for 128 bits.)
//
// Pure, callable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

constexpr size_t kSipKeySize = 16;

struct Hash128 {
  uint64_t low = 0;   // the first eight bytes of the result, little-endian
  uint64_t high = 0;  // the others
  bool operator==(const Hash128&) const = default;
};

// `key` has 16 bytes.
Hash128 sipHash128(const uint8_t* key, const uint8_t* bytes, size_t size);

}  // namespace millrace
