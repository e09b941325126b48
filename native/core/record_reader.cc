#include "core/record_reader.h"

#include "core/batch_format.h"
#include "core/bytes.h"

namespace millrace {

BatchFacts::BatchFacts(const uint8_t* header)
    : baseOffset(loadI64(header)),
      lastOffsetDelta(loadI32(header + kLastOffsetDeltaAt)),
      recordCount(loadI32(header + kRecordCountAt)),
      baseTimestamp(loadI64(header + kBaseTimestampAt)),
      maxTimestamp(loadI64(header + kMaxTimestampAt)),
      attributes(loadU16(header + kAttributesAt)) {}

bool RecordReader::next() {
  if (left_ <= 0) return at_ == end_ ? false : fail();
  left_--;
  if (!readRecord(at_, end_, lastOffsetDelta_, record_)) return fail();
  at_ = record_.end;
  return true;
}

}  // namespace millrace
