// Tickets taken, cancelled, failing and dropped; populating replaced, and kept from a mapping that goes.
#include "core/pager.h"

#include <sys/resource.h>
#ifdef __linux__
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#endif

#include <array>
#include <cerrno>
#include <csignal>
#include <thread>
#include <vector>

#include "check.h"
#include "core/file.h"

using namespace millrace;

namespace {

constexpr size_t kPart = size_t{4} << 20;

struct File {
  std::string path;
  int fd = -1;

  File(const test::TemporaryDirectory& directory, const char* name) : path(directory.file(name)) {
    Result<int> opened = openFile(path, OpenMode::kCreate);
    if (CHECK(opened.ok())) fd = opened.value();
  }
  ~File() { CHECK(closeFile(fd, path).ok()); }
  int64_t size() const { return fileSize(fd, path).value(); }
  PagerRequest part(int64_t number, size_t populate) const {
    return {fd, path, (number + 1) * static_cast<int64_t>(kPart), number * static_cast<int64_t>(kPart), kPart, populate};
  }
};

std::unique_ptr<Pager> startPager() {
  auto pager = Pager::start();
  CHECK(pager.ok());
  return std::move(pager.value());
}

// Populating is advice with no end that one could wait for, so the test looks until it sees it.
bool becomesResident(const Mapping& mapping, size_t from, size_t to) {
  for (int i = 0; i < 5'000; i++) {
    if (mapping.resident(from, to)) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

void taken(const test::TemporaryDirectory& directory) {
  const File file(directory, "taken");
  const auto pager = startPager();
  const Pager::Ticket first = *pager->prepare(file.part(0, kPart));
  const Pager::Ticket second = *pager->prepare(file.part(1, 0));
  CHECK(first != second && pager->holds(first) && !pager->holds(second + 1));
  auto later = pager->take(second);  // perhaps not begun yet: then this thread does it
  auto mapped = pager->take(first);
  REQUIRE(mapped.ok() && later.ok());
  CHECK(!pager->holds(first) && file.size() == 2 * static_cast<int64_t>(kPart));
  CHECK(becomesResident(*mapped.value(), 0, kPart));
  pager->populate(later.value(), 0, kPart);
  pager->populate(later.value(), kPart / 2, kPart);
  CHECK(becomesResident(*later.value(), kPart / 2, kPart));
  mapped.value()->data()[kPart - 1] = 1;
  const File other(directory, "left alone");
  auto alone = pager->take(*pager->prepare(other.part(0, 0)));
  CHECK(alone.ok() && !alone.value()->resident(0, kPart));
}

#ifdef __linux__
// Extents that were reserved and never written to the disk; -1 where the file system does not tell.
int unwrittenExtents(int fd) {
  alignas(fiemap) std::array<uint8_t, sizeof(fiemap) + 64 * sizeof(fiemap_extent)> buffer{};
  auto* const map = reinterpret_cast<fiemap*>(buffer.data());
  map->fm_length = FIEMAP_MAX_OFFSET;
  map->fm_extent_count = 64;
  if (ioctl(fd, FS_IOC_FIEMAP, map) != 0) return -1;
  int count = 0;
  for (uint32_t i = 0; i < map->fm_mapped_extents; i++) {
    if ((map->fm_extents[i].fe_flags & FIEMAP_EXTENT_UNWRITTEN) != 0) count++;
  }
  return count;
}

void clean(const test::TemporaryDirectory& directory) {
  const File file(directory, "clean");
  const auto pager = startPager();
  PagerRequest request = file.part(0, kPart);
  const Pager::Ticket dirty = *pager->prepare(request);
  CHECK(pager->take(dirty).ok());
  if (unwrittenExtents(file.fd) < 0) return;
  CHECK(unwrittenExtents(file.fd) > 0);  // zeros in memory only

  const File other(directory, "clean too");
  request = other.part(0, kPart);
  request.clean = true;
  const Pager::Ticket ticket = *pager->prepare(request);
  for (int i = 0; i < 5'000 && (other.size() == 0 || unwrittenExtents(other.fd) != 0); i++) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  CHECK(unwrittenExtents(other.fd) == 0);  // on the disk, with nobody having asked for a sync
  auto mapped = pager->take(ticket);
  REQUIRE(mapped.ok());
  CHECK(mapped.value()->resident(0, kPart));
}
#endif

void failing(const test::TemporaryDirectory& directory) {
  const File file(directory, "failing");
  const auto pager = startPager();
  rlimit before{};
  getrlimit(RLIMIT_FSIZE, &before);
  const rlimit low{kPart + kPart / 2, before.rlim_max};
  CHECK(setrlimit(RLIMIT_FSIZE, &low) == 0);
  auto good = pager->take(*pager->prepare(file.part(0, 0)));
  auto refused = pager->take(*pager->prepare(file.part(1, kPart)));
  CHECK(setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(good.ok() && !refused.ok() && refused.error().number == EFBIG && refused.error().path == file.path);
  CHECK(file.size() == static_cast<int64_t>(kPart));

  // The reservation is made, the mapping is refused (its position is no multiple of the page size): the size is restored.
  PagerRequest crooked = file.part(1, 0);
  crooked.position += 1;
  crooked.length -= 1;
  auto unmapped = pager->take(*pager->prepare(crooked));
  CHECK(!unmapped.ok() && unmapped.error().number == EINVAL && std::string(unmapped.error().syscall) == "mmap");
  CHECK(file.size() == static_cast<int64_t>(kPart));
  auto bad = pager->take(*pager->prepare({99'999, "/bad", 10, 0, 10, 0}));
  CHECK(!bad.ok() && bad.error().number == EBADF && bad.error().path == "/bad");
}

void cancelled(const test::TemporaryDirectory& directory) {
  const auto pager = startPager();
  for (int i = 0; i < 60; i++) {
    const File file(directory, ("cancelled" + std::to_string(i)).c_str());
    const Pager::Ticket ticket = *pager->prepare(file.part(0, kPart));
    if (i % 3 == 1) std::this_thread::sleep_for(std::chrono::microseconds(300));
    if (i % 3 == 2) std::this_thread::sleep_for(std::chrono::milliseconds(3));
    pager->cancel(ticket);
    CHECK(!pager->holds(ticket) && mappingCounters().mappings == 0);
    CHECK(unlinkFile(file.path).ok());
  }
}

void mappingsGoWhilePopulated(const test::TemporaryDirectory& directory) {
  const auto pager = startPager();
  for (int i = 0; i < 40; i++) {
    const File file(directory, ("gone" + std::to_string(i)).c_str());
    auto mapped = pager->take(*pager->prepare(file.part(0, kPart)));
    REQUIRE(mapped.ok());
    for (size_t at = 0; at < kPart; at += kPart / 8) pager->populate(mapped.value(), at, kPart);
    mapped.value().reset();
    CHECK(truncateFile(file.fd, file.path, 0).ok());  // no signal
    CHECK(unlinkFile(file.path).ok());
  }
}

bool goes(uint64_t mappings) {
  for (int i = 0; i < 5'000; i++) {
    if (mappingCounters().mappings <= mappings) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

void left(const test::TemporaryDirectory& directory) {
  const File file(directory, "left");
  const auto pager = startPager();
  for (int64_t part = 0; part < 20; part++) {
    auto mapped = pager->take(*pager->prepare(file.part(part, kPart)));
    REQUIRE(mapped.ok());
    mapped.value()->data()[kPart - 1] = 1;
    if (part % 2 == 1) pager->populate(mapped.value(), 0, kPart);
    pager->unmap(std::move(mapped.value()));
  }
  CHECK(goes(0));
  auto held = pager->take(*pager->prepare(file.part(0, 0)));
  REQUIRE(held.ok());
  pager->unmap(held.value());
  pager->populate(held.value(), 0, kPart);  // somebody else's share
  CHECK(becomesResident(*held.value(), 0, kPart) && held.value()->data()[kPart - 1] == 1);
  held.value().reset();
  CHECK(goes(0));

  // What was not unmapped yet is when it closes; after that it goes at once.
  auto last = pager->take(*pager->prepare(file.part(0, 0)));
  auto later = pager->take(*pager->prepare(file.part(1, 0)));
  REQUIRE(last.ok() && later.ok());
  for (int64_t part = 20; part < 24; part++) (void)pager->prepare(file.part(part, kPart));
  pager->unmap(std::move(last.value()));
  pager->close();
  CHECK(mappingCounters().mappings == 1);
  pager->unmap(std::move(later.value()));
  CHECK(mappingCounters().mappings == 0);
}

void closes(const test::TemporaryDirectory& directory) {
  const File file(directory, "closed");
  const auto pager = startPager();
  std::vector<Pager::Ticket> tickets;
  for (int i = 0; i < 20; i++) tickets.push_back(*pager->prepare(file.part(i, kPart)));
  pager->close();
  CHECK(mappingCounters().mappings == 0);
  for (const Pager::Ticket ticket : tickets) CHECK(!pager->holds(ticket));
  CHECK(!pager->prepare(file.part(0, 0)).has_value());
  pager->close();
}

// Two threads with files of their own, as worker threads sharing nothing but the pager would be.
void fromTwoThreads(const test::TemporaryDirectory& directory) {
  const auto pager = startPager();
  const auto work = [&](const char* name) {
    const File file(directory, name);
    for (int64_t part = 0; part < 16; part++) {
      const Pager::Ticket ticket = *pager->prepare(file.part(part, kPart / 4));
      auto mapped = pager->take(ticket);
      if (!CHECK(mapped.ok())) return;
      pager->populate(mapped.value(), kPart / 4, kPart / 2);
      mapped.value()->data()[0] = 1;
    }
  };
  std::thread other([&] { work("thread-a"); });
  work("thread-b");
  other.join();
}

}  // namespace

int main() {
  signal(SIGXFSZ, SIG_IGN);  // as Node does
  const test::TemporaryDirectory directory;
  taken(directory);
#ifdef __linux__
  clean(directory);
#endif
  failing(directory);
  cancelled(directory);
  mappingsGoWhilePopulated(directory);
  left(directory);
  closes(directory);
  fromTwoThreads(directory);
  CHECK(mappingCounters().mappings == 0);
  return test::checked();
}
