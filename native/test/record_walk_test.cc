// Records made by hand, each fault by name; then mutated batches on heap blocks of exact size, so that ASan is the judge of bounds.
#include "core/record_walk.h"

#include <cstring>
#include <string>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

using Bytes = std::vector<uint8_t>;

void put(Bytes& bytes, int64_t value) {
  uint64_t zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; zigzag >= 0x80; zigzag >>= 7) bytes.push_back(static_cast<uint8_t>(zigzag | 0x80));
  bytes.push_back(static_cast<uint8_t>(zigzag));
}

void putField(Bytes& bytes, const char* text) {
  put(bytes, text == nullptr ? -1 : static_cast<int64_t>(std::strlen(text)));
  if (text != nullptr) bytes.insert(bytes.end(), text, text + std::strlen(text));
}

struct Fields {
  int64_t offsetDelta = 0;
  int64_t timestampDelta = 0;
  const char* key = nullptr;
  const char* value = nullptr;
  std::vector<const char*> headers = {};  // name, value, name, value
};

void add(Bytes& records, const Fields& fields) {
  Bytes body = {0};
  put(body, fields.timestampDelta);
  put(body, fields.offsetDelta);
  putField(body, fields.key);
  putField(body, fields.value);
  put(body, static_cast<int64_t>(fields.headers.size() / 2));
  for (const char* text : fields.headers) putField(body, text);
  put(records, static_cast<int64_t>(body.size()));
  records.insert(records.end(), body.begin(), body.end());
}

Bytes sample() {
  Bytes records;
  add(records, {.offsetDelta = 0, .timestampDelta = 5, .key = "k", .value = "one"});
  add(records, {.offsetDelta = 2, .timestampDelta = -3, .value = nullptr, .headers = {"a", "1", "b", nullptr}});
  add(records, {.offsetDelta = 3, .timestampDelta = 1 << 20, .key = "", .value = "three"});
  add(records, {.offsetDelta = 4, .timestampDelta = 1 << 20, .value = ""});
  return records;
}

RecordWalk walkOf(int64_t count, int64_t last) {
  RecordWalk walk;
  walk.left = count;
  walk.lastOffsetDelta = last;
  return walk;
}

bool holds(const Bytes& records, int64_t count, int64_t last) {
  return checkRecords(records.data(), records.size(), walkOf(count, last)).ok;
}

void checks() {
  const Bytes records = sample();
  const LargestTimestamp largest = checkRecords(records.data(), records.size(), walkOf(4, 4));
  CHECK(largest.ok && largest.delta == 1 << 20 && largest.offsetDelta == 3);
  CHECK(holds({}, 0, 0));
  CHECK(!holds(records, 3, 4));   // bytes follow the last
  CHECK(!holds(records, 5, 9));   // there are not so many
  CHECK(!holds(records, 4, 3));   // an offset past the last
  Bytes again;
  for (int i = 0; i < 2; i++) add(again, {.offsetDelta = 1, .value = "x"});
  CHECK(!holds(again, 2, 5));  // an offset twice
  Bytes far;
  add(far, {.timestampDelta = INT64_MAX, .value = "x"});
  CHECK(!holds(far, 1, 0));  // more than a number of JavaScript holds
  Bytes header;
  add(header, {.value = "x", .headers = {nullptr, "1"}});
  CHECK(!holds(header, 1, 0));  // a name that is null
  CHECK(!holds({10, 0, 0, 0, 1, 1}, 1, 0));  // a body shorter than any
  CHECK(!holds({0x80, 0x80, 0x80, 0x80, 0x10}, 1, 0));  // a size of more than 32 bits
}

struct Gathered : GatherResult {
  std::string text;
};

Gathered gather(const Bytes& records, RecordWalk& walk, size_t room, GatherOptions options = {}) {
  const uint8_t suffix[] = {'|'};
  options.suffix = suffix;
  options.suffixSize = 1;
  if (options.most == 0) options.most = 100;
  if (options.sizeMax == 0) options.sizeMax = 100;
  Bytes target(room);
  Gathered result;
  static_cast<GatherResult&>(result) = gatherValues(records.data(), records.size(), walk, options, target.data(), room);
  result.text.assign(target.begin(), target.begin() + static_cast<ptrdiff_t>(result.size));
  return result;
}

void gathers() {
  const Bytes records = sample();
  RecordWalk walk = walkOf(4, 4);
  Gathered result = gather(records, walk, 64);
  CHECK(result.stop == GatherStop::kEnd && result.count == 4 && result.text == "one||three||");
  walk = walkOf(4, 4);
  result = gather(records, walk, 64, {.offsetDeltaMin = 3, .most = 1});
  CHECK(result.stop == GatherStop::kMost && result.text == "three|" && walk.left == 1);
  result = gather(records, walk, 64);
  CHECK(result.stop == GatherStop::kEnd && result.text == "|");
  walk = walkOf(4, 4);
  result = gather(records, walk, 5);
  CHECK(result.stop == GatherStop::kFull && result.text == "one||" && walk.left == 2);
  result = gather(records, walk, 6);
  CHECK(result.stop == GatherStop::kFull && result.text == "three|");
  walk = walkOf(4, 4);
  result = gather(records, walk, 64, {.sizeMax = 4});
  CHECK(result.stop == GatherStop::kLarge && result.text == "one||" && walk.left == 1 && walk.offsetDelta == 3);
  CHECK(std::string(records.begin() + static_cast<ptrdiff_t>(result.valuePosition),
                    records.begin() + static_cast<ptrdiff_t>(result.valuePosition + result.valueSize)) == "three");
  walk = walkOf(5, 9);
  result = gather(records, walk, 64);
  CHECK(result.stop == GatherStop::kMalformed && result.count == 4 && walk.offsetDelta == 4);
  walk = walkOf(3, 4);
  CHECK(gather(records, walk, 64).stop == GatherStop::kMalformed);
}

void survivesNoise() {
  test::Random random;
  const Bytes good = sample();
  for (int round = 0; round < 20'000; round++) {
    Bytes records = good;
    for (uint64_t i = random.below(4); i > 0; i--) records[random.below(records.size())] = random.byte();
    records.resize(random.below(2) == 0 ? records.size() : random.below(records.size()));
    records.shrink_to_fit();
    const int64_t count = static_cast<int64_t>(random.below(7));
    const int64_t last = static_cast<int64_t>(random.below(7));
    const bool ok = holds(records, count, last);
    RecordWalk walk = walkOf(count, last);
    const Gathered result = gather(records, walk, random.below(40), {.offsetDeltaMin = static_cast<int64_t>(random.below(3))});
    CHECK(walk.position <= records.size() && walk.left >= 0);
    // What the check takes, the copy must take.
    if (ok) CHECK(result.stop != GatherStop::kMalformed);
  }
}

}  // namespace

int main() {
  checks();
  gathers();
  survivesNoise();
  return test::checked();
}
