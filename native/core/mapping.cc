#include "core/mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>

#include "core/file.h"

#ifdef __linux__
#include <linux/futex.h>
#include <sys/syscall.h>
#include <ctime>
#endif

namespace millrace {
namespace {

// Linux 5.14; the C library's headers may be older than the kernel.
constexpr int kAdvicePopulateRead = 22;
constexpr int kAdvicePopulateWrite = 23;

std::atomic<uint64_t> liveMappings{0};
std::atomic<uint64_t> liveBytes{0};

struct Pages {
  uint8_t* begin;
  size_t size;
};

// The whole pages around [from, to).
Pages pagesAround(uint8_t* data, size_t from, size_t to) {
  const size_t mask = pageSize() - 1;
  const size_t begin = from & ~mask;
  return {data + begin, ((to + mask) & ~mask) - begin};
}

Result<uint8_t*> map(int fd, const std::string& path, int64_t position, size_t length, int flags) {
  void* address = mmap(nullptr, length, PROT_READ | PROT_WRITE, flags, fd, position);
  if (address == MAP_FAILED) return lastError("mmap", path);
  return static_cast<uint8_t*>(address);
}

#ifdef __linux__

enum class Advised : uint8_t { kDone, kFailed, kUnknown };

// kUnknown: this kernel has no such advice. EINVAL has no other cause here: the range is whole pages of one mapping.
Advised advise(Pages pages, int advice) {
  while (pages.size > 0) {
    const size_t step = std::min(pages.size, kPopulateStep);
    if (madvise(pages.begin, step, advice) == -1) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return errno == EINVAL ? Advised::kUnknown : Advised::kFailed;
    }
    pages.begin += step;
    pages.size -= step;
  }
  return Advised::kDone;
}

// The kernel reads or rewrites a word of each page on our behalf. A load or store of our own would raise SIGBUS where the file
// has been cut off or the disk has failed; a futex call says EFAULT.
template <typename Touch>
bool touchEach(Pages pages, Touch touch) {
  for (size_t at = 0; at < pages.size; at += pageSize()) {
    if (!touch(reinterpret_cast<uint32_t*>(pages.begin + at))) return false;
  }
  return true;
}

// Compares the word and, should it be equal, waits no time at all.
bool readWord(uint32_t* word) {
  const timespec none{0, 0};
  return syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, 0, &none, nullptr, 0) == 0 || errno != EFAULT;
}

// Atomically ORs zero into the word, so a store that another thread makes at the same time is not lost; wakes nobody.
bool rewriteWord(uint32_t* word) {
  constexpr uint32_t operation = FUTEX_OP(FUTEX_OP_OR, 0, FUTEX_OP_CMP_EQ, 0);
  return syscall(SYS_futex, word, FUTEX_WAKE_OP_PRIVATE, 0, nullptr, word, operation) >= 0 || errno != EFAULT;
}

#endif

}  // namespace

size_t pageSize() {
  static const size_t size = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size;
}

Mapping::Mapping(uint8_t* data, size_t size) : data_(data), size_(size) {
  liveMappings.fetch_add(1, std::memory_order_relaxed);
  liveBytes.fetch_add(size, std::memory_order_relaxed);
}

Mapping::~Mapping() {
  munmap(data_, size_);
  liveMappings.fetch_sub(1, std::memory_order_relaxed);
  liveBytes.fetch_sub(size_, std::memory_order_relaxed);
}

Result<std::shared_ptr<Mapping>> Mapping::shared(int fd, const std::string& path, int64_t position, size_t length) {
  Result<int64_t> end = fileSize(fd, path);
  if (!end.ok()) return end.error();
  if (position > end.value() || length > static_cast<uint64_t>(end.value() - position)) return Error{ENXIO, "mmap", path};
  Result<uint8_t*> data = map(fd, path, position, length, MAP_SHARED);
  if (!data.ok()) return data.error();
  return std::shared_ptr<Mapping>(new Mapping(data.value(), length));
}

Result<std::shared_ptr<Mapping>> Mapping::forReading(int fd, const std::string& path, int64_t position, size_t length) {
  // Writable pages of a private mapping count as memory that may be needed; NORESERVE says that they will not be.
  Result<uint8_t*> data = map(fd, path, position, length, MAP_PRIVATE | MAP_NORESERVE);
  if (!data.ok()) return data.error();
  return std::shared_ptr<Mapping>(new Mapping(data.value(), length));
}

bool Mapping::resident(size_t from, size_t to) const {
  if (from >= to) return true;
#ifdef __APPLE__
  using Flag = char;
#else
  using Flag = unsigned char;
#endif
  constexpr size_t kFlags = 1024;
  Flag flags[kFlags];
  Pages pages = pagesAround(data_, from, to);
  while (pages.size > 0) {
    const size_t step = std::min(pages.size, kFlags * pageSize());
    if (mincore(pages.begin, step, flags) == -1) return false;
    for (size_t i = 0; i < step / pageSize(); i++) {
      if ((flags[i] & 1) == 0) return false;
    }
    pages.begin += step;
    pages.size -= step;
  }
  return true;
}

void Mapping::populateRead(size_t from, size_t to) const {
  if (from >= to) return;
#ifdef __linux__
  if (advise(pagesAround(data_, from, to), kAdvicePopulateRead) != Advised::kUnknown) return;
#endif
  const Pages pages = pagesAround(data_, from, to);
  madvise(pages.begin, pages.size, MADV_WILLNEED);
  touchRead(from, to);
}

void Mapping::populateWrite(size_t from, size_t to) const {
  if (from >= to) return;
#ifdef __linux__
  if (advise(pagesAround(data_, from, to), kAdvicePopulateWrite) != Advised::kUnknown) return;
#endif
  touchWrite(from, to);
}

bool Mapping::touchRead(size_t from, size_t to) const {
#ifdef __linux__
  return from >= to || touchEach(pagesAround(data_, from, to), readWord);
#else
  return false;
#endif
}

bool Mapping::touchWrite(size_t from, size_t to) const {
#ifdef __linux__
  return from >= to || touchEach(pagesAround(data_, from, to), rewriteWord);
#else
  return false;
#endif
}

MappingCounters mappingCounters() {
  return {liveMappings.load(std::memory_order_relaxed), liveBytes.load(std::memory_order_relaxed)};
}

}  // namespace millrace
