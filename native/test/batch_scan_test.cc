// Each reason to stop, by name; then noise and mutated logs on heap blocks of exact size, so that ASan is the judge of bounds.
#include "core/batch_scan.h"

#include <cstring>
#include <vector>

#include "check.h"
#include "core/bytes.h"
#include "core/crc32c.h"

using namespace millrace;

namespace {

using Bytes = std::vector<uint8_t>;

void putU32(Bytes& bytes, size_t at, uint32_t value) {
  for (size_t i = 0; i < 4; i++) bytes[at + i] = static_cast<uint8_t>(value >> (24 - 8 * i));
}

void putI64(Bytes& bytes, size_t at, int64_t value) {
  putU32(bytes, at, static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  putU32(bytes, at + 4, static_cast<uint32_t>(value));
}

void seal(Bytes& batch) { putU32(batch, 17, crc32c(batch.data() + 21, batch.size() - 21)); }

// A valid batch whose records are bytes that nobody looks into.
Bytes makeBatch(int64_t baseOffset, int32_t count, int32_t epoch, size_t payload) {
  Bytes batch(kBatchHeaderSize + payload, 0x55);
  std::memset(batch.data(), 0, kBatchHeaderSize);
  putI64(batch, 0, baseOffset);
  putU32(batch, 8, static_cast<uint32_t>(batch.size() - kBatchLogOverhead));
  putU32(batch, 12, static_cast<uint32_t>(epoch));
  batch[16] = 2;
  putU32(batch, 23, static_cast<uint32_t>(count - 1));
  putU32(batch, 57, static_cast<uint32_t>(count));
  seal(batch);
  return batch;
}

struct Scan : ScanResult {
  std::vector<uint32_t> positions;
};

Scan scan(const Bytes& bytes, ScanOptions options = {}, size_t positionsMax = 100, size_t start = 0) {
  if (options.batchBytesMax == 0) options.batchBytesMax = 1 << 20;
  Scan result;
  result.positions.resize(positionsMax);
  static_cast<ScanResult&>(result) =
      scanBatches(bytes.data(), start, bytes.size(), options, result.positions.data(), positionsMax);
  result.positions.resize(result.count);
  return result;
}

Bytes operator+(Bytes left, const Bytes& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

bool stopsAt(const Scan& result, ScanStop stop, size_t position, size_t count) {
  const bool as = result.stop == stop && result.position == position && result.count == count;
  if (!as) {
    std::fprintf(stderr, "stopped for %d at %zu after %zu batches\n", static_cast<int>(result.stop), result.position,
                 result.count);
  }
  return as;
}

void walks() {
  const Bytes log = makeBatch(10, 3, 4, 100) + makeBatch(20, 1, -1, 0) + makeBatch(21, 5, 4, 7);
  const Scan all = scan(log);
  CHECK(stopsAt(all, ScanStop::kEnd, log.size(), 3));
  CHECK(all.positions == (std::vector<uint32_t>{0, 161, 222}));
  CHECK(all.nextOffset == 26 && all.epoch == 4);
  CHECK(stopsAt(scan({}), ScanStop::kEnd, 0, 0));
  CHECK(stopsAt(scan(log, {}, 2), ScanStop::kFull, 222, 2));
  CHECK(stopsAt(scan(log, {}, 0), ScanStop::kFull, 0, 0));
  CHECK(stopsAt(scan(log, {}, 3), ScanStop::kEnd, log.size(), 3));
  const Scan rest = scan(log, {.nextOffset = 13, .epoch = 4}, 100, 161);
  CHECK(stopsAt(rest, ScanStop::kEnd, log.size(), 2) && rest.positions[0] == 161);
  const Scan none = scan({}, {.nextOffset = 7, .epoch = 3});
  CHECK(none.nextOffset == 7 && none.epoch == 3);
}

void shortAndZeros() {
  const Bytes first = makeBatch(0, 1, 0, 39);
  const Bytes second = makeBatch(1, 1, 0, 200);
  for (size_t cut = 1; cut < second.size(); cut++) {
    Bytes log = first + Bytes(second.begin(), second.begin() + static_cast<ptrdiff_t>(cut));
    const Scan result = scan(log);
    // Of offset 1 the first seven bytes are zeros.
    const ScanStop expected = cut < 8 ? ScanStop::kZeros : ScanStop::kShort;
    if (!CHECK(stopsAt(result, expected, first.size(), 1))) return;
    if (cut >= 12) CHECK(result.detail == static_cast<int64_t>(second.size()));
    if (cut >= 8 && cut < 12) CHECK(result.detail == static_cast<int64_t>(kBatchHeaderSize));
  }
  CHECK(stopsAt(scan(first + Bytes(1, 0)), ScanStop::kZeros, first.size(), 1));
  CHECK(stopsAt(scan(first + Bytes(5000, 0)), ScanStop::kZeros, first.size(), 1));
  Bytes dirty = first + Bytes(61, 0);
  dirty.back() = 1;
  CHECK(stopsAt(scan(dirty), ScanStop::kMagic, first.size(), 1));
}

// A change of one field of an otherwise valid batch, made good by a new checksum.
template <typename Change>
Scan changed(Change change, ScanOptions options = {}) {
  Bytes batch = makeBatch(5, 3, 2, 50);
  change(batch);
  seal(batch);
  return scan(batch, options);
}

void corrupt() {
  CHECK(stopsAt(changed([](Bytes&) {}), ScanStop::kEnd, 111, 1));
  for (const int32_t length : {48, 0, -1, INT32_MIN, (1 << 20) - 11, INT32_MAX}) {
    const Scan result = changed([&](Bytes& batch) { putU32(batch, 8, static_cast<uint32_t>(length)); });
    CHECK(stopsAt(result, ScanStop::kLength, 0, 0) && result.detail == length);
  }
  CHECK(stopsAt(changed([](Bytes& batch) { putU32(batch, 8, (1 << 20) - 12); }), ScanStop::kShort, 0, 0));
  for (const int magic : {0, 1, 3, -1}) {
    const Scan result = changed([&](Bytes& batch) { batch[16] = static_cast<uint8_t>(magic); });
    CHECK(stopsAt(result, ScanStop::kMagic, 0, 0) && result.detail == magic);
  }
  const auto header = [](size_t at, int32_t value) {
    return stopsAt(changed([&](Bytes& batch) { putU32(batch, at, static_cast<uint32_t>(value)); }), ScanStop::kHeader, 0, 0);
  };
  CHECK(header(23, -1) && header(23, INT32_MIN) && header(57, -1) && header(57, 4) && header(57, INT32_MAX));
  CHECK(stopsAt(changed([](Bytes& batch) { putI64(batch, 0, INT64_MAX); }), ScanStop::kHeader, 0, 0));
  CHECK(stopsAt(changed([](Bytes& batch) { putI64(batch, 0, (int64_t{1} << 53) - 3); }), ScanStop::kHeader, 0, 0));
  CHECK(stopsAt(changed([](Bytes& batch) { putI64(batch, 0, (int64_t{1} << 53) - 4); }), ScanStop::kEnd, 111, 1));
  // What compaction leaves: fewer records than offsets, down to none.
  CHECK(stopsAt(changed([](Bytes& batch) { putU32(batch, 57, 1); }), ScanStop::kEnd, 111, 1));
  CHECK(stopsAt(changed([](Bytes& batch) { putU32(batch, 57, 0); }), ScanStop::kEnd, 111, 1));
}

void everyFlippedBit() {
  const Bytes batch = makeBatch(5, 3, 2, 20);
  for (size_t bit = 0; bit < batch.size() * 8; bit++) {
    Bytes flipped = batch;
    flipped[bit / 8] ^= static_cast<uint8_t>(1 << (bit % 8));
    const Scan result = scan(flipped, {.nextOffset = 5, .epoch = 2});
    // The offset and the epoch are outside the checksum: there only what breaks the order can be seen.
    const bool seen = result.stop != ScanStop::kEnd;
    const bool outside = bit / 8 < 8 || (bit / 8 >= 12 && bit / 8 < 16);
    if (!CHECK(seen || outside)) return;
    if (bit / 8 >= 21) CHECK(scan(flipped, {.verify = false}).stop != ScanStop::kChecksum);
  }
}

void order() {
  const Bytes log = makeBatch(10, 3, 4, 0) + makeBatch(12, 1, 4, 0);
  CHECK(stopsAt(scan(log), ScanStop::kOrder, 61, 1));
  CHECK(stopsAt(scan(makeBatch(10, 3, 4, 0) + makeBatch(13, 1, 3, 0)), ScanStop::kOrder, 61, 1));
  CHECK(stopsAt(scan(makeBatch(10, 3, 4, 0) + makeBatch(13, 1, -1, 0) + makeBatch(14, 1, 3, 0)), ScanStop::kOrder, 122, 2));
  CHECK(stopsAt(scan(makeBatch(10, 1, 4, 0), {.nextOffset = 11}), ScanStop::kOrder, 0, 0));
  CHECK(stopsAt(scan(makeBatch(10, 1, 4, 0), {.epoch = 5}), ScanStop::kOrder, 0, 0));
  CHECK(stopsAt(scan(makeBatch(-1, 1, 4, 0)), ScanStop::kOrder, 0, 0));
}

// What every scan must keep to, whatever the bytes.
void invariants(const Bytes& bytes, const Scan& result, size_t positionsMax) {
  CHECK(result.count <= positionsMax && result.position <= bytes.size());
  size_t at = 0;
  int64_t next = 0;
  for (const uint32_t position : result.positions) {
    CHECK(position == at);
    CHECK(loadI64(bytes.data() + at) >= next);
    next = loadI64(bytes.data() + at) + loadI32(bytes.data() + at + 23) + 1;
    at += static_cast<size_t>(loadI32(bytes.data() + at + 8)) + kBatchLogOverhead;
  }
  CHECK(at == result.position && next == result.nextOffset);
}

void noise(test::Random& random) {
  for (int i = 0; i < 20'000; i++) {
    Bytes bytes(random.below(200));
    for (uint8_t& byte : bytes) byte = random.below(3) == 0 ? 0 : random.byte();
    if (bytes.size() > 16 && random.below(2) == 0) bytes[16] = 2;
    if (bytes.size() > 12 && random.below(2) == 0) putU32(bytes, 8, static_cast<uint32_t>(random.below(300)));
    const ScanOptions options{.verify = random.below(2) == 0, .batchBytesMax = static_cast<int64_t>(random.below(400))};
    invariants(bytes, scan(bytes, options, 4), 4);
  }
}

void mutatedLogs(test::Random& random) {
  for (int i = 0; i < 20'000; i++) {
    Bytes log;
    int64_t offset = static_cast<int64_t>(random.below(1000));
    for (uint64_t n = random.below(6); n > 0; n--) {
      const int32_t count = static_cast<int32_t>(1 + random.below(5));
      log = log + makeBatch(offset, count, static_cast<int32_t>(random.below(3)), random.below(100));
      offset += count;
    }
    for (uint64_t n = random.below(5); n > 0 && !log.empty(); n--) log[random.below(log.size())] = random.byte();
    log.resize(log.size() - random.below(log.size() + 1) / 4);
    log.shrink_to_fit();
    const ScanOptions options{.verify = random.below(2) == 0, .batchBytesMax = 1 << 20};
    const size_t positionsMax = random.below(8);
    invariants(log, scan(log, options, positionsMax), positionsMax);
  }
}

}  // namespace

int main() {
  test::Random random;
  walks();
  shortAndZeros();
  corrupt();
  everyFlippedBit();
  order();
  noise(random);
  mutatedLogs(random);
  return test::checked();
}
