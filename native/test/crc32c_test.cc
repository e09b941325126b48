// Known answers, all kinds alike on random sizes and alignments, and a checksum of parts equal to that of the whole.
#include "core/crc32c.h"

#include <cstring>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

// One bit at a time, from the definition: the judge of the rest.
uint32_t slow(const uint8_t* bytes, size_t size) {
  uint32_t crc = 0xffffffff;
  for (size_t i = 0; i < size; i++) {
    crc ^= bytes[i];
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82f63b78 : 0);
  }
  return ~crc;
}

void knownAnswers(Crc32cFunction function) {
  const char* digits = "123456789";
  CHECK(function(reinterpret_cast<const uint8_t*>(digits), 9, 0) == 0xe3069283);
  // RFC 3720, appendix B.4
  uint8_t bytes[32];
  std::memset(bytes, 0, 32);
  CHECK(function(bytes, 32, 0) == 0x8a9136aa);
  std::memset(bytes, 0xff, 32);
  CHECK(function(bytes, 32, 0) == 0x62a8ab43);
  for (int i = 0; i < 32; i++) bytes[i] = static_cast<uint8_t>(i);
  CHECK(function(bytes, 32, 0) == 0x46dd794e);
  for (int i = 0; i < 32; i++) bytes[i] = static_cast<uint8_t>(31 - i);
  CHECK(function(bytes, 32, 0) == 0x113fdb5c);
  CHECK(function(bytes, 0, 0) == 0);
}

// Every size across the borders of the three-way pieces, each on a heap block of exactly that size: ASan sees a read past it.
void everySize(Crc32cFunction function, test::Random& random) {
  for (size_t size = 0; size < 1000; size++) {
    std::vector<uint8_t> bytes(size);
    for (uint8_t& byte : bytes) byte = random.byte();
    if (!CHECK(function(bytes.data(), size, 0) == slow(bytes.data(), size))) return;
  }
}

void randomParts(Crc32cFunction function, test::Random& random) {
  std::vector<uint8_t> bytes(40'000);
  for (uint8_t& byte : bytes) byte = random.byte();
  for (int i = 0; i < 300; i++) {
    const size_t from = random.below(bytes.size());
    const size_t size = random.below(bytes.size() - from + 1);
    const size_t cut = random.below(size + 1);
    const uint32_t whole = function(bytes.data() + from, size, 0);
    CHECK(whole == slow(bytes.data() + from, size));
    CHECK(function(bytes.data() + from + cut, size - cut, function(bytes.data() + from, cut, 0)) == whole);
  }
}

}  // namespace

int main() {
  test::Random random;
  CHECK(crc32cKindNamed("table") != nullptr);
  CHECK(crc32cKindNamed("none such") == nullptr);
  for (const char* name : {"sse4.2+pclmul", "armv8", "table"}) {
    const Crc32cKind* kind = crc32cKindNamed(name);
    std::fprintf(stderr, "%s: %s\n", name, kind == nullptr ? "not on this processor" : "tested");
    if (kind == nullptr) continue;
    knownAnswers(kind->function);
    everySize(kind->function, random);
    randomParts(kind->function, random);
  }
  CHECK(crc32c(reinterpret_cast<const uint8_t*>("123456789"), 9) == 0xe3069283);
  return test::checked();
}
