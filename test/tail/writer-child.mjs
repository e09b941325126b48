/**
 * A program that writes a store at the word of its parent: each message is a list of calls, answered by what the last one gave.
 *
 *   node writer-child.mjs <data directory>
 *
 * A record's value is its number and the moment of its append, by the monotonic clock, which all processes share.
 */
import { on } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { openStore } from '#millrace/main.js';

const directory = process.argv[2];
let store = null;
let number = 0;

const log = () => store.partition('orders', 0);
const record = () => ({ value: `${number++} ${process.hrtime.bigint()}`.padEnd(200) });

const calls = {
  open: async () => {
    store = await openStore(directory, { recoveryThreads: 0 });
    return store.recovery.clean;
  },
  close: () => store.close(),
  create: async () => {
    number = 0;
    await store.createTopic('orders', { config: { 'segment.bytes': 16_384, 'index.interval.bytes': 1000 } });
  },
  delete: () => store.deleteTopic('orders'),
  /** Numbers go on from here: those of records that the log had when the process before was killed. */
  count: (from) => (number = from),
  append: (count) => log().append(Array.from({ length: count }, record)).lastOffset,
  /** Appends now and then, and deletes what is old. */
  stream: async (appends, gapMs, keep = Infinity) => {
    for (let i = 0; i < appends; i++) {
      await setTimeout(Math.random() * 2 * gapMs);
      log().append([record()]);
      if (i % 100 === 99) log().deleteRecords(Math.max(log().startOffset, log().endOffset - keep));
    }
    return log().endOffset;
  },
  roll: () => log().roll(),
  truncate: (offset) => (number = log().truncateTo(offset)),
  end: () => log().endOffset,
};

process.once('disconnect', () => process.exit(0));
const messages = on(process, 'message');
process.send({ answer: 'ready' });
for await (const [wanted] of messages) {
  try {
    let answer;
    for (const [name, ...values] of wanted) answer = await calls[name](...values);
    process.send({ answer });
  } catch (error) {
    process.send({ error: String(error.stack) });
  }
}
