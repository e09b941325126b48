// CRC-32C by the instructions of ARMv8.1 (optional in 8.0). One stream: on these processors a crc32c takes two cycles or
// three, so it already reads four bytes a cycle.
#include "core/crc32c.h"

#if defined(__aarch64__)

#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#include <cstring>

namespace millrace {
namespace {

// Inline assembly instead of <arm_acle.h>: gcc 12 offers its functions only when the whole file is compiled for +crc.
inline uint32_t step64(uint32_t crc, uint64_t word) {
  __asm__(".arch_extension crc\n\tcrc32cx %w0, %w0, %x1" : "+r"(crc) : "r"(word));
  return crc;
}

inline uint32_t step8(uint32_t crc, uint8_t byte) {
  __asm__(".arch_extension crc\n\tcrc32cb %w0, %w0, %w1" : "+r"(crc) : "r"(static_cast<uint32_t>(byte)));
  return crc;
}

uint32_t crc32cInstructions(const uint8_t* bytes, size_t size, uint32_t crc) {
  crc = ~crc;
  for (; size >= 8; size -= 8, bytes += 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    crc = step64(crc, word);
  }
  for (; size > 0; size--, bytes++) crc = step8(crc, *bytes);
  return ~crc;
}

}  // namespace

Crc32cFunction crc32cArmv8() {
#if defined(__APPLE__)
  return crc32cInstructions;  // every Apple processor has them
#elif defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0 ? crc32cInstructions : nullptr;
#else
  return nullptr;
#endif
}

}  // namespace millrace

#else

namespace millrace {
Crc32cFunction crc32cArmv8() { return nullptr; }
}  // namespace millrace

#endif
