// Zigzag varints (src/record/varint.ts): read within a limit, measured and written without one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace {

// Reads an unsigned varint of at most `bits` bits from [at, end); null when there is none. Most have one byte or two.
template <int bits>
inline const uint8_t* readUnsignedVarint(const uint8_t* at, const uint8_t* end, uint64_t& value) {
  if (at < end && at[0] < 0x80) {
    value = at[0];
    return at + 1;
  }
  if (end - at > 1 && at[1] < 0x80) {
    value = static_cast<uint64_t>(at[0] & 0x7f) | static_cast<uint64_t>(at[1]) << 7;
    return at + 2;
  }
  value = 0;
  for (int shift = 0; shift < bits && at < end; shift += 7) {
    const uint64_t byte = *at++;
    if (shift + 7 > bits && (byte & 0x7f) >> (bits - shift) != 0) return nullptr;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return at;
  }
  return nullptr;
}

inline const uint8_t* readVarlong(const uint8_t* at, const uint8_t* end, int64_t& value) {
  uint64_t raw;
  at = readUnsignedVarint<64>(at, end, raw);
  value = static_cast<int64_t>((raw >> 1) ^ (~(raw & 1) + 1));
  return at;
}

inline const uint8_t* readVarint(const uint8_t* at, const uint8_t* end, int32_t& value) {
  uint64_t raw;
  at = readUnsignedVarint<32>(at, end, raw);
  const uint32_t zigzag = static_cast<uint32_t>(raw);
  value = static_cast<int32_t>((zigzag >> 1) ^ (~(zigzag & 1) + 1));
  return at;
}

inline uint64_t zigzagOf(int64_t value) { return (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63); }

inline size_t varintSize(int64_t value) {
  size_t size = 1;
  for (uint64_t rest = zigzagOf(value); rest >= 0x80; rest >>= 7) size++;
  return size;
}

inline uint8_t* writeVarint(uint8_t* at, int64_t value) {
  uint64_t rest = zigzagOf(value);
  for (; rest >= 0x80; rest >>= 7) *at++ = static_cast<uint8_t>(rest | 0x80);
  *at++ = static_cast<uint8_t>(rest);
  return at;
}

}  // namespace millrace
