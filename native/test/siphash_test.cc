// Against results of OpenSSL's SipHash, key 00 01 .. 0f and input 00 01 02 ..; the first two are the authors' own vectors too.
#include "core/siphash.h"

#include <cstring>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

struct Vector {
  size_t size;
  uint8_t expected[16];
};

constexpr Vector kVectors[] = {
    {0, {0xa3, 0x81, 0x7f, 0x04, 0xba, 0x25, 0xa8, 0xe6, 0x6d, 0xf6, 0x72, 0x14, 0xc7, 0x55, 0x02, 0x93}},
    {1, {0xda, 0x87, 0xc1, 0xd8, 0x6b, 0x99, 0xaf, 0x44, 0x34, 0x76, 0x59, 0x11, 0x9b, 0x22, 0xfc, 0x45}},
    {7, {0xa1, 0xf1, 0xeb, 0xbe, 0xd8, 0xdb, 0xc1, 0x53, 0xc0, 0xb8, 0x4a, 0xa6, 0x1f, 0xf0, 0x82, 0x39}},
    {8, {0x3b, 0x62, 0xa9, 0xba, 0x62, 0x58, 0xf5, 0x61, 0x0f, 0x83, 0xe2, 0x64, 0xf3, 0x14, 0x97, 0xb4}},
    {15, {0x54, 0x93, 0xe9, 0x99, 0x33, 0xb0, 0xa8, 0x11, 0x7e, 0x08, 0xec, 0x0f, 0x97, 0xcf, 0xc3, 0xd9}},
    {16, {0x6e, 0xe2, 0xa4, 0xca, 0x67, 0xb0, 0x54, 0xbb, 0xfd, 0x33, 0x15, 0xbf, 0x85, 0x23, 0x05, 0x77}},
    {63, {0x51, 0x50, 0xd1, 0x77, 0x2f, 0x50, 0x83, 0x4a, 0x50, 0x3e, 0x06, 0x9a, 0x97, 0x3f, 0xbd, 0x7c}},
};

std::vector<uint8_t> counting(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; i++) bytes[i] = static_cast<uint8_t>(i);
  return bytes;
}

void vectors() {
  const std::vector<uint8_t> key = counting(kSipKeySize);
  for (const Vector& vector : kVectors) {
    const Hash128 hash = sipHash128(key.data(), counting(vector.size).data(), vector.size);
    uint8_t found[16];
    std::memcpy(found, &hash.low, 8);
    std::memcpy(found + 8, &hash.high, 8);
    if (!CHECK(std::memcmp(found, vector.expected, sizeof found) == 0)) std::fprintf(stderr, "of %zu bytes\n", vector.size);
  }
}

// Each bit of the key and of the input counts.
void everyBit(test::Random& random) {
  std::vector<uint8_t> key(kSipKeySize);
  std::vector<uint8_t> bytes(1 + random.below(40));
  for (uint8_t& byte : key) byte = random.byte();
  for (uint8_t& byte : bytes) byte = random.byte();
  const Hash128 before = sipHash128(key.data(), bytes.data(), bytes.size());
  for (std::vector<uint8_t>* flipped : {&key, &bytes}) {
    for (size_t bit = 0; bit < flipped->size() * 8; bit++) {
      (*flipped)[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
      const Hash128 after = sipHash128(key.data(), bytes.data(), bytes.size());
      CHECK(after.low != before.low && after.high != before.high);
      (*flipped)[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    }
  }
}

}  // namespace

int main() {
  test::Random random;
  vectors();
  everyBit(random);
  return test::checked();
}
