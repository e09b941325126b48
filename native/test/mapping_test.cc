// Both kinds of mapping, populating in both ways, and a file cut off below a mapping that is being populated.
#include "core/mapping.h"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <vector>

#include "check.h"
#include "core/file.h"

using namespace millrace;

namespace {

const size_t kSize = 16 * pageSize();

int makeFile(const std::string& path, size_t size) {
  Result<int> fd = openFile(path, OpenMode::kCreate);
  if (!CHECK(fd.ok() && reserveFile(fd.value(), path, static_cast<int64_t>(size)).ok())) return -1;
  return fd.value();
}

void sharedReachesTheFile(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("shared");
  const int fd = makeFile(path, kSize);
  auto mapped = Mapping::shared(fd, path, static_cast<int64_t>(pageSize()), kSize - pageSize());
  REQUIRE(mapped.ok());
  CHECK(mappingCounters().mappings == 1 && mappingCounters().bytes == kSize - pageSize());
  mapped.value()->data()[3] = 42;
  uint8_t byte = 0;
  CHECK(readFile(fd, path, &byte, 1, static_cast<int64_t>(pageSize()) + 3).ok() && byte == 42);
  auto beyond = Mapping::shared(fd, path, 0, kSize + 1);
  CHECK(!beyond.ok() && beyond.error().number == ENXIO && beyond.error().path == path);
  CHECK(!Mapping::shared(-1, path, 0, kSize).ok());
  CHECK(closeFile(fd, path).ok());
  mapped.value()->data()[4] = 43;  // the mapping outlives the descriptor
  mapped.value().reset();
  CHECK(mappingCounters().mappings == 0 && mappingCounters().bytes == 0);
}

void privateIsPrivate(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("private");
  const int fd = makeFile(path, kSize);
  auto mapped = Mapping::forReading(fd, path, 0, kSize);
  REQUIRE(mapped.ok());
  uint8_t* data = mapped.value()->data();
  data[0] = 1;
  uint8_t byte = 99;
  CHECK(readFile(fd, path, &byte, 1, 0).ok() && byte == 0);
  const uint8_t written = 7;
  CHECK(writeFile(fd, path, &written, 1, static_cast<int64_t>(pageSize())).ok());
  CHECK(data[pageSize()] == 7 && data[0] == 1);
  CHECK(closeFile(fd, path).ok());
}

void populates(const test::TemporaryDirectory& directory, bool byTouching) {
  const std::string path = directory.file(byTouching ? "touched" : "populated");
  const size_t size = 2 * kPopulateStep + 3 * pageSize();
  const int fd = makeFile(path, size);
  auto mapped = Mapping::shared(fd, path, 0, size);
  REQUIRE(mapped.ok());
  const Mapping& mapping = *mapped.value();
  std::memset(mapping.data(), 5, 100);
  if (byTouching) {
    CHECK(mapping.touchWrite(10, size - 1) && mapping.touchRead(0, size));
  } else {
    mapping.populateWrite(10, size - 1);
    mapping.populateRead(0, size);
  }
  CHECK(mapping.resident(0, size) && mapping.resident(5, 5));
  CHECK(mapping.data()[0] == 5 && mapping.data()[99] == 5 && mapping.data()[100] == 0);  // touching changes nothing
  mapping.populateWrite(7, 7);
  mapping.populateRead(size, size);

  // Cut off: no signal, whichever way, and the pages that are left still come in.
  CHECK(truncateFile(fd, path, static_cast<int64_t>(pageSize())).ok());
  mapping.populateWrite(0, size);
  mapping.populateRead(0, size);
  CHECK(!mapping.touchWrite(0, size) && !mapping.touchRead(0, size));
  CHECK(mapping.touchWrite(0, 1) && mapping.touchRead(0, 1));
  CHECK(closeFile(fd, path).ok());
}

void residence(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("cold");
  const int fd = makeFile(path, kSize);
  CHECK(syncFile(fd, path).ok());
  auto mapped = Mapping::shared(fd, path, 0, kSize);
  REQUIRE(mapped.ok());
  const Mapping& mapping = *mapped.value();
  CHECK(!mapping.resident(0, kSize));  // reserved, never touched
  mapping.data()[0] = 1;
  CHECK(mapping.resident(0, 1) && mapping.resident(0, pageSize()));
  mapping.populateRead(3 * pageSize() + 5, 3 * pageSize() + 6);
  CHECK(mapping.resident(3 * pageSize(), 4 * pageSize()));
  CHECK(closeFile(fd, path).ok());
}

}  // namespace

int main() {
  const test::TemporaryDirectory directory;
  sharedReachesTheFile(directory);
  privateIsPrivate(directory);
  populates(directory, false);
  populates(directory, true);
  residence(directory);
  return test::checked();
}
