/**
 * A program that is there to be killed while old segments are removed: fills the partitions of a topic that keeps little, and calls `retain` all
 * the time.
 *
 *   node retention-child.mjs <data directory> <ledger> <seed> [verify]
 *
 * It begins by comparing the logs with what those who were killed before it had been answered, and exits with status 3 and a reason where they
 * part. A line of the ledger is `<partition> <log start> <log end>`, written when a call of `retain` had settled.
 */
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { openStore } from '#millrace/main.js';

const [directory, ledger, seed, mode] = process.argv.slice(2);
const PARTITIONS = 3;
const RETENTION_BYTES = 12_000;
let state = Number(seed) >>> 0;
const between = (least, most) => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return least + Math.floor((state / 2 ** 32) * (most - least + 1));
};
const valueAt = (partition, offset) => `${partition}/${offset}/${'x'.repeat((offset * 7919) % 300)}`;

function must(condition, message) {
  if (!condition) throw new Error(message);
}

function promised() {
  const known = Array.from({ length: PARTITIONS }, () => ({ start: 0, end: 0 }));
  for (const line of existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n').slice(0, -1) : []) {
    const [partition, start, end] = line.split(' ').map(Number);
    known[partition] = { start, end };
  }
  return known;
}

function verify(log, partition, { start, end }) {
  const where = `partition ${partition} is [${log.startOffset}, ${log.endOffset}), was [${start}, ${end})`;
  must(log.startOffset >= start, `${where}: its start went back`);
  must(log.endOffset >= end, `${where}: it lost records at its end`);
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    const run = log.read(offset, { maxBytes: 3000 });
    must(run.size > 0, `${where}: nothing at ${offset}`);
    for (const batch of run) {
      for (const record of batch) {
        must(record.offset === offset, `${where}: ${record.offset} follows ${offset - 1}`);
        must(String(record.value) === valueAt(partition, offset), `${where}: ${offset} is another record`);
        offset++;
      }
    }
  }
  must(log.startOffset === 0 || log.size >= RETENTION_BYTES, `${where}: ${log.size} bytes are left`);
}

const config = { 'segment.bytes': 2048, 'index.interval.bytes': 256, 'retention.bytes': RETENTION_BYTES };
const store = await openStore(directory, { recoveryThreads: 0, checkpointIntervalMs: 5 });
try {
  if (store.topics().length === 0) await store.createTopic('kept', { partitions: PARTITIONS, config });
  const known = promised();
  const logs = known.map((promise, partition) => {
    const log = store.partition('kept', partition);
    verify(log, partition, promise);
    return log;
  });
  if (mode === 'verify') {
    await store.close();
    process.exit(0);
  }
  for (let round = 0; ; round++) {
    for (let i = between(20, 200); i > 0; i--) {
      const partition = between(0, PARTITIONS - 1);
      const { endOffset } = logs[partition];
      const records = Array.from({ length: between(1, 4) }, (_, j) => ({ value: valueAt(partition, endOffset + j) }));
      logs[partition].append(records);
    }
    await store.retain();
    logs.forEach((log, partition) => appendFileSync(ledger, `${partition} ${log.startOffset} ${log.endOffset}\n`));
    if (round === 0) writeSync(1, 'ready\n');
  }
} catch (error) {
  writeSync(2, `${error.stack}\n`);
  process.exit(3);
}
