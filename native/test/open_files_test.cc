// OpenFiles: what is left is closed with it, locks too; and only what it has opened.
#include "core/open_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>

#include "check.h"

using namespace millrace;

namespace {

bool isOpen(int fd) { return fcntl(fd, F_GETFD) != -1; }

void closesWhatIsLeft(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("left");
  std::optional<OpenFiles> files(std::in_place);
  Result<int> closed = files->open(path, OpenMode::kCreateIfMissing);
  Result<int> left = files->open(path, OpenMode::kReadWrite);
  CHECK(closed.ok() && left.ok());
  CHECK(files->close(closed.value(), path).ok() && !isOpen(closed.value()));
  // Its number goes to a file of somebody else, who keeps it.
  Result<int> other = openFile(path, OpenMode::kRead);
  CHECK(other.ok() && other.value() == closed.value());
  files.reset();
  CHECK(!isOpen(left.value()));
  CHECK(isOpen(other.value()));
  CHECK(closeFile(other.value(), path).ok());
}

void unlocks(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("lock");
  std::optional<OpenFiles> holder(std::in_place);
  CHECK(tryLock(holder->open(path, OpenMode::kCreateIfMissing).value(), path).value());
  OpenFiles files;
  const int fd = files.open(path, OpenMode::kReadWrite).value();
  CHECK(!tryLock(fd, path).value());
  holder.reset();
  CHECK(tryLock(fd, path).value());
}

void closesNothingElse(const test::TemporaryDirectory& directory) {
  const std::string path = directory.file("other");
  OpenFiles files;
  const int fd = files.open(path, OpenMode::kCreateIfMissing).value();
  CHECK(files.close(fd, path).ok());
  const int other = openFile(path, OpenMode::kRead).value();
  CHECK(other == fd);
  const Status again = files.close(fd, path);
  CHECK(!again.ok() && again.error().number == EBADF && again.error().path == path);
  CHECK(std::string(again.error().syscall) == "close");
  CHECK(isOpen(other) && closeFile(other, path).ok());
  CHECK(!files.open(directory.file("none"), OpenMode::kRead).ok());
}

}  // namespace

int main() {
  const test::TemporaryDirectory directory;
  closesWhatIsLeft(directory);
  unlocks(directory);
  closesNothingElse(directory);
  return test::checked();
}
