#include "core/open_files.h"

#include <cerrno>

namespace millrace {

OpenFiles::~OpenFiles() {
  // A failure has nobody to hear it, and loses nothing: what was to be durable was synced.
  for (const int fd : fds_) (void)closeFile(fd, "");
}

Result<int> OpenFiles::open(const std::string& path, OpenMode mode) {
  Result<int> fd = openFile(path, mode);
  if (fd.ok()) fds_.insert(fd.value());
  return fd;
}

Status OpenFiles::close(int fd, const std::string& path) {
  if (fds_.erase(fd) == 0) return Error{EBADF, "close", path};
  return closeFile(fd, path);
}

}  // namespace millrace
