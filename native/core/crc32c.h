// CRC-32C (Castagnoli, RFC 3720 appendix B.4), as Kafka's record batches carry it.
//
// Three kinds, all with the same answers: `sse4.2+pclmul`, `armv8`, `table`. crc32c() takes the fastest that the
// processor has. Pure functions, callable from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace millrace {

// `crc` continues an earlier call: crc32c(b, crc32c(a)) is the checksum of a followed by b.
using Crc32cFunction = uint32_t (*)(const uint8_t* bytes, size_t size, uint32_t crc);

struct Crc32cKind {
  const char* name;
  Crc32cFunction function;
};

// The kind chosen for this processor.
const Crc32cKind& crc32cKind();

// The kind of that name, or null when it is unknown or this processor lacks it.
const Crc32cKind* crc32cKindNamed(std::string_view name);

uint32_t crc32c(const uint8_t* bytes, size_t size, uint32_t crc = 0);

// For crc32c.cc: null where the processor or the compiler has no such instructions.
Crc32cFunction crc32cX86();
Crc32cFunction crc32cArmv8();
uint32_t crc32cTable(const uint8_t* bytes, size_t size, uint32_t crc);

}  // namespace millrace
