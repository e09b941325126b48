/**
 * Holds views of records while all that they came from goes away: the segment, the topic, the store. Run with --expose-gc. What it must not
 * meet is a signal, or other bytes.
 *
 *   node --expose-gc views-child.mjs <data directory>
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { openStore } from '#millrace/main.js';
import { native } from '#millrace/native.js';

const directory = process.argv[2];
const valueAt = (offset) => `${offset} ${'v'.repeat(3000)}`;
const config = { 'segment.bytes': 16 * 1024 };

async function collect() {
  for (let i = 0; i < 10; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function must(condition, message) {
  if (!condition) throw new Error(message);
}

function viewsOf(log) {
  const views = [];
  for (let next = log.startOffset; next < log.endOffset;) {
    const run = log.read(next);
    for (const batch of run) for (const record of batch) views.push(record.value);
    next = run.nextOffset;
  }
  return views;
}

function check(views, what) {
  views.forEach((view, offset) => must(view.toString() === valueAt(offset), `view of ${offset} ${what}`));
}

const store = await openStore(directory);
await store.createTopic('a', { config });
await store.createTopic('b', { config });
for (const topic of ['a', 'b']) {
  for (let i = 0; i < 40; i++) store.partition(topic, 0).append([{ value: valueAt(i) }]);
}
let viewsOfA = viewsOf(store.partition('a', 0));
let viewsOfB = viewsOf(store.partition('b', 0));

store.partition('a', 0).deleteRecords(40);
await collect();
check(viewsOfA, 'after its segment was deleted');

await store.deleteTopic('b');
await collect();
check(viewsOfB, 'after its topic was deleted');
must(!readdirSync(directory).includes('b-0'), 'the directory of the deleted topic is there');

// Somebody writes into a view: that is seen by nobody else, and reaches no file.
await store.createTopic('c', { config });
const log = store.partition('c', 0);
for (let i = 0; i < 40; i++) log.append([{ value: valueAt(i) }]);
await log.flush();
const files = () =>
  readdirSync(join(directory, 'c-0'))
    .filter((name) => name.endsWith('.log'))
    .map((name) => readFileSync(join(directory, 'c-0', name)));
const before = files();
let viewsOfC = viewsOf(log);
const sealed = viewsOfC[0];
sealed.fill(0);
await log.flush();
must(
  files().every((bytes, i) => bytes.equals(before[i])),
  'a store into a view of a sealed segment has reached the file',
);

await store.close();
await collect();
check(viewsOfA, 'after the store was closed');
check(viewsOfB, 'after the store was closed');
const held = native.counters().mappings;
must(held > 0, 'views are held, and no mapping');
viewsOfA = viewsOfB = viewsOfC = null;
await collect();
const left = native.counters().mappings;
console.log(JSON.stringify({ held, left }));
