// Files by descriptor: open, read, write, reserve, sync, lock, and the directory operations beside them.
//
// Each call finishes what it began (short reads and writes and EINTR are gone on with) or returns the Error of the system call
// that failed. `path` is only for that Error. Nothing is kept between calls, so any thread may call; two calls on one descriptor
// at once are the caller's affair. On macOS the syncs are F_FULLFSYNC, since fsync there leaves the device's cache alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/error.h"

namespace millrace {

enum class OpenMode : uint8_t {
  kRead,            // must exist
  kReadWrite,       // must exist
  kCreate,          // must not exist
  kCreateIfMissing,
};

Result<int> openFile(const std::string& path, OpenMode mode);
Result<int> openDirectory(const std::string& path);
Status closeFile(int fd, const std::string& path);
Result<int64_t> fileSize(int fd, const std::string& path);

// Until `size` bytes or the end of the file; returns how many.
Result<size_t> readFile(int fd, const std::string& path, uint8_t* bytes, size_t size, int64_t position);
Status writeFile(int fd, const std::string& path, const uint8_t* bytes, size_t size, int64_t position);
// Where the descriptor stands, as for an output that somebody else has opened.
Status writeOn(int fd, const std::string& path, const uint8_t* bytes, size_t size);

// Gives every byte of [0, size) a block and makes the file at least `size` long. Where the file system cannot do that, zeros are
// written from the present end on and synced (some report a full disk only then). On failure the file has its old size and
// no blocks behind it.
Status reserveFile(int fd, const std::string& path, int64_t size);
// The part of reserveFile for file systems that cannot reserve; here for the tests.
Status reserveByWriting(int fd, const std::string& path, int64_t size);

Status truncateFile(int fd, const std::string& path, int64_t size);
Status syncData(int fd, const std::string& path);
Status syncFile(int fd, const std::string& path);
// Waits until the pages of [position, position + size) are written, which makes nothing durable: a later sync finds them clean. By a description
// of its own: Linux tells each one once of a page that could not be written, and whoever syncs must hear of it. So a failure is none
// of the caller's. Does nothing where there is no such call.
void writeBack(const std::string& path, int64_t position, int64_t size);
// For the syncs of a file that somebody stores into, through a mapping or not. A sync that finds a page being written waits for that with the page
// locked, and some disks need their pages stable while they are written (RAID5): who stores into the page meanwhile waits as long. So this writes what
// lies below `settled`, where nobody stores any more, and waits for what is being written of the rest, without locks: the sync that follows finds
// little. Fails as that sync would have, since Linux tells a description once of a page that could not be written. Does nothing where there is no such call.
Status writeSettled(int fd, const std::string& path, int64_t settled);
// All that is dirty in the file system of `fd`. ENOSYS where there is no such call (macOS).
Status syncFileSystem(int fd, const std::string& path);
Status syncDirectory(const std::string& path);

Status renameFile(const std::string& from, const std::string& to);
Status unlinkFile(const std::string& path);
// Exclusive, by flock and by a record lock (which is what Kafka takes); false when another open file has either. The kernel lets them
// go when the process ends.
Result<bool> tryLock(int fd, const std::string& path);

// Has whoever was to read from this pipe or socket closed it? Never true of a file. Does not wait.
Result<bool> readerGone(int fd, const std::string& path);

}  // namespace millrace
