// Files, on the file system of the temporary directory; a full disk is played by RLIMIT_FSIZE, which needs no privileges.
#include "core/file.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <vector>

#include "check.h"

using namespace millrace;

namespace {

int64_t blocksOf(int fd) {
  struct stat status;
  return fstat(fd, &status) == 0 ? static_cast<int64_t>(status.st_blocks) * 512 : -1;
}

void opens(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("open");
  Result<int> missing = openFile(path, OpenMode::kRead);
  REQUIRE(!missing.ok());
  CHECK(missing.error().number == ENOENT && missing.error().path == path);
  CHECK(missing.error().message() == "ENOENT: no such file or directory, open '" + path + "'");
  CHECK(!openFile(path, OpenMode::kReadWrite).ok());
  Result<int> created = openFile(path, OpenMode::kCreate);
  REQUIRE(created.ok());
  CHECK((fcntl(created.value(), F_GETFD) & FD_CLOEXEC) != 0);
  Result<int> again = openFile(path, OpenMode::kCreate);
  CHECK(!again.ok() && again.error().number == EEXIST);
  Result<int> appended = openFile(path, OpenMode::kCreateIfMissing);
  REQUIRE(appended.ok());
  CHECK(closeFile(appended.value(), path).ok());
  CHECK(closeFile(created.value(), path).ok());
  Status twice = closeFile(created.value(), path);
  CHECK(!twice.ok() && twice.error().number == EBADF);
  CHECK(errorName(99999) == "E99999");
}

void readsAndWrites(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("data");
  Result<int> fd = openFile(path, OpenMode::kCreate);
  REQUIRE(fd.ok());
  const std::vector<uint8_t> bytes{1, 2, 3, 4, 5};
  CHECK(writeFile(fd.value(), path, bytes.data(), 5, 10).ok());
  std::vector<uint8_t> back(20, 9);
  Result<size_t> got = readFile(fd.value(), path, back.data(), 20, 8);
  CHECK(got.ok() && got.value() == 7 && back[1] == 0 && back[2] == 1 && back[6] == 5 && back[7] == 9);
  Result<size_t> behind = readFile(fd.value(), path, back.data(), 20, 100);
  CHECK(behind.ok() && behind.value() == 0);
  CHECK(syncData(fd.value(), path).ok() && syncFile(fd.value(), path).ok() && syncDirectory(directory.path()).ok());
  writeBack(path, 0, 4096);
  writeBack(directory.file("none"), 0, 4096);
  CHECK(writeFile(fd.value(), path, bytes.data(), 5, int64_t{5} << 20).ok());
  for (const int64_t settled : {int64_t{0}, int64_t{100}, int64_t{4} << 20, int64_t{1} << 40}) {
    CHECK(writeSettled(fd.value(), path, settled).ok());
  }
  CHECK(writeSettled(99'999, path, 0).ok());  // it is no sync: whether there is such a file, that tells
  CHECK(truncateFile(fd.value(), path, 3).ok() && fileSize(fd.value(), path).value() == 3);
  CHECK(closeFile(fd.value(), path).ok());
  Result<int> readOnly = openFile(path, OpenMode::kRead);
  REQUIRE(readOnly.ok());
  Status refused = writeFile(readOnly.value(), path, bytes.data(), 5, 0);
  CHECK(!refused.ok() && refused.error().number == EBADF && std::string(refused.error().syscall) == "pwrite");
  CHECK(closeFile(readOnly.value(), path).ok());
  const std::string renamed = directory.file("renamed");
  CHECK(renameFile(path, renamed).ok() && !openFile(path, OpenMode::kRead).ok());
  CHECK(unlinkFile(renamed).ok());
  Status gone = unlinkFile(renamed);
  CHECK(!gone.ok() && gone.error().number == ENOENT);
  CHECK(!syncDirectory(directory.file("none")).ok());
}

using Reserve = Status (*)(int, const std::string&, int64_t);

void reserves(const test::TemporaryDirectory& directory, Reserve reserve, const char* name) {
  const std::string path = directory.file(name);
  Result<int> fd = openFile(path, OpenMode::kCreate);
  REQUIRE(fd.ok());
  const std::vector<uint8_t> bytes(100, 7);
  CHECK(writeFile(fd.value(), path, bytes.data(), 100, 0).ok());
  CHECK(reserve(fd.value(), path, 1'000'000).ok());
  CHECK(fileSize(fd.value(), path).value() == 1'000'000 && blocksOf(fd.value()) >= 1'000'000);
  CHECK(reserve(fd.value(), path, 10).ok() && fileSize(fd.value(), path).value() == 1'000'000);
  std::vector<uint8_t> back(200);
  CHECK(readFile(fd.value(), path, back.data(), 200, 0).ok() && back[99] == 7 && back[100] == 0);

  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit low{2'000'000, before.rlim_max};
  CHECK(setrlimit(RLIMIT_FSIZE, &low) == 0);
  Status refused = reserve(fd.value(), path, 3'000'000);
  CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(!refused.ok() && refused.error().number == EFBIG && refused.error().path == path);
  CHECK(fileSize(fd.value(), path).value() == 1'000'000);
  CHECK(blocksOf(fd.value()) < 2'000'000);
  CHECK(closeFile(fd.value(), path).ok());
}

void locks(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("lock");
  Result<int> first = openFile(path, OpenMode::kCreate);
  Result<int> second = openFile(path, OpenMode::kReadWrite);
  REQUIRE(first.ok() && second.ok());
  CHECK(tryLock(first.value(), path).value());
  Result<bool> held = tryLock(second.value(), path);
  CHECK(held.ok() && !held.value());
  CHECK(closeFile(first.value(), path).ok());
  CHECK(tryLock(second.value(), path).value());
  CHECK(closeFile(second.value(), path).ok());
  CHECK(!tryLock(second.value(), path).ok());
}

void tellsOfReadersThatAreGone(const test::TemporaryDirectory& directory) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  CHECK(!readerGone(ends[1], "pipe").value());
  const uint8_t byte = 1;
  REQUIRE(write(ends[1], &byte, 1) == 1);
  CHECK(!readerGone(ends[1], "pipe").value());
  close(ends[0]);
  CHECK(readerGone(ends[1], "pipe").value());
  close(ends[1]);
  const std::string path = directory.file("no-pipe");
  Result<int> file = openFile(path, OpenMode::kCreate);
  REQUIRE(file.ok());
  CHECK(!readerGone(file.value(), path).value());
  CHECK(closeFile(file.value(), path).ok());
}

}  // namespace

int main() {
  signal(SIGXFSZ, SIG_IGN);  // as Node does
  const test::TemporaryDirectory directory;
  opens(directory);
  readsAndWrites(directory);
  reserves(directory, reserveFile, "reserved");
  reserves(directory, reserveByWriting, "written");
  locks(directory);
  tellsOfReadersThatAreGone(directory);
  return test::checked();
}
