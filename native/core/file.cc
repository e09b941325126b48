#include "core/file.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace millrace {
namespace {

// One call moves at most 2 GiB - 4 KiB on Linux, and more than INT_MAX is an error on macOS.
constexpr size_t kTransferMax = size_t{1} << 30;

constexpr size_t kZerosSize = 256 * 1024;
const uint8_t kZeros[kZerosSize] = {};

// Repeats `call` while a signal interrupts it.
template <typename Call>
auto uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

Result<int> openWith(const std::string& path, int flags) {
  const int fd = uninterrupted([&] { return open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (fd == -1) return lastError("open", path);
  return fd;
}

Status statusOf(int result, const char* syscall, const std::string& path) {
  if (result == -1) return lastError(syscall, path);
  return {};
}

// Back to `size`, blocks behind it included (ext4, XFS and tmpfs free those on a truncate to the present size too).
void restoreSize(int fd, int64_t size) {
  // Its own failure cannot be told beside the first one, and the next truncate or recovery meets it again.
  (void)uninterrupted([&] { return ftruncate(fd, size); });
}

#ifdef __linux__
constexpr unsigned int kWaitForWrites = SYNC_FILE_RANGE_WAIT_BEFORE;
constexpr unsigned int kWriteAndWait = kWaitForWrites | SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER;

// With a size of 0 up to the end of the file. Fails when a page could not be written; where the call itself is refused there is no such help, and a sync tells.
Status syncRange(int fd, const std::string& path, int64_t position, int64_t size, unsigned int flags) {
  Status status = statusOf(uninterrupted([&] { return sync_file_range(fd, position, size, flags); }), "sync_file_range", path);
  if (status.ok()) return status;
  const int number = status.error().number;
  return number == EIO || number == ENOSPC || number == EDQUOT ? status : Status();
}
#endif

#ifdef __APPLE__
// There is no posix_fallocate: blocks are asked for behind the end, then the end is moved.
int allocate(int fd, int64_t size, int64_t before) {
  if (size <= before) return 0;
  fstore_t store{F_ALLOCATEALL, F_PEOFPOSMODE, 0, size - before, 0};
  if (uninterrupted([&] { return fcntl(fd, F_PREALLOCATE, &store); }) == -1) return -1;
  return uninterrupted([&] { return ftruncate(fd, size); });
}
#else
// Not posix_fallocate: where the file system cannot reserve, glibc's emulation writes one byte a block, everywhere in the range,
// and that is a race with a writer.
int allocate(int fd, int64_t size, int64_t before) {
  if (size == 0) return 0;
  return uninterrupted([&] { return fallocate(fd, 0, 0, size); });
}
#endif

bool cannotReserve(int number) { return number == EOPNOTSUPP || number == ENOTSUP || number == EINVAL || number == ENOSYS; }

}  // namespace

Result<int> openFile(const std::string& path, OpenMode mode) {
  switch (mode) {
    case OpenMode::kRead:
      return openWith(path, O_RDONLY);
    case OpenMode::kReadWrite:
      return openWith(path, O_RDWR);
    case OpenMode::kCreate:
      return openWith(path, O_RDWR | O_CREAT | O_EXCL);
    case OpenMode::kCreateIfMissing:
      return openWith(path, O_RDWR | O_CREAT);
  }
  return Error{EINVAL, "open", path};
}

Result<int> openDirectory(const std::string& path) { return openWith(path, O_RDONLY | O_DIRECTORY); }

Status closeFile(int fd, const std::string& path) {
  // Never repeated: after EINTR the descriptor is gone on Linux, and its number may be another thread's by now.
  if (close(fd) == -1 && errno != EINTR) return lastError("close", path);
  return {};
}

Result<int64_t> fileSize(int fd, const std::string& path) {
  struct stat status;
  if (fstat(fd, &status) == -1) return lastError("fstat", path);
  return static_cast<int64_t>(status.st_size);
}

Result<size_t> readFile(int fd, const std::string& path, uint8_t* bytes, size_t size, int64_t position) {
  size_t done = 0;
  while (done < size) {
    const size_t want = std::min(size - done, kTransferMax);
    const ssize_t got =
        uninterrupted([&] { return pread(fd, bytes + done, want, position + static_cast<int64_t>(done)); });
    if (got == -1) return lastError("pread", path);
    if (got == 0) break;
    done += static_cast<size_t>(got);
  }
  return done;
}

Status writeFile(int fd, const std::string& path, const uint8_t* bytes, size_t size, int64_t position) {
  size_t done = 0;
  while (done < size) {
    const size_t want = std::min(size - done, kTransferMax);
    const ssize_t put =
        uninterrupted([&] { return pwrite(fd, bytes + done, want, position + static_cast<int64_t>(done)); });
    if (put == -1) return lastError("pwrite", path);
    if (put == 0) return Error{EIO, "pwrite", path};  // no file system should; without this it would be an endless loop
    done += static_cast<size_t>(put);
  }
  return {};
}

Status writeOn(int fd, const std::string& path, const uint8_t* bytes, size_t size) {
  size_t done = 0;
  while (done < size) {
    const ssize_t put = uninterrupted([&] { return write(fd, bytes + done, std::min(size - done, kTransferMax)); });
    if (put == -1) return lastError("write", path);
    if (put == 0) return Error{EIO, "write", path};
    done += static_cast<size_t>(put);
  }
  return {};
}

Status reserveFile(int fd, const std::string& path, int64_t size) {
  Result<int64_t> before = fileSize(fd, path);
  if (!before.ok()) return before.error();
  if (allocate(fd, size, before.value()) == 0) return {};
  const Error error = lastError("fallocate", path);
  if (cannotReserve(error.number)) return reserveByWriting(fd, path, size);
  restoreSize(fd, before.value());
  return error;
}

Status reserveByWriting(int fd, const std::string& path, int64_t size) {
  Result<int64_t> before = fileSize(fd, path);
  if (!before.ok()) return before.error();
  if (size <= before.value()) return {};
  Status status;
  for (int64_t at = before.value(); at < size && status.ok();) {
    const int64_t step = std::min<int64_t>(size - at, kZerosSize);
    status = writeFile(fd, path, kZeros, static_cast<size_t>(step), at);
    at += step;
  }
  // NFS and others take dirty pages for which they have no room: only the sync tells.
  if (status.ok()) status = syncData(fd, path);
  if (!status.ok()) restoreSize(fd, before.value());
  return status;
}

Status truncateFile(int fd, const std::string& path, int64_t size) {
  return statusOf(uninterrupted([&] { return ftruncate(fd, size); }), "ftruncate", path);
}

Status syncData(int fd, const std::string& path) {
#ifdef __APPLE__
  return statusOf(uninterrupted([&] { return fcntl(fd, F_FULLFSYNC); }), "fdatasync", path);
#else
  return statusOf(uninterrupted([&] { return fdatasync(fd); }), "fdatasync", path);
#endif
}

void writeBack(const std::string& path, int64_t position, int64_t size) {
#ifdef __linux__
  Result<int> fd = openFile(path, OpenMode::kRead);
  if (!fd.ok()) return;
  (void)syncRange(fd.value(), path, position, size, kWriteAndWait);
  (void)closeFile(fd.value(), path);
#else
  (void)path, (void)position, (void)size;
#endif
}

Status writeSettled(int fd, const std::string& path, int64_t settled) {
#ifdef __linux__
  // The page cache writes in folios, of which the writer's own may reach back so far.
  constexpr int64_t kFolioMax = int64_t{2} << 20;
  const int64_t end = settled - settled % kFolioMax;
  Status status = end > 0 ? syncRange(fd, path, 0, end, kWriteAndWait) : Status();
  return status.ok() ? syncRange(fd, path, end, 0, kWaitForWrites) : status;
#else
  (void)fd, (void)path, (void)settled;
  return Status();
#endif
}

Status syncFile(int fd, const std::string& path) {
#ifdef __APPLE__
  return statusOf(uninterrupted([&] { return fcntl(fd, F_FULLFSYNC); }), "fsync", path);
#else
  return statusOf(uninterrupted([&] { return fsync(fd); }), "fsync", path);
#endif
}

Status syncFileSystem(int fd, const std::string& path) {
#ifdef __linux__
  return statusOf(uninterrupted([&] { return syncfs(fd); }), "syncfs", path);
#else
  (void)fd;
  return Error{ENOSYS, "syncfs", path};
#endif
}

Status syncDirectory(const std::string& path) {
  Result<int> fd = openDirectory(path);
  if (!fd.ok()) return fd.error();
  // fsync also on macOS: a directory refuses F_FULLFSYNC on some of its file systems.
  Status synced = statusOf(uninterrupted([&] { return fsync(fd.value()); }), "fsync", path);
  Status closed = closeFile(fd.value(), path);
  return synced.ok() ? closed : synced;
}

Status renameFile(const std::string& from, const std::string& to) {
  return statusOf(rename(from.c_str(), to.c_str()), "rename", from);
}

Status unlinkFile(const std::string& path) { return statusOf(unlink(path.c_str()), "unlink", path); }

Result<bool> tryLock(int fd, const std::string& path) {
  if (uninterrupted([&] { return flock(fd, LOCK_EX | LOCK_NB); }) != 0) {
    if (errno == EWOULDBLOCK) return false;
    return lastError("flock", path);
  }
#ifdef F_OFD_SETLK
  // Kafka's lock is a record lock, which flock does not meet: this one does, and it too goes with the descriptor.
  struct flock whole = {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  if (uninterrupted([&] { return fcntl(fd, F_OFD_SETLK, &whole); }) != 0) {
    if (errno == EAGAIN || errno == EACCES) return false;
    // A file system without record locks has flock's, which is held already.
    if (errno != EINVAL && errno != ENOLCK && errno != EOPNOTSUPP) return lastError("fcntl", path);
  }
#endif
  return true;
}

Result<bool> readerGone(int fd, const std::string& path) {
  pollfd entry = {};
  entry.fd = fd;  // no events asked for: the end of the other side is told always
  if (uninterrupted([&] { return poll(&entry, 1, 0); }) < 0) return lastError("poll", path);
  return (entry.revents & (POLLERR | POLLHUP)) != 0;
}

}  // namespace millrace
