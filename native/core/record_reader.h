// Walks the records of a batch (magic 2), inflated, one after another (record_view.h).
//
// Each step consumes bytes: whatever the counts claim, a walk ends and stays inside [start, end). Pure.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/record_view.h"

namespace millrace {

// What a walk must know of the batch's header.
struct BatchFacts {
  int64_t baseOffset = 0;
  int32_t lastOffsetDelta = 0;
  int32_t recordCount = 0;
  int64_t baseTimestamp = 0;
  int64_t maxTimestamp = 0;
  uint16_t attributes = 0;

  // `header` has 61 bytes.
  explicit BatchFacts(const uint8_t* header);
  bool hasAppendTime() const { return (attributes & 0x08) != 0; }
};

class RecordReader {
 public:
  RecordReader(const BatchFacts& batch, const uint8_t* start, const uint8_t* end)
      : at_(start), end_(end), left_(batch.recordCount), lastOffsetDelta_(batch.lastOffsetDelta) {}

  // Goes to the next record; false when there is none, or when the bytes are none: then isMalformed().
  bool next();
  const RecordView& record() const { return record_; }
  bool isMalformed() const { return malformed_; }

 private:
  bool fail() {
    malformed_ = true;
    return false;
  }

  const uint8_t* at_;
  const uint8_t* end_;
  int32_t left_;
  int32_t lastOffsetDelta_;
  bool malformed_ = false;
  RecordView record_;
};

}  // namespace millrace
