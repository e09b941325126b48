// Files that go one after another, on whichever thread runs it, until somebody says stop.
//
// A name that this is about to remove may be given to another file only after `stop` has returned: from then on it removes nothing.
#pragma once

#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"

namespace millrace {

class Removal {
 public:
  explicit Removal(std::vector<std::string> paths) : paths_(std::move(paths)) {}

  // Unlinks in order, until none is left, one fails or it is stopped. A file that is not there is no failure. To be called once.
  Status run();

  // From any thread; waits for the one unlink that may be going on. Returns how many of the paths, from the first on, are gone.
  size_t stop();

 private:
  std::mutex mutex_;  // held for each unlink: that is what `stop` waits for
  const std::vector<std::string> paths_;
  size_t removed_ = 0;
  bool stopped_ = false;
};

}  // namespace millrace
