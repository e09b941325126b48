#include "core/flusher.h"

#include <cerrno>
#include <chrono>
#include <utility>

#include "core/file.h"

namespace millrace {

Result<std::unique_ptr<Flusher>> Flusher::open(const std::string& directory) {
  Result<int> fd = openDirectory(directory);
  if (!fd.ok()) return fd.error();
  std::unique_ptr<Flusher> flusher(new Flusher(fd.value(), directory));
  Status started = flusher->thread_.start("millrace-flush", [raw = flusher.get()] { raw->run(); });
  if (!started.ok()) return started.error();
  return flusher;
}

Flusher::~Flusher() {
  std::deque<FlushRound> dropped;  // destroyed outside the lock
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    dropped.swap(rounds_);
  }
  changed_.notify_all();
  thread_.join();
  (void)closeFile(fd_, directory_);  // read only: there is nothing that it could lose
}

bool Flusher::flush(FlushRound round) {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return false;
    rounds_.push_back(std::move(round));
  }
  changed_.notify_one();
  return true;
}

void Flusher::close() {
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_one();
}

void Flusher::run() {
  for (;;) {
    FlushRound round;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return closed_ || !rounds_.empty(); });
      if (rounds_.empty()) return;
      round = std::move(rounds_.front());
      rounds_.pop_front();
    }
    const auto begin = std::chrono::steady_clock::now();
    Status status = sync(round);
    const auto elapsed = std::chrono::steady_clock::now() - begin;
    round.done(std::move(status), std::chrono::duration_cast<std::chrono::nanoseconds>(elapsed).count());
  }
}

Status Flusher::sync(const FlushRound& round) const {
  Status status = syncFiles(round);
  for (size_t i = 0; i < round.directories.size() && status.ok(); i++) status = syncDirectory(round.directories[i]);
  return status;
}

Status Flusher::syncFiles(const FlushRound& round) const {
  for (size_t i = 0; i < round.fds.size(); i++) {
    Status status = writeSettled(round.fds[i], round.paths[i], round.settled[i]);
    if (!status.ok()) return status;
  }
  if (round.wholeFileSystem) {
    Status status = syncFileSystem(fd_, directory_);
    if (status.ok()) return round.fds.empty() ? Status() : syncData(round.fds[0], round.paths[0]);
    if (status.error().number != ENOSYS) return status;
  }
  Status status;
  for (size_t i = 0; i < round.fds.size() && status.ok(); i++) status = syncData(round.fds[i], round.paths[i]);
  return status;
}

}  // namespace millrace
