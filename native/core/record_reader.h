// Walks the records of a batch (magic 2), inflated, one after another; src/record/batch-format.ts draws a record.
//
// Every length is checked against its record and every record against the batch before anything is read, and each step consumes bytes:
// whatever the counts claim, a walk ends and stays inside [start, end). The rules are those of src/record/record-cursor.ts. Pure.
#pragma once

#include <cstddef>
#include <cstdint>

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

struct RecordView {
  const uint8_t* begin = nullptr;     // its length
  const uint8_t* end = nullptr;
  const uint8_t* afterTimes = nullptr;  // the key's length: what follows the two deltas
  const uint8_t* key = nullptr;
  int32_t keySize = -1;  // -1: null
  bool hasValue = false;
  uint8_t attributes = 0;
  int64_t timestampDelta = 0;
  int32_t offsetDelta = -1;
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
