// Batches made by hand, copied into files; then mutated batches on heap blocks of exact size, so that ASan is the judge of bounds.
#include "core/value_copy.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include "check.h"
#include "core/file.h"

using namespace millrace;

namespace {

using Bytes = std::vector<uint8_t>;

// A batch of two records of one byte: the first takes 8.
constexpr size_t kSecondRecord = 61 + 8;

void putNumber(Bytes& bytes, uint64_t value, int size) {
  for (int i = size - 1; i >= 0; i--) bytes.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

void putVarint(Bytes& bytes, int64_t value) {
  uint64_t zigzag = (static_cast<uint64_t>(value) << 1) ^ static_cast<uint64_t>(value >> 63);
  for (; zigzag >= 0x80; zigzag >>= 7) bytes.push_back(static_cast<uint8_t>(zigzag | 0x80));
  bytes.push_back(static_cast<uint8_t>(zigzag));
}

Bytes recordsOf(const std::vector<std::string>& values) {
  Bytes records;
  for (size_t i = 0; i < values.size(); i++) {
    Bytes body = {0};
    putVarint(body, 0);
    putVarint(body, static_cast<int64_t>(i));
    putVarint(body, -1);
    putVarint(body, static_cast<int64_t>(values[i].size()));
    body.insert(body.end(), values[i].begin(), values[i].end());
    putVarint(body, 0);
    putVarint(records, static_cast<int64_t>(body.size()));
    records.insert(records.end(), body.begin(), body.end());
  }
  return records;
}

void add(Bytes& run, int64_t baseOffset, uint16_t attributes, const std::vector<std::string>& values) {
  const Bytes records = recordsOf(values);
  putNumber(run, static_cast<uint64_t>(baseOffset), 8);
  putNumber(run, records.size() + 49, 4);
  putNumber(run, 0, 4);
  run.push_back(2);
  putNumber(run, 0, 4);  // nobody looks at the checksum here
  putNumber(run, attributes, 2);
  putNumber(run, values.size() - 1, 4);
  for (int i = 0; i < 30; i++) run.push_back(0);
  putNumber(run, values.size(), 4);
  run.insert(run.end(), records.begin(), records.end());
}

struct Copied : CopyResult {
  int error = 0;
  std::string text;
};

Copied copy(const test::TemporaryDirectory& directory, const Bytes& run, CopyOptions options = {}) {
  const std::string path = directory.file("out");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0666);
  const uint8_t suffix[] = {'|'};
  options.suffix = suffix;
  options.suffixSize = 1;
  if (options.most == 0) options.most = 1'000'000;
  Copied copied;
  Result<CopyResult> result = copyValues(run.data(), run.size(), options, fd, path);
  if (result.ok()) {
    static_cast<CopyResult&>(copied) = result.value();
  } else {
    copied.error = result.error().number;
  }
  copied.text.resize(static_cast<size_t>(lseek(fd, 0, SEEK_END)));
  CHECK(pread(fd, copied.text.data(), copied.text.size(), 0) == static_cast<ssize_t>(copied.text.size()));
  close(fd);
  return copied;
}

void copies(const test::TemporaryDirectory& directory) {
  Bytes run;
  add(run, 10, 0, {"a", "", "c"});
  add(run, 13, 0x20, {"a marker"});
  const size_t third = run.size();
  add(run, 20, 0x08, {"d", "e"});
  Copied copied = copy(directory, run);
  CHECK(copied.stop == CopyStop::kEnd && copied.text == "a||c|d|e|" && copied.count == 5 && copied.nextOffset == 22);
  copied = copy(directory, run, {.startOffset = 12});
  CHECK(copied.stop == CopyStop::kEnd && copied.text == "c|d|e|" && copied.count == 3);
  copied = copy(directory, run, {.startOffset = 20});
  CHECK(copied.text == "d|e|");
  copied = copy(directory, run, {.most = 4});
  CHECK(copied.stop == CopyStop::kMost && copied.text == "a||c|d|" && copied.count == 4);
  CHECK(copied.position == third && copied.offsetDelta == 0 && copied.nextOffset == 14);
  copied = copy(directory, run, {.most = 3});
  CHECK(copied.stop == CopyStop::kMost && copied.text == "a||c|" && copied.position == third && copied.offsetDelta == -1);
  CHECK(copy(directory, {}).nextOffset == -1);
}

void largeValues(const test::TemporaryDirectory& directory) {
  test::Random random;
  const size_t sizes[] = {0, 1, 1000, 65535, 65536, 65537, 131072, 700'000};
  for (int round = 0; round < 20; round++) {
    Bytes run;
    std::string expected;
    for (int64_t batch = 0; batch < 3; batch++) {
      std::vector<std::string> values;
      for (uint64_t i = 1 + random.below(6); i > 0; i--) {
        values.emplace_back(sizes[random.below(8)], static_cast<char>('a' + random.below(26)));
        expected += values.back() + "|";
      }
      add(run, batch * 100, 0, values);
    }
    const Copied copied = copy(directory, run);
    CHECK(copied.stop == CopyStop::kEnd && copied.text == expected);
  }
}

void stopsAtWhatItDoesNotRead(const test::TemporaryDirectory& directory) {
  Bytes good;
  add(good, 0, 0, {"a", "b"});
  const size_t second = good.size();
  add(good, 2, 0, {"c", "d"});
  const auto changed = [&](size_t at, uint8_t value) {
    Bytes run = good;
    run[second + at] = value;
    return copy(directory, run);
  };
  for (const Copied& copied : {changed(22, 1), changed(16, 1), changed(0, 0x80), changed(0, 1), changed(11, 48), changed(11, 200),
                               changed(23, 0x80), changed(57, 0x80), changed(60, 3)}) {
    CHECK(copied.stop == CopyStop::kOther && copied.text == "a|b|" && copied.position == second);
    CHECK(copied.offsetDelta == -1 && copied.nextOffset == 2);
  }
  // The second record says that it is longer than the batch; there is one record less than there are bytes for.
  Copied copied = changed(kSecondRecord, 0x7e);
  CHECK(copied.stop == CopyStop::kOther && copied.text == "a|b|c|" && copied.position == second && copied.offsetDelta == 0);
  copied = changed(60, 1);
  CHECK(copied.stop == CopyStop::kOther && copied.text == "a|b|c|" && copied.offsetDelta == 0);
  good.resize(good.size() - 1);
  CHECK(copy(directory, good).position == second);
}

void tellsWhatTheSystemSays(const test::TemporaryDirectory& directory) {
  Bytes run;
  add(run, 0, 0, {std::string(3000, 'x'), "y"});
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit small = {1000, before.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  // The first write is short, the second fails.
  const Copied copied = copy(directory, run);
  setrlimit(RLIMIT_FSIZE, &before);
  CHECK(copied.error == EFBIG && copied.text == std::string(1000, 'x'));
}

void survivesNoise(const test::TemporaryDirectory& directory) {
  test::Random random;
  Bytes good;
  add(good, 0, 0, {"one", "", "three"});
  add(good, 3, 0, {"four"});
  add(good, 9, 0x20, {"mark"});
  add(good, 10, 0, {"five", "six"});
  for (int round = 0; round < 5'000; round++) {
    Bytes run = good;
    for (uint64_t i = random.below(5); i > 0; i--) run[random.below(run.size())] = random.byte();
    run.resize(random.below(2) == 0 ? run.size() : random.below(run.size()));
    run.shrink_to_fit();
    const Copied copied = copy(directory, run, {.startOffset = static_cast<int64_t>(random.below(12)), .most = 1 + random.below(8)});
    CHECK(copied.error == 0 && copied.position <= run.size() && copied.count <= 8);
    CHECK((copied.stop == CopyStop::kEnd) == (copied.position == run.size()));
  }
}

}  // namespace

int main() {
  const test::TemporaryDirectory directory;
  copies(directory);
  largeValues(directory);
  stopsAtWhatItDoesNotRead(directory);
  tellsWhatTheSystemSays(directory);
  survivesNoise(directory);
  return test::checked();
}
