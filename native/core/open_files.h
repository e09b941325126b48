// The descriptors that one environment has open. Those that are left when it goes are closed, and with the locks on them.
//
// Nobody else would: a worker thread that is terminated, or that throws, runs none of its code any more, and Node closes only what Node has
// opened. All on one thread, and to be destroyed when no other thread (flusher, pager) has a descriptor of it in hand.
#pragma once

#include <string>
#include <unordered_set>

#include "core/error.h"
#include "core/file.h"

namespace millrace {

class OpenFiles {
 public:
  OpenFiles() = default;
  ~OpenFiles();
  OpenFiles(const OpenFiles&) = delete;
  OpenFiles& operator=(const OpenFiles&) = delete;

  Result<int> open(const std::string& path, OpenMode mode);
  // EBADF, and closes nothing, where `fd` is not one of these: its number may be another file's by now.
  Status close(int fd, const std::string& path);

 private:
  std::unordered_set<int> fds_;
};

}  // namespace millrace
