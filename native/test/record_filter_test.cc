// Random batches through index, judge and write, against a plain model; then the same of damaged bytes, for ASan to judge.
#include "core/record_filter.h"

#include <algorithm>
#include <map>

#include "check.h"
#include "core/bytes.h"
#include "core/record_reader.h"
#include "records.h"

using namespace millrace;
using test::batchOf;
using test::Bytes;
using test::Record;

namespace {

constexpr int64_t kBaseTimestamp = 1'700'000'000'000;

Bytes mapMemory(size_t slots) { return Bytes(OffsetMap::kHeaderSize + slots * OffsetMap::kSlotSize, 0); }

std::vector<Record> randomRecords(test::Random& random, int32_t& lastOffsetDelta) {
  std::vector<Record> records;
  int32_t delta = 0;
  for (uint64_t n = random.below(60); n > 0; n--) {
    Record record;
    record.offsetDelta = delta;
    record.timestampDelta = static_cast<int64_t>(random.below(20'000)) - 10'000;
    if (random.below(10) != 0) record.key = std::to_string(random.below(12));
    if (random.below(5) != 0) record.value = std::string(random.below(100), 'v');
    record.headers = static_cast<int>(random.below(3));
    records.push_back(record);
    delta += 1 + static_cast<int32_t>(random.below(3));
  }
  lastOffsetDelta = delta;
  return records;
}

struct Case {
  Bytes batch;
  std::vector<Record> records;
  test::Header header;

  const uint8_t* start() const { return batch.data() + 61; }
  const uint8_t* end() const { return batch.data() + batch.size(); }
};

Case randomCase(test::Random& random, uint16_t attributes = 0) {
  Case result;
  result.header = {.baseOffset = static_cast<int64_t>(random.below(1'000'000)), .baseTimestamp = kBaseTimestamp,
                   .maxTimestamp = kBaseTimestamp + 77, .attributes = attributes};
  result.records = randomRecords(random, result.header.lastOffsetDelta);
  result.batch = batchOf(result.header, result.records);
  result.batch.shrink_to_fit();
  return result;
}

int64_t newest(const std::map<std::string, int64_t>& model, const std::string& key) {
  const auto found = model.find(key);
  return found == model.end() ? -1 : found->second;
}

void indexAndJudge(test::Random& random) {
  const Case given = randomCase(random);
  const auto& [batch, records, header] = given;
  Bytes memory = mapMemory(20);
  OffsetMap map(memory.data(), memory.size());
  const int64_t startOffset = header.baseOffset + static_cast<int64_t>(random.below(20));
  const uint64_t room = random.below(15);
  const IndexedKeys indexed = indexKeys(map, batch.data(), given.start(), given.end(), startOffset, room);

  std::map<std::string, int64_t> model;
  int64_t lastOffset = -1;
  size_t looked = 0;
  bool full = false;
  for (const Record& record : records) {
    const int64_t offset = header.baseOffset + record.offsetDelta;
    if (record.key && offset >= startOffset) {
      full = !model.contains(*record.key) && model.size() == room;
      if (full) break;
      model[*record.key] = offset;
    }
    lastOffset = offset;
    looked++;
  }
  CHECK(indexed.full == full && indexed.added == model.size() && indexed.records == looked && !indexed.malformed);
  CHECK(indexed.lastOffset == lastOffset);

  const JudgeRules rules{lastOffset, random.below(2) == 0};
  Bytes keep(records.size(), 9);
  const Judgement judged = judgeRecords(map, batch.data(), given.start(), given.end(), rules, keep.data());
  CHECK(judged.records == records.size() && !judged.malformed);
  size_t kept = 0;
  size_t keyless = 0;
  bool tombstones = false;
  for (size_t i = 0; i < records.size(); i++) {
    const int64_t offset = header.baseOffset + records[i].offsetDelta;
    bool stays = offset > lastOffset;
    if (!stays && !records[i].key) keyless++;
    if (!stays && records[i].key) {
      stays = offset >= newest(model, *records[i].key) && (records[i].value || !rules.dropTombstones);
    }
    CHECK(keep[i] == (stays ? 1 : 0));
    if (stays) kept++;
    if (stays && !records[i].value) tombstones = true;
  }
  CHECK(judged.kept == kept && judged.keyless == keyless && judged.tombstones == tombstones);
}

void write(test::Random& random, uint16_t attributes, int64_t horizon) {
  const Case given = randomCase(random, attributes);
  const auto& [batch, records, header] = given;
  if (records.empty()) return;
  Bytes keep(records.size());
  for (uint8_t& each : keep) each = random.below(2) == 0 ? 1 : 0;
  keep[random.below(keep.size())] = 1;
  Bytes out(keptSizeMax(batch.size() - 61, records.size()));
  const Rewrite rewrite = writeKept(batch.data(), given.start(), given.end(), keep.data(), horizon, out.data());
  CHECK(!rewrite.malformed);
  out.resize(rewrite.size);

  const bool appendTime = (attributes & 0x08) != 0;
  std::vector<Record> kept;
  int64_t maxTimestamp = appendTime ? header.maxTimestamp : -1;
  int64_t baseTimestamp = horizon;
  for (size_t i = 0; i < records.size(); i++) {
    if (keep[i] == 0) continue;
    Record record = records[i];
    const int64_t timestamp = appendTime ? header.maxTimestamp : kBaseTimestamp + record.timestampDelta;
    if (kept.empty() && horizon < 0) baseTimestamp = timestamp;
    maxTimestamp = std::max(maxTimestamp, timestamp);
    record.timestampDelta = timestamp - baseTimestamp;
    kept.push_back(record);
  }
  test::Header expected = header;
  expected.baseTimestamp = baseTimestamp;
  expected.maxTimestamp = maxTimestamp;
  expected.attributes = static_cast<uint16_t>((attributes & ~0x47) | (horizon < 0 ? 0 : 0x40));
  CHECK(out == batchOf(expected, kept));
}

void damaged(test::Random& random) {
  Case given = randomCase(random);
  Bytes& batch = given.batch;
  for (uint64_t n = 1 + random.below(3); n > 0 && batch.size() > 61; n--) batch[61 + random.below(batch.size() - 61)] = random.byte();
  batch.resize(batch.size() - random.below(batch.size() - 60));
  batch.shrink_to_fit();
  Bytes memory = mapMemory(5);
  OffsetMap map(memory.data(), memory.size());
  Bytes keep(given.records.size(), 1);
  Bytes out(keptSizeMax(batch.size() - 61, given.records.size()));
  const bool indexed = !indexKeys(map, batch.data(), given.start(), given.end(), 0, 100).malformed;
  const bool judged = !judgeRecords(map, batch.data(), given.start(), given.end(), {}, keep.data()).malformed;
  std::fill(keep.begin(), keep.end(), 1);
  const bool written = !writeKept(batch.data(), given.start(), given.end(), keep.data(), 5, out.data()).malformed;
  CHECK(judged == written);
  // Only a full map ends before the damage.
  if (!judged) CHECK(!indexed || map.slots() == 5);
}

}  // namespace

int main() {
  test::Random random;
  for (int i = 0; i < 5000; i++) {
    indexAndJudge(random);
    write(random, 0, -1);
    write(random, 0x10, kBaseTimestamp + 86'400'000);
    write(random, 0x08, random.below(2) == 0 ? -1 : 0);
    write(random, 0x41, static_cast<int64_t>(random.below(1'000'000)));
    damaged(random);
  }
  return test::checked();
}
