// Big-endian loads from bytes that need not be aligned. No bounds: the caller has checked them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace millrace {

inline uint16_t loadU16(const uint8_t* at) {
  uint16_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap16(value);
}

inline uint32_t loadU32(const uint8_t* at) {
  uint32_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap32(value);
}

inline uint64_t loadU64(const uint8_t* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return __builtin_bswap64(value);
}

inline int32_t loadI32(const uint8_t* at) { return static_cast<int32_t>(loadU32(at)); }
inline int64_t loadI64(const uint8_t* at) { return static_cast<int64_t>(loadU64(at)); }

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the loads above swap");

}  // namespace millrace
