// A thread that makes files durable, one round after another, in the order in which they were given.
//
// One descriptor of the data directory stays open from the start: Linux tells a failed write-back to syncfs only on
// descriptors that were open when it happened (5.8 and later). A round stops at its first failure, says which, and the next
// round runs all the same: to stop there is the caller's decision. A failure is never tried again.
//
// flush and close may be called from any thread; `done` runs on the flusher's. Destruction drops the rounds that
// have not begun (their `done` is never called) and waits for the one that has.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/thread.h"

namespace millrace {

struct FlushRound {
  std::vector<int> fds;            // must stay open until `done`
  std::vector<std::string> paths;  // of the fds, for errors
  std::vector<int64_t> settled;    // of the fds: first each is written up to there (core/file.h), or not for 0
  std::vector<std::string> directories;
  // One syncfs and one fdatasync of the first file, in place of an fdatasync of each. The latter because whether syncfs
  // flushes the device's cache when nothing but data changed is each file system's own decision.
  bool wholeFileSystem = false;
  std::function<void(Status status, int64_t elapsedNs)> done;
};

class Flusher {
 public:
  static Result<std::unique_ptr<Flusher>> open(const std::string& directory);
  ~Flusher();
  Flusher(const Flusher&) = delete;
  Flusher& operator=(const Flusher&) = delete;

  // False after close: nothing was queued.
  bool flush(FlushRound round);
  // Takes no more rounds; the thread ends after those that it has. Does not wait.
  void close();

 private:
  Flusher(int fd, std::string directory) : fd_(fd), directory_(std::move(directory)) {}
  void run();
  Status sync(const FlushRound& round) const;
  Status syncFiles(const FlushRound& round) const;

  const int fd_;
  const std::string directory_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<FlushRound> rounds_;  // guarded by mutex_, as is closed_
  bool closed_ = false;
  Thread thread_;
};

}  // namespace millrace
