/** Records to append, and logs filled with them. */
import { randomFillSync } from 'node:crypto';

export const KIB = 1024;
export const MIB = 1024 * KIB;

/** How many different values there are: together larger than a core's nearest caches, smaller than its last one. */
const DISTINCT_BYTES = 1 * MIB;

/** `count` records without a key; their values are random bytes, and repeat after a MiB. */
export function makeRecords(count, valueSize) {
  const pool = randomFillSync(Buffer.allocUnsafeSlow(Math.max(DISTINCT_BYTES, valueSize)));
  const distinct = Math.floor(pool.length / valueSize);
  return Array.from({ length: count }, (_, i) => {
    const at = (i % distinct) * valueSize;
    return { value: pool.subarray(at, at + valueSize) };
  });
}

/** Appends `records` again and again until the log has `bytes` more; returns how many records that were. */
export function fill(log, records, bytes) {
  const { size } = log;
  let count = 0;
  // The size of a log is a sum over its segments: not to be asked for at each step.
  const step = sizeOfAppend(log, records);
  count += records.length;
  for (let written = step; written < bytes; written += step) {
    log.append(records);
    count += records.length;
  }
  if (log.size - size < bytes) throw new Error(`filled ${log.size - size} of ${bytes} bytes`);
  return count;
}

function sizeOfAppend(log, records) {
  const before = log.size;
  log.append(records);
  return log.size - before;
}

/** Calls `use` with each batch of a log, in order. */
export function eachBatch(log, use) {
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    for (const batch of log.read(offset)) {
      use(batch);
      offset = batch.nextOffset;
    }
  }
}

/** All bytes of a log, as views of about a MiB each. */
export function allBytes(log) {
  const views = [];
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    const run = log.read(offset);
    views.push(run.bytes);
    offset = run.nextOffset;
  }
  return views;
}
