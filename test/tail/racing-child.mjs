/**
 * A writer that does at full speed whatever a follower must cope with, for as long as it is told to, and then says what its log has.
 *
 *   node racing-child.mjs <data directory> <seed> <milliseconds>
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { openStore } from '#millrace/main.js';
import { valueAt } from './racing-values.mjs';

const [directory, seed, timeMs] = process.argv.slice(2);
let state = Number(seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const between = (least, most) => least + Math.floor(random() * (most - least + 1));

let serial = 0;
const open = () => openStore(directory, { recoveryThreads: 0 });
let store = await open();
await store.createTopic('a', { config: { 'segment.bytes': 16_384, 'index.interval.bytes': 200 } });
const log = () => store.partition('a', 0);
const anyOffset = () => between(log().startOffset, log().endOffset);
/** Mostly near the end, so that the log grows to many segments. */
const cutOffset = () =>
  random() < 0.15 ? anyOffset() : between(Math.max(log().startOffset, log().endOffset - 150), log().endOffset);

function append() {
  const { endOffset } = log();
  const records = Array.from({ length: between(1, 6) }, (_, i) => ({ value: valueAt(endOffset + i, serial++) }));
  log().append(records, { compression: random() < 0.05 ? 'gzip' : 'none' });
}

async function step() {
  const dice = random();
  if (dice < 0.95) append();
  else if (dice < 0.965) log().roll();
  else if (dice < 0.968) log().deleteRecords(anyOffset());
  else if (dice < 0.995) log().truncateTo(cutOffset());
  else if (dice < 0.9955) log().truncateFullyAndStartAt(between(0, log().endOffset + 5));
  else if (dice < 0.998) await store.checkpoint();
  else {
    await store.close();
    store = await open();
  }
}

process.send('ready');
await once(process, 'message');
const until = performance.now() + Number(timeMs);
let steps = 0;
while (performance.now() < until) {
  for (let i = between(1, 40); i > 0; i--, steps++) await step();
  await setImmediate();
}
const hash = createHash('sha256');
const { startOffset, endOffset } = log();
for (let next = startOffset; next < endOffset;) {
  for (const batch of log().read(next)) {
    for (const { offset, value } of batch) {
      if (offset < startOffset) continue;
      hash.update(value);
      next = offset + 1;
    }
  }
}
process.send({ steps, startOffset, endOffset, hash: hash.digest('hex') });
await once(process, 'message');
await store.close();
process.exit();
