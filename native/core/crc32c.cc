#include "core/crc32c.h"

#include <array>
#include <cstring>

namespace millrace {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

// kTables[k][b]: the checksum register after byte b and k zero bytes; eight of them digest eight bytes at once
// ("slicing-by-8", Kounavis and Berry, 2005).
constexpr std::array<std::array<uint32_t, 256>, 8> makeTables() {
  std::array<std::array<uint32_t, 256>, 8> tables{};
  for (uint32_t byte = 0; byte < 256; byte++) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (size_t k = 1; k < 8; k++) {
    for (uint32_t byte = 0; byte < 256; byte++) {
      const uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr auto kTables = makeTables();

Crc32cKind choose() {
  if (Crc32cFunction x86 = crc32cX86()) return {"sse4.2+pclmul", x86};
  if (Crc32cFunction armv8 = crc32cArmv8()) return {"armv8", armv8};
  return {"table", crc32cTable};
}

const Crc32cKind kTableKind{"table", crc32cTable};
const Crc32cKind kChosen = choose();

}  // namespace

uint32_t crc32cTable(const uint8_t* bytes, size_t size, uint32_t crc) {
  crc = ~crc;
  for (; size >= 8; size -= 8, bytes += 8) {
    uint64_t word;
    std::memcpy(&word, bytes, 8);
    word ^= crc;
    crc = kTables[7][word & 0xff] ^ kTables[6][(word >> 8) & 0xff] ^ kTables[5][(word >> 16) & 0xff] ^
          kTables[4][(word >> 24) & 0xff] ^ kTables[3][(word >> 32) & 0xff] ^ kTables[2][(word >> 40) & 0xff] ^
          kTables[1][(word >> 48) & 0xff] ^ kTables[0][word >> 56];
  }
  for (; size > 0; size--, bytes++) crc = (crc >> 8) ^ kTables[0][(crc ^ *bytes) & 0xff];
  return ~crc;
}

const Crc32cKind& crc32cKind() { return kChosen; }

const Crc32cKind* crc32cKindNamed(std::string_view name) {
  if (name == kChosen.name) return &kChosen;
  return name == kTableKind.name ? &kTableKind : nullptr;
}

uint32_t crc32c(const uint8_t* bytes, size_t size, uint32_t crc) { return kChosen.function(bytes, size, crc); }

}  // namespace millrace
