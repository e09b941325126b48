// CRC-32C by the crc32 instruction of SSE4.2, three streams at a time.
//
// The instruction takes three cycles and one may start in each, so one stream uses a third of it. The bytes are cut into
// three equal pieces A, B, C whose checksums run side by side; then crc(ABC) = crc(A)*x^(8(b+c)) + crc(B)*x^(8c) + crc(C)
// modulo the polynomial, where b and c are the sizes of B and C. The product is one PCLMULQDQ and one crc32:
//
//   In reflected form the carry-less product of two 32-bit values, read as 64 bits, is a*b*x; and crc32(0, v) is
//   v*x^32 mod P. Together they give a*b*x^33, so the factor stored for a shift by n bytes is x^(8n - 33) mod P.
//
// (Gopal et al., "Fast CRC Computation for iSCSI Polynomial Using CRC32 Instruction", Intel 2011.) The factors for every
// piece size up to kPieceWordsMax words are made by the compiler, so a batch of any size is one pass and a short rest.
#include "core/crc32c.h"

#if defined(__x86_64__)

#include <cpuid.h>
#include <immintrin.h>

#include <array>
#include <cstring>

namespace millrace {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;
constexpr size_t kPieceWordsMax = 256;
// Below this the join costs more than it saves.
constexpr size_t kPieceWordsMin = 8;

// Multiplies by x (reflected: shift right).
constexpr uint32_t timesX(uint32_t value) { return (value >> 1) ^ ((value & 1) != 0 ? kPolynomial : 0); }

constexpr uint32_t kOne = 0x80000000;  // x^0, reflected

// kFactors[n]: x^(64n - 33) mod P, the shift by n words.
constexpr std::array<uint32_t, 2 * kPieceWordsMax + 1> makeFactors() {
  std::array<uint32_t, 2 * kPieceWordsMax + 1> factors{};
  uint32_t power = kOne;
  for (int i = 0; i < 64 - 33; i++) power = timesX(power);
  for (size_t n = 1; n < factors.size(); n++) {
    factors[n] = power;
    for (int i = 0; i < 64; i++) power = timesX(power);
  }
  return factors;
}

constexpr auto kFactors = makeFactors();

inline uint64_t load(const uint8_t* at) {
  uint64_t word;
  std::memcpy(&word, at, 8);
  return word;
}

__attribute__((target("sse4.2,pclmul"))) inline uint64_t shifted(uint64_t crc, size_t words) {
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi64_si128(static_cast<int64_t>(crc)),
                                               _mm_cvtsi32_si128(static_cast<int32_t>(kFactors[words])), 0);
  return static_cast<uint64_t>(_mm_cvtsi128_si64(product));
}

__attribute__((target("sse4.2,pclmul"))) uint32_t crc32cSse42(const uint8_t* bytes, size_t size, uint32_t initial) {
  uint64_t crc = static_cast<uint32_t>(~initial);
  size_t words = size / 8;
  while (words >= 3 * kPieceWordsMin) {
    const size_t piece = words / 3 < kPieceWordsMax ? words / 3 : kPieceWordsMax;
    const uint8_t* a = bytes;
    const uint8_t* b = a + piece * 8;
    const uint8_t* c = b + piece * 8;
    uint64_t crcB = 0;
    uint64_t crcC = 0;
    // The last word of C takes the other two in: their products are 64 bits, reduced by the same crc32 that digests it.
    for (size_t i = 0; i + 1 < piece; i++) {
      crc = _mm_crc32_u64(crc, load(a + i * 8));
      crcB = _mm_crc32_u64(crcB, load(b + i * 8));
      crcC = _mm_crc32_u64(crcC, load(c + i * 8));
    }
    const size_t last = (piece - 1) * 8;
    crc = _mm_crc32_u64(crc, load(a + last));
    crcB = _mm_crc32_u64(crcB, load(b + last));
    const uint64_t joined = shifted(crc, 2 * piece) ^ shifted(crcB, piece);
    crc = _mm_crc32_u64(crcC, load(c + last) ^ joined);
    bytes += 3 * piece * 8;
    words -= 3 * piece;
    size -= 3 * piece * 8;
  }
  for (; size >= 8; size -= 8, bytes += 8) crc = _mm_crc32_u64(crc, load(bytes));
  uint32_t rest = static_cast<uint32_t>(crc);
  for (; size > 0; size--, bytes++) rest = _mm_crc32_u8(rest, *bytes);
  return ~rest;
}

}  // namespace

Crc32cFunction crc32cX86() {
  unsigned a = 0;
  unsigned b = 0;
  unsigned c = 0;
  unsigned d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0) return nullptr;
  return (c & bit_SSE4_2) != 0 && (c & bit_PCLMUL) != 0 ? crc32cSse42 : nullptr;
}

}  // namespace millrace

#else

namespace millrace {
Crc32cFunction crc32cX86() { return nullptr; }
}  // namespace millrace

#endif
