// Records as they were written; then each byte of them damaged, and noise, on heap blocks of exact size, so that ASan is the judge of bounds.
#include "core/record_reader.h"

#include "check.h"
#include "core/varint.h"
#include "records.h"

using namespace millrace;
using test::batchOf;
using test::Bytes;
using test::Record;

namespace {

const std::vector<Record> kRecords = {
    {0, 0, "a", "one", 0},
    {1, -5, std::nullopt, "two", 1},
    {4, 1'700'000'000'000, "", std::nullopt, 3},
    {300, INT64_MIN, std::string(5000, 'k'), std::string(70'000, 'v'), 0},
    {70'000, INT64_MAX, std::nullopt, std::nullopt, 2},
};

RecordReader walkOf(const Bytes& batch) {
  return RecordReader(BatchFacts(batch.data()), batch.data() + 61, batch.data() + batch.size());
}

void asWritten() {
  const Bytes batch = batchOf({.baseOffset = 9, .lastOffsetDelta = 70'000}, kRecords);
  RecordReader walk = walkOf(batch);
  for (const Record& record : kRecords) {
    REQUIRE(walk.next());
    const RecordView& view = walk.record();
    CHECK(view.offsetDelta == record.offsetDelta && view.timestampDelta == record.timestampDelta);
    CHECK(view.hasValue() == record.value.has_value() && (view.keySize >= 0) == record.key.has_value());
    if (record.key) CHECK(std::string(view.key, view.key + view.keySize) == *record.key);
  }
  CHECK(!walk.next() && !walk.isMalformed());
  const Bytes empty = batchOf({.lastOffsetDelta = 5}, {});
  RecordReader none = walkOf(empty);
  CHECK(!none.next() && !none.isMalformed());
}

// How a walk over the records ends, after how many.
std::pair<size_t, bool> walked(const Bytes& batch) {
  RecordReader walk = walkOf(batch);
  size_t count = 0;
  while (walk.next()) {
    count++;
    const RecordView& view = walk.record();
    CHECK(view.begin >= batch.data() + 61 && view.end <= batch.data() + batch.size() && view.begin < view.end);
    CHECK(view.key >= view.begin && view.key + (view.keySize > 0 ? view.keySize : 0) <= view.end);
  }
  return {count, walk.isMalformed()};
}

void refused() {
  const auto two = [](const Record& second, int32_t lastOffsetDelta) {
    return walked(batchOf({.lastOffsetDelta = lastOffsetDelta}, {{1, 0, "a", "b", 0}, second}));
  };
  CHECK(two({2, 0, "a", "b", 0}, 2) == std::pair(size_t{2}, false));
  CHECK(two({1, 0, "a", "b", 0}, 2) == std::pair(size_t{1}, true));
  CHECK(two({3, 0, "a", "b", 0}, 2) == std::pair(size_t{1}, true));
  CHECK(two({-1, 0, "a", "b", 0}, 2) == std::pair(size_t{1}, true));
  Bytes more = batchOf({.lastOffsetDelta = 2}, {{0, 0, "a", "b", 0}});
  more.push_back(0);
  CHECK(walked(more) == std::pair(size_t{1}, true));
  // Fewer records than the header counts, and more.
  Bytes counted = batchOf({.lastOffsetDelta = 2}, {{0, 0, "a", "b", 0}, {1, 0, "a", "b", 0}});
  test::putBig(counted, 57, 3, 4);
  CHECK(walked(counted) == std::pair(size_t{2}, true));
  test::putBig(counted, 57, 1, 4);
  CHECK(walked(counted) == std::pair(size_t{1}, true));
  test::putBig(counted, 57, 2, 4);
  for (size_t cut = 62; cut < counted.size(); cut++) CHECK(walked(Bytes(counted.begin(), counted.begin() + static_cast<ptrdiff_t>(cut))).second);
}

void noise(test::Random& random) {
  for (int i = 0; i < 50'000; i++) {
    std::vector<Record> records;
    for (uint64_t n = random.below(5), delta = 0; n > 0; n--, delta += 1 + random.below(3)) {
      const std::string key(random.below(4), 'k');
      records.push_back({static_cast<int32_t>(delta), static_cast<int64_t>(random.below(200)) - 100, key, "v", static_cast<int>(random.below(3))});
    }
    Bytes batch = batchOf({.lastOffsetDelta = 20}, records);
    for (uint64_t n = random.below(4); n > 0 && batch.size() > 61; n--) batch[61 + random.below(batch.size() - 61)] = random.byte();
    batch.resize(batch.size() - random.below(batch.size() - 60));
    batch.shrink_to_fit();
    walked(batch);
  }
}

void varints(test::Random& random) {
  for (int i = 0; i < 100'000; i++) {
    const int64_t value = static_cast<int64_t>(random.below(UINT64_MAX) >> random.below(64)) * (random.below(2) == 0 ? 1 : -1);
    uint8_t bytes[10];
    const uint8_t* written = writeVarint(bytes, value);
    CHECK(static_cast<size_t>(written - bytes) == varintSize(value));
    int64_t read;
    CHECK(readVarlong(bytes, written, read) == written && read == value);
    CHECK(readVarlong(bytes, written - 1, read) == nullptr);
    int32_t narrow;
    const uint8_t* end = readVarint(bytes, written, narrow);
    if (value >= INT32_MIN && value <= INT32_MAX) CHECK(end == written && narrow == value);
    else CHECK(end == nullptr);
  }
}

}  // namespace

int main() {
  test::Random random;
  asWritten();
  refused();
  varints(random);
  noise(random);
  return test::checked();
}
