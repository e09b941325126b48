/**
 * Fills the disk that the data directory is on, by appends, and goes on: reads, deletes, appends again. In a process of its own, since what it
 * must not meet is a signal. Prints what it saw as JSON.
 *
 *   node full-disk-child.mjs <data directory>
 */
import { setTimeout } from 'node:timers/promises';
import { openStore } from '#millrace/main.js';

const directory = process.argv[2];
const value = Buffer.alloc(20_000, 'v');
const store = await openStore(directory, { recoveryThreads: 0 });
const config = { 'segment.bytes': 1 << 20, 'index.interval.bytes': 4096 };
await store.createTopic('a', { partitions: 2, config });
await store.createTopic('b', { config: { ...config, 'compression.type': 'gzip' } });
const logs = [store.partition('a', 0), store.partition('a', 1), store.partition('b', 0)];

/** Appends to all in turn until each was refused; returns the codes. */
function fill() {
  const codes = new Set();
  const open = new Set(logs);
  let appended = 0;
  while (open.size > 0 && appended < 100_000) {
    for (const log of open) {
      const { endOffset } = log;
      try {
        log.append([{ value: Buffer.from(`${endOffset} ${String(value)}`) }, { value }]);
        appended++;
      } catch (error) {
        codes.add(error.code ?? String(error));
        if (log.endOffset !== endOffset) throw new Error('a refused append has changed the log', { cause: error });
        open.delete(log);
      }
    }
  }
  return { appended, codes: [...codes] };
}

function readAll() {
  let records = 0;
  for (const log of logs) {
    let next = log.startOffset;
    while (next < log.endOffset) {
      for (const batch of log.read(next)) {
        batch.ensureValid();
        for (const record of batch) {
          if (record.offset !== next) throw new Error(`offset ${record.offset}, expected ${next}`);
          next++;
          records++;
        }
      }
    }
  }
  return records;
}

const full = fill();
const readWhileFull = readAll();
// What is there can be made durable, though there is no room for more.
await Promise.all(logs.map((log) => log.flush()));
const endOffsets = logs.map((log) => log.endOffset);
for (const log of logs) log.deleteRecords(Math.floor((log.startOffset + log.endOffset) / 2));
let again = fill();
// Mapped views of what was deleted are garbage: the first refusal brings a collection, and their blocks come back a moment later.
for (let i = 0; i < 100 && again.appended <= 20; i++) {
  await setTimeout(10);
  const more = fill();
  again = { appended: again.appended + more.appended, codes: more.codes };
}
const readAgain = readAll();
// Some room for the files that a clean stop writes.
for (const log of logs) log.deleteRecords(log.endOffset);
await store.close();

const reopened = await openStore(directory, { recoveryThreads: 0 });
const { clean } = reopened.recovery;
const ends = [reopened.partition('a', 0), reopened.partition('a', 1), reopened.partition('b', 0)].map(
  (log) => log.endOffset,
);
await reopened.close();
console.log(
  JSON.stringify({
    full,
    readWhileFull,
    endOffsets,
    again,
    readAgain,
    ends,
    clean,
  }),
);
