/**
 * A fresh process that opens a store and touches each partition: `node opener.mjs PATH COUNT`. Answers by a message: milliseconds and the memory
 * that became resident, both for opening and for opening with each partition touched.
 */
import { openStore } from 'millrace';

const [path, count] = [process.argv[2], Number(process.argv[3])];
// Code that a first open compiles is not a partition's memory: a store that is empty warms it up.
const small = await openStore(`${path}-warm`);
if (small.topics().length === 0) await small.createTopic('warm');
small.partition('warm', 0).append([{ value: 'x' }]);
await small.close();

globalThis.gc();
const memory = process.memoryUsage.rss();
const began = performance.now();
const store = await openStore(path);
const opened = performance.now() - began;
let touched = 0;
for (const { name, partitions } of store.topics()) {
  for (let i = 0; i < partitions; i++) {
    if (store.partition(name, i).endOffset !== 1) throw new Error(`${name}-${i} has not its one record`);
    touched++;
  }
}
const elapsed = performance.now() - began;
if (touched !== count) throw new Error(`touched ${touched} partitions, expected ${count}`);
globalThis.gc();
const grown = process.memoryUsage.rss() - memory;
await store.close();
process.send({ openMs: opened, totalMs: elapsed, bytes: grown }, () => process.exit());
