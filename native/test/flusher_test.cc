// Rounds in order, a failing one among good ones, close with rounds waiting, and destruction in the middle.
#include "core/flusher.h"

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <vector>

#include "check.h"
#include "core/file.h"

using namespace millrace;

namespace {

// What rounds reported, in the order in which they did.
class Journal {
 public:
  struct Entry {
    int round;
    Status status;
    int64_t elapsedNs;
  };

  std::function<void(Status, int64_t)> note(int round) {
    return [this, round](Status status, int64_t elapsedNs) {
      std::lock_guard lock(mutex_);
      entries_.push_back({round, std::move(status), elapsedNs});
      added_.notify_all();
    };
  }

  std::vector<Entry> waitFor(size_t count) {
    std::unique_lock lock(mutex_);
    added_.wait(lock, [&] { return entries_.size() >= count; });
    return entries_;
  }

  size_t size() {
    std::lock_guard lock(mutex_);
    return entries_.size();
  }

 private:
  std::mutex mutex_;
  std::condition_variable added_;
  std::vector<Entry> entries_;
};

void rounds(const test::TemporaryDirectory& directory) {
  Journal journal;
  const std::string path = directory.file("a");
  Result<int> fd = openFile(path, OpenMode::kCreate);
  auto opened = Flusher::open(directory.path());
  REQUIRE(fd.ok() && opened.ok());
  Flusher& flusher = *opened.value();
  const uint8_t byte = 1;
  CHECK(writeFile(fd.value(), path, &byte, 1, 0).ok());
  CHECK(flusher.flush({{fd.value()}, {path}, {0}, {directory.path()}, false, journal.note(0)}));
  CHECK(flusher.flush({{fd.value(), 99'999}, {path, "/bad"}, {0, 0}, {}, false, journal.note(1)}));
  CHECK(flusher.flush({{}, {}, {}, {directory.file("none")}, false, journal.note(2)}));
  CHECK(flusher.flush({{99'999}, {"/first"}, {0}, {}, true, journal.note(3)}));
  CHECK(flusher.flush({{fd.value()}, {path}, {0}, {directory.path()}, true, journal.note(4)}));
  CHECK(flusher.flush({{}, {}, {}, {}, true, journal.note(5)}));
  flusher.close();
  CHECK(!flusher.flush({{fd.value()}, {path}, {0}, {}, false, journal.note(6)}));
  const auto entries = journal.waitFor(6);
  for (int i = 0; i < 6; i++) CHECK(entries[i].round == i && entries[i].elapsedNs >= 0);
  CHECK(entries[0].status.ok() && entries[4].status.ok() && entries[5].status.ok());
  CHECK(!entries[1].status.ok() && entries[1].status.error().number == EBADF && entries[1].status.error().path == "/bad");
  CHECK(!entries[2].status.ok() && entries[2].status.error().number == ENOENT);
  CHECK(!entries[3].status.ok() && entries[3].status.error().path == "/first");
  opened.value().reset();
  CHECK(journal.size() == 6);
  CHECK(closeFile(fd.value(), path).ok());
}

void destroyedWithRoundsWaiting(const test::TemporaryDirectory& directory) {
  for (int i = 0; i < 20; i++) {
    Journal journal;
    auto opened = Flusher::open(directory.path());
    REQUIRE(opened.ok());
    for (int round = 0; round < 50; round++) {
      CHECK(opened.value()->flush({{}, {}, {}, {directory.path()}, false, journal.note(round)}));
    }
    opened.value().reset();
    const size_t reported = journal.size();
    CHECK(reported <= 50);
    const auto entries = journal.waitFor(reported);
    for (size_t k = 0; k < entries.size(); k++) CHECK(entries[k].round == static_cast<int>(k));
  }
}

}  // namespace

int main() {
  const test::TemporaryDirectory directory;
  auto missing = Flusher::open(directory.file("none"));
  CHECK(!missing.ok() && missing.error().number == ENOENT);
  rounds(directory);
  destroyedWithRoundsWaiting(directory);
  return test::checked();
}
