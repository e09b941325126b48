#include "core/record_reader.h"

#include "core/bytes.h"

namespace millrace {

BatchFacts::BatchFacts(const uint8_t* header)
    : baseOffset(loadI64(header)),
      lastOffsetDelta(loadI32(header + 23)),
      recordCount(loadI32(header + 57)),
      baseTimestamp(loadI64(header + 27)),
      maxTimestamp(loadI64(header + 35)),
      attributes(loadU16(header + 21)) {}

bool RecordReader::next() {
  if (left_ <= 0) return at_ == end_ ? false : fail();
  left_--;
  if (!readRecord(at_, end_, lastOffsetDelta_, record_)) return fail();
  at_ = record_.end;
  return true;
}

}  // namespace millrace
