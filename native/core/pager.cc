#include "core/pager.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/file.h"

namespace millrace {
namespace {

// Brings the pages of [from, to) into the page cache by writing zeros where nothing was ever written, in pieces of 64 KiB: the kernel
// then makes them as folios of that size, which cost a page half of what readahead's cost, and a quarter of 2 MiB folios where the
// host has taken large free blocks back (docs/decisions/0003). With `clean` each piece is on its way to the disk before the next is written:
// a flush that comes meanwhile waits for one of them at most. A failure is none: the pages come later, when they are touched.
void writeZeros(int fd, const std::string& path, int64_t from, int64_t to, bool clean) {
  static constexpr std::array<uint8_t, size_t{64} * 1024> kZeros{};
  while (from < to) {
    const size_t size = std::min(kZeros.size(), static_cast<size_t>(to - from));
    if (!writeFile(fd, path, kZeros.data(), size, from).ok()) return;
    if (clean) writeBack(path, from, static_cast<int64_t>(size));
    from += static_cast<int64_t>(size);
  }
}

// `awaited`: the writer stands still meanwhile, so nothing is done that can be left.
Result<std::shared_ptr<Mapping>> reserveAndMap(const PagerRequest& request, bool awaited) {
  Result<int64_t> before = fileSize(request.fd, request.path);
  if (!before.ok()) return before.error();
  Status reserved = reserveFile(request.fd, request.path, request.fileSize);
  if (!reserved.ok()) return reserved.error();
  // Only what was past the end: before it a writer may be at work.
  if (request.clean ? !awaited : request.populate > 0) {
    writeZeros(request.fd, request.path, before.value(), request.fileSize, request.clean);
  }
  auto mapping = Mapping::shared(request.fd, request.path, request.position, request.length);
  // Its failure is what the caller hears; the size that could not be restored is met by the next truncate.
  if (!mapping.ok() && request.fileSize > before.value()) (void)truncateFile(request.fd, request.path, before.value()).ok();
  return mapping;
}

}  // namespace

Result<std::unique_ptr<Pager>> Pager::start() {
  std::unique_ptr<Pager> pager(new Pager());
  Status started = pager->thread_.start("millrace-page", [raw = pager.get()] { raw->run(); });
  if (!started.ok()) return started.error();
  return pager;
}

Pager::~Pager() { close(); }

std::optional<Pager::Ticket> Pager::prepare(PagerRequest request) {
  Ticket ticket;
  {
    std::lock_guard lock(mutex_);
    if (closed_) return std::nullopt;
    ticket = ++lastTicket_;
    tickets_[ticket].request = std::move(request);
    turns_.push_back({ticket});
  }
  work_.notify_one();
  return ticket;
}

bool Pager::holds(Ticket ticket) {
  std::lock_guard lock(mutex_);
  return tickets_.contains(ticket);
}

Result<std::shared_ptr<Mapping>> Pager::take(Ticket ticket) {
  std::unique_lock lock(mutex_);
  Prepared& prepared = tickets_.at(ticket);  // std::map: stays where it is while others come and go
  if (!prepared.begun) runTicket(lock, ticket, true);
  progress_.wait(lock, [&] { return prepared.result.has_value(); });
  Result<std::shared_ptr<Mapping>> result = std::move(*prepared.result);
  tickets_.erase(ticket);
  return result;
}

void Pager::cancel(Ticket ticket) {
  std::unique_lock lock(mutex_);
  Prepared& prepared = tickets_.at(ticket);
  std::shared_ptr<Mapping> mapping;
  if (prepared.begun) {
    progress_.wait(lock, [&] { return prepared.result.has_value(); });
    if (prepared.result->ok()) mapping = std::move(prepared.result->value());
  }
  tickets_.erase(ticket);
  if (mapping == nullptr) return;
  Range range{};
  if (auto found = ranges_.find(mapping.get()); found != ranges_.end()) {
    range = std::move(found->second);
    ranges_.erase(found);
  }
  progress_.wait(lock, [&] { return populating_ != mapping.get(); });
  lock.unlock();  // unmapping takes its time
}

void Pager::populate(std::shared_ptr<Mapping> mapping, size_t from, size_t to) {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    queuePopulate(std::move(mapping), from, to);
  }
  work_.notify_one();
}

void Pager::queuePopulate(std::shared_ptr<Mapping> mapping, size_t from, size_t to) {
  const Mapping* key = mapping.get();
  if (from >= to) return;
  const auto [place, added] = ranges_.insert_or_assign(key, Range{std::move(mapping), from, to});
  (void)place;
  if (added) turns_.push_back({0, key});  // else its turn is in the queue already
}

void Pager::unmap(std::shared_ptr<Mapping> mapping) {
  {
    std::lock_guard lock(mutex_);
    if (closed_) return;
    ranges_.erase(mapping.get());
    turns_.push_back({0, nullptr, std::move(mapping)});
  }
  work_.notify_one();
}

void Pager::close() {
  std::deque<Turn> turns;
  std::map<Ticket, Prepared> tickets;
  std::unordered_map<const Mapping*, Range> ranges;
  {
    std::lock_guard lock(mutex_);
    closed_ = true;
    turns.swap(turns_);
  }
  work_.notify_all();
  thread_.join();
  {
    std::lock_guard lock(mutex_);
    tickets.swap(tickets_);
    ranges.swap(ranges_);
  }
}

void Pager::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [this] { return closed_ || !turns_.empty(); });
    if (closed_) return;
    Turn turn = std::move(turns_.front());
    turns_.pop_front();
    if (turn.left != nullptr) {
      lock.unlock();
      turn.left.reset();
      lock.lock();
    } else if (turn.mapping != nullptr) {
      runStep(lock, turn.mapping);
    } else if (auto found = tickets_.find(turn.ticket); found != tickets_.end() && !found->second.begun) {
      runTicket(lock, turn.ticket, false);
    }
  }
}

// Called and left with the lock; works without it. By the thread, or by `take`.
void Pager::runTicket(std::unique_lock<std::mutex>& lock, Ticket ticket, bool awaited) {
  Prepared& prepared = tickets_.at(ticket);
  prepared.begun = true;
  const PagerRequest request = prepared.request;
  lock.unlock();
  Result<std::shared_ptr<Mapping>> result = reserveAndMap(request, awaited);
  lock.lock();
  if (result.ok() && !closed_ && !request.clean) queuePopulate(result.value(), 0, std::min(request.populate, request.length));
  prepared.result = std::move(result);
  work_.notify_one();
  progress_.notify_all();
}

void Pager::runStep(std::unique_lock<std::mutex>& lock, const Mapping* mapping) {
  const auto found = ranges_.find(mapping);
  if (found == ranges_.end()) return;
  Range& range = found->second;
  std::shared_ptr<Mapping> held = range.mapping;  // it must not be unmapped under us
  const size_t from = range.from;
  const size_t to = std::min(range.to, from + kPopulateStep);
  range.from = to;
  if (range.from >= range.to) {
    ranges_.erase(found);
  } else {
    turns_.push_back({0, mapping});
  }
  populating_ = mapping;
  lock.unlock();
  held->populateWrite(from, to);
  held.reset();  // when all others have let go meanwhile this unmaps, which takes its time and which `cancel` waits for
  lock.lock();
  populating_ = nullptr;
  progress_.notify_all();
}

}  // namespace millrace
