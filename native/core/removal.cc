#include "core/removal.h"

#include <cerrno>

#include "core/file.h"

namespace millrace {

Status Removal::run() {
  for (;;) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (stopped_ || removed_ == paths_.size()) return {};
    Status status = unlinkFile(paths_[removed_]);
    if (!status.ok() && status.error().number != ENOENT) return status;
    removed_++;
  }
}

size_t Removal::stop() {
  const std::lock_guard<std::mutex> lock(mutex_);
  stopped_ = true;
  return removed_;
}

}  // namespace millrace
