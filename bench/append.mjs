/**
 * Append on one thread, left to the operating system to write: against writing the same bytes in other ways.
 *
 * A contestant begins a round with a new file, brings it up to speed with a sixteenth of the bytes, and is timed for the rest. Files go when
 * their round ends, so that what is timed is not the disk. Rates are bytes of the log, batch headers included, or records.
 */
import fs from 'node:fs';
import { join } from 'node:path';
import { openStore } from 'millrace';
import { native } from '#millrace/native.js';
import { KIB, makeRecords, MIB } from './harness/data.mjs';
import { finding } from './harness/findings.mjs';
import { inRounds } from './harness/rounds.mjs';

const BATCH_BYTES = 16 * KIB;
const KEPT_BYTES = 32 * MIB;
/** Body of a record without key and headers, beside its value: length, attributes, deltas, null key, value's length, header count. */
const RECORD_OVERHEAD = 9;

export async function measure(context, { valueSize }) {
  const bytes = context.pick(256 * MIB, 2 * MIB);
  const perBatch = Math.floor(BATCH_BYTES / (valueSize + RECORD_OVERHEAD));
  const batch = makeRecords(perBatch, valueSize);
  const array = makeRecords(Math.ceil((1 * MIB) / valueSize), valueSize);
  const store = await openStore(join(context.directory, 'store'));
  const encoded = await encodedBatch(store, batch);
  const kept = await keepLog(store, batch);
  const path = join(context.directory, 'baseline');
  const block = Buffer.alloc(1 * MIB, 7);

  const figures = await inRounds(context, {
    batches: () => appendRate(store, batch, bytes),
    arrays: () => appendRate(store, array, bytes),
    writes: () => writeRate(path, encoded, bytes),
    blocks: () => writeRate(path, block, bytes),
    mapped: () => mappedCopyRate(path, block, bytes),
    memory: () => memoryCopyRate(block, bytes),
  });
  await kept.receipt.durable;
  await store.close();

  const rate = (what, of, baseline, mark) => finding({ what, unit: 'bytes/s', figures: figures[of], baseline, mark });
  const baseline = (of, what) => ({ what, figures: figures[of] });
  const half = { of: 'ratio', atLeast: 0.5 };
  const writes = baseline('writes', 'fs.writeSync of the same bytes, batch by batch');
  const blocks = baseline('blocks', 'fs.writeSync of 1 MiB');
  const mapped = baseline('mapped', 'memcpy into a new mapped file');
  const memory = baseline('memory', 'memcpy in memory');
  const perRecord = encoded.length / perBatch;
  const records = (of) => figures[of].map((figure) => figure / perRecord);
  const inRecords = (what, of, mark) =>
    finding({
      what,
      unit: 'records/s',
      figures: records(of),
      baseline: { ...writes, unit: 'records/s', figures: records('writes') },
      mark,
    });
  const small = valueSize < 1000;
  return {
    sizes: `values of ${valueSize} B; batches of ${perBatch} records, ${encoded.length} B, or arrays of ${array.length} records; ${bytes / MIB} MiB a round`,
    findings: [
      inRecords('append, batches', 'batches', small ? { of: 'value', atLeast: 20e6 } : null),
      inRecords('append, arrays', 'arrays', small ? { of: 'value', atLeast: 20e6 } : null),
      rate('append, batches', 'batches', blocks, small ? null : half),
      rate('append, batches', 'batches', mapped, small ? null : half),
      rate('append, batches', 'batches', memory, small ? null : half),
    ],
  };
}

/**
 * A log that is there for as long as the rounds take, as one is in a program that appends. With each round's own alone V8 would find no log at the
 * collections between the rounds, and throw the code away that it has compiled for logs (docs/decisions/0011).
 */
async function keepLog(store, records) {
  await store.createTopic('kept');
  const log = store.partition('kept', 0);
  let receipt = log.append(records);
  // Until windows are prepared for it, as for those that are measured.
  while (log.size < KEPT_BYTES) receipt = log.append(records);
  return { log, receipt };
}

/** One batch as the log has it. */
async function encodedBatch(store, records) {
  await store.createTopic('one');
  const log = store.partition('one', 0);
  log.append(records);
  const bytes = Buffer.from(log.read(0).bytes);
  await store.deleteTopic('one');
  return bytes;
}

async function appendRate(store, records, bytes) {
  await store.createTopic('appended');
  const log = store.partition('appended', 0);
  log.append(records);
  const step = log.size;
  for (let warm = step; warm < bytes / 16; warm += step) log.append(records);

  const appends = Math.ceil(bytes / step);
  const before = log.size;
  const began = performance.now();
  for (let i = 0; i < appends; i++) log.append(records);
  const elapsed = performance.now() - began;
  const written = log.size - before;
  await store.deleteTopic('appended');
  return (written * 1000) / elapsed;
}

function writeRate(path, bytes, total) {
  const fd = fs.openSync(path, 'w');
  for (let warm = 0; warm < total / 16; warm += bytes.length) fs.writeSync(fd, bytes);
  const writes = Math.ceil(total / bytes.length);
  const began = performance.now();
  for (let i = 0; i < writes; i++) fs.writeSync(fd, bytes);
  const elapsed = performance.now() - began;
  fs.closeSync(fd);
  fs.unlinkSync(path);
  return (writes * bytes.length * 1000) / elapsed;
}

/** Reserve, map, and copy: what the engine does for its bytes, all at once and on this thread, without making batches of them. */
function mappedCopyRate(path, block, total) {
  const fd = native.open(path, 'w+');
  const began = performance.now();
  native.reserve(fd, path, total);
  const target = Buffer.from(native.mapShared(fd, path, 0, total));
  for (let at = 0; at < total; at += block.length) block.copy(target, at);
  const elapsed = performance.now() - began;
  native.release(target.buffer);
  native.close(fd, path);
  fs.unlinkSync(path);
  return (total * 1000) / elapsed;
}

let target = null;

/** Between two stretches of memory that were touched before and are larger together than the caches. */
function memoryCopyRate(block, total) {
  target ??= Buffer.alloc(64 * MIB, 1);
  const copies = Math.ceil(total / block.length);
  const began = performance.now();
  for (let i = 0; i < copies; i++) block.copy(target, (i * block.length) % target.length);
  return (copies * block.length * 1000) / (performance.now() - began);
}
