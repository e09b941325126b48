/**
 * Sequential reads of a log that is in memory, 100-byte values, on one thread: by cursor (offsets and lengths), as records, and with each
 * value made a view; against passing over the same bytes with a checksum, and copying them.
 */
import { join } from 'node:path';
import { openStore } from 'millrace';
import { native } from '#millrace/native.js';
import { allBytes, fill, KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const VALUE_SIZE = 100;
const PER_BATCH = 150;

export async function measure(context) {
  const bytes = context.pick(256 * MIB, 2 * MIB);
  const store = await openStore(join(context.directory, 'store'));
  await store.createTopic('read');
  const log = store.partition('read', 0);
  const count = fill(log, makeRecords(PER_BATCH, VALUE_SIZE), bytes);
  const { size } = log;
  const target = Buffer.alloc(2 * MIB, 1);

  const views = allBytes(log);

  const timed = (pass, over, by, expected) => () => {
    const began = performance.now();
    const found = pass(over, by);
    const elapsed = performance.now() - began;
    if (found !== expected) throw new Error(`${by.name ?? pass.name} came to ${found}, expected ${expected}`);
    return (count * 1000) / elapsed;
  };
  // The sum of all offsets and value sizes: nothing can be skipped.
  const sum = (count * (count - 1)) / 2 + count * VALUE_SIZE;
  const figures = await inRounds(context, {
    cursor: timed(walk, log, sumByCursor, sum),
    records: timed(walk, log, sumOfRecords, sum),
    values: timed(walk, log, sumOfValues, count * VALUE_SIZE),
    checksum: timed(passChecksum, views, null, size),
    copy: timed(copyViews, views, target, size),
  });
  await store.close();

  const checksum = { what: 'CRC-32C over the same bytes', figures: figures.checksum };
  const copy = { what: 'memcpy of the same bytes', figures: figures.copy };
  const row = (what, of, baseline, mark) => finding({ what, unit: 'records/s', figures: figures[of], baseline, mark });
  return {
    sizes: `${VALUE_SIZE} B values, batches of about ${Math.round(((size / count) * PER_BATCH) / KIB)} KiB; ${Math.round(size / MIB)} MiB a round`,
    findings: [
      row('offsets and lengths, by cursor', 'cursor', checksum, { of: 'value', atLeast: 25e6 }),
      row('offsets and lengths, by cursor', 'cursor', copy),
      row('offsets and lengths, for…of', 'records', checksum),
      row('each value a view, for…of', 'values', checksum, { of: 'value', atLeast: 8e6 }),
    ],
  };
}

/** Adds up what `sumOf` makes of each batch. Such functions live as long as the program: a closure for each pass would be compiled in each pass. */
function walk(log, sumOf) {
  let sum = 0;
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    for (const batch of log.read(offset)) {
      sum += sumOf(batch);
      offset = batch.nextOffset;
    }
  }
  return sum;
}

function sumByCursor(batch) {
  let sum = 0;
  const cursor = batch.cursor();
  while (cursor.next()) sum += cursor.offset + cursor.valueSize;
  return sum;
}

function sumOfRecords(batch) {
  let sum = 0;
  for (const record of batch) sum += record.offset + record.valueSize;
  return sum;
}

function sumOfValues(batch) {
  let sum = 0;
  for (const { value } of batch) sum += value.length;
  return sum;
}

function passChecksum(views) {
  let size = 0;
  for (const bytes of views) {
    native.crc32c(bytes, 0, bytes.length);
    size += bytes.length;
  }
  return size;
}

function copyViews(views, target) {
  let size = 0;
  for (const bytes of views) size += bytes.copy(target);
  return size;
}
