// A thread that reports failure to start as an Error (std::thread throws, and there are no exceptions here).
//
// It takes no signals: those are the host program's. Must be joined before it is destroyed; join is idempotent.
#pragma once

#include <pthread.h>

#include <functional>

#include "core/error.h"

namespace millrace {

class Thread {
 public:
  Thread() = default;
  ~Thread() { join(); }
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;

  // `name` is a literal of at most 15 characters, shown by ps and gdb.
  Status start(const char* name, std::function<void()> body);
  void join();

 private:
  pthread_t handle_{};
  bool running_ = false;
};

}  // namespace millrace
