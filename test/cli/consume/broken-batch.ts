/** A batch whose last record is none, for those who read records. */
import { encodeBatches } from '#millrace/record/encode-batch.js';

/** Three records, `a`, `b` and `c`; the length of the third says that it goes on past the batch. */
export function brokenBatch(): Buffer {
  const records = [{ value: 'a' }, { value: 'b' }, { value: 'c' }];
  const [encoded] = encodeBatches(records, {
    baseOffset: 0,
    leaderEpoch: 0,
    compression: 'none',
    timestamp: 1,
    timestampType: 'CreateTime',
    batchBytesMax: 1024,
  });
  const batch = Buffer.from(encoded);
  // Each of the three has 8 bytes.
  batch[batch.length - 8] = 0x7e;
  return batch;
}
