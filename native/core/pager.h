// A thread that makes room ahead of writers, reserves the next part of a file, maps it and brings its pages in, and that unmaps what they have left.
//
// Work is taken in turn, and populating goes in steps of kPopulateStep, each the end of its turn, so that no file
// waits for all of another. A ticket is ready when its part is mapped; its pages come in after that. `take` does the work of a
// ticket that has not begun itself: a writer never waits for other files' work, only for a call of its own already running.
//
// All members may be called from any thread, but close and the destructor only when no other call is running. A ticket is
// taken or cancelled once. close drops what has not begun and every ticket, unmaps what is left to unmap, and waits for the step that is running.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "core/error.h"
#include "core/mapping.h"
#include "core/thread.h"

namespace millrace {

struct PagerRequest {
  int fd = -1;  // must stay open until `take` or `cancel`
  std::string path;
  int64_t fileSize = 0;  // reserved up to here
  int64_t position = 0;
  size_t length = 0;
  size_t populate = 0;  // bytes from the beginning of the mapping; with any, all that is new is brought into the page cache
  // For a file that is flushed all the time: what is new is written to the disk as zeros, so that its flushes need not, and no page is
  // brought in for writing, since that would make it dirty again.
  bool clean = false;
};

class Pager {
 public:
  using Ticket = uint64_t;

  static Result<std::unique_ptr<Pager>> start();
  ~Pager();
  Pager(const Pager&) = delete;
  Pager& operator=(const Pager&) = delete;

  // Nothing after close.
  std::optional<Ticket> prepare(PagerRequest request);
  // Was it given out, and neither taken, cancelled nor dropped by close?
  bool holds(Ticket ticket);
  // On failure of the reservation or the mapping the file has its old size again. The ticket must be held.
  Result<std::shared_ptr<Mapping>> take(Ticket ticket);
  // What it mapped is unmapped when this returns; what it reserved stays.
  void cancel(Ticket ticket);
  // Pages [from, to), for writing. Replaces what is left of an earlier call for the same mapping. Nothing after close.
  void populate(std::shared_ptr<Mapping> mapping, size_t from, size_t to);
  // Lets go of the mapping in its turn, and of what is left of its populating at once. After close it goes when this returns.
  void unmap(std::shared_ptr<Mapping> mapping);
  void close();

 private:
  struct Prepared {
    PagerRequest request;
    bool begun = false;
    std::optional<Result<std::shared_ptr<Mapping>>> result;
  };
  struct Range {
    std::shared_ptr<Mapping> mapping;
    size_t from;
    size_t to;
  };
  // A ticket, or when `mapping` is set the next step of its range, or the end of `left`. One whose ticket or range is gone is skipped.
  struct Turn {
    Ticket ticket = 0;
    const Mapping* mapping = nullptr;
    std::shared_ptr<Mapping> left = nullptr;
  };

  Pager() = default;
  void run();
  void runTicket(std::unique_lock<std::mutex>& lock, Ticket ticket, bool awaited);
  void runStep(std::unique_lock<std::mutex>& lock, const Mapping* mapping);
  void queuePopulate(std::shared_ptr<Mapping> mapping, size_t from, size_t to);

  std::mutex mutex_;  // guards all below
  std::condition_variable work_;
  std::condition_variable progress_;  // a ticket became ready, or a step ended
  std::deque<Turn> turns_;
  std::map<Ticket, Prepared> tickets_;
  std::unordered_map<const Mapping*, Range> ranges_;
  const Mapping* populating_ = nullptr;  // compared only: it may be gone
  Ticket lastTicket_ = 0;
  bool closed_ = false;
  Thread thread_;
};

}  // namespace millrace
