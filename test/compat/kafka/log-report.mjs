/** What our engine finds in a partition, in the shape of java/LogReport.java, so that the two can be compared. */
import { createHash } from 'node:crypto';

function bytesInto(hash, bytes) {
  const size = Buffer.alloc(4);
  size.writeInt32BE(bytes === null ? -1 : bytes.length);
  hash.update(size);
  if (bytes !== null) hash.update(bytes);
}

/** Adds one record to a hash, as LogReport.digest does. */
export function recordInto(hash, record) {
  const fixed = Buffer.alloc(16);
  fixed.writeBigInt64BE(BigInt(record.offset), 0);
  fixed.writeBigInt64BE(BigInt(record.timestamp), 8);
  hash.update(fixed);
  bytesInto(hash, record.key);
  bytesInto(hash, record.value);
  const { headers } = record;
  const count = Buffer.alloc(4);
  count.writeInt32BE(headers.length);
  hash.update(count);
  for (const header of headers) {
    bytesInto(hash, Buffer.from(header.key));
    bytesInto(hash, header.value);
  }
}

/** [baseOffset, lastOffset, records, codec, leaderEpoch, digest of the records] */
export function shortBatch(batch) {
  const hash = createHash('sha256');
  let count = 0;
  for (const record of batch) {
    recordInto(hash, record);
    count++;
  }
  const digest = hash.digest('hex').slice(0, 24);
  return [batch.baseOffset, batch.lastOffset, count, batch.compression, batch.leaderEpoch, digest];
}

/** Every batch from the log start to the log end. */
export function readAll(log) {
  const batches = [];
  for (let next = log.startOffset; next < log.endOffset;) {
    const before = next;
    for (const batch of log.read(next)) {
      batches.push(shortBatch(batch));
      next = batch.nextOffset;
    }
    if (next === before) throw new Error(`nothing to read at ${next}, though the log ends at ${log.endOffset}`);
  }
  return batches;
}

/** The first place where two lists of batches differ, as a sentence, or null. */
export function firstDifference(ours, theirs) {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [a, b] = [ours[i], theirs[i]].map((batch) => JSON.stringify(batch) ?? 'nothing');
    if (a !== b) return `batch ${i}: ours ${a}, Kafka's ${b}`;
  }
  return null;
}
