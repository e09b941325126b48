// A part of a file in memory, unmapped when the last shared_ptr to it is gone. The descriptor may be closed at once.
//
//   shared   stores reach the file. Every byte must be reserved, or a store on a full disk is SIGBUS; a mapping beyond the end
//            of the file is refused. Large folios are asked for (docs/decisions/0003).
//   private  for reading. It sees what is written to the file later, on pages that it has not stored to itself; a stray store
//            makes a copy of the page that nobody else sees.
//
// Populating brings pages in ahead of use. It is advice: where it fails nothing happens but a page fault later, and it never raises
// a signal, even when the file was cut off below the mapping. All members may be called from any thread at once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/error.h"

namespace millrace {

// One step of populating: short enough that a thread which serves many files serves them all.
constexpr size_t kPopulateStep = size_t{2} << 20;

size_t pageSize();

class Mapping {
 public:
  // `position` is a multiple of pageSize(), `length` is not zero.
  static Result<std::shared_ptr<Mapping>> shared(int fd, const std::string& path, int64_t position, size_t length);
  static Result<std::shared_ptr<Mapping>> forReading(int fd, const std::string& path, int64_t position, size_t length);
  ~Mapping();
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  uint8_t* data() const { return data_; }
  size_t size() const { return size_; }

  // Are all pages of [from, to) in memory, whether or not they have a page-table entry? An empty range is.
  bool resident(size_t from, size_t to) const;
  // Brings pages [from, to) in for reading, or with write faults, so that a store meets no fault. In steps of kPopulateStep.
  void populateRead(size_t from, size_t to) const;
  void populateWrite(size_t from, size_t to) const;
  // What the two do page by page on kernels before 5.14, which lack MADV_POPULATE_*; here for the tests. False: stopped at a page
  // that cannot be brought in, or no such way on this platform.
  bool touchRead(size_t from, size_t to) const;
  bool touchWrite(size_t from, size_t to) const;

 private:
  Mapping(uint8_t* data, size_t size);

  uint8_t* const data_;
  const size_t size_;
};

struct MappingCounters {
  uint64_t mappings = 0;
  uint64_t bytes = 0;
};

// Live mappings of the process.
MappingCounters mappingCounters();

}  // namespace millrace
