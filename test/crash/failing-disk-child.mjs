/**
 * Appends a record after another and waits until each is durable, until the disk fails; or tells of each record what is there. In a process of its own, since what it must
 * not meet is a signal, and no mapping may keep the disk in use when it has ended. Prints JSON.
 *
 *   node failing-disk-child.mjs <data directory> append <bytes of a record>
 *   node failing-disk-child.mjs <data directory> flush
 *   node failing-disk-child.mjs <data directory> read
 */
import { randomBytes } from 'node:crypto';
import { openStore } from '#millrace/main.js';

const [, , directory, what, size] = process.argv;
const store = await openStore(directory);
const failure = ({ code, message }) => ({ code, message });

async function append() {
  await store.createTopic('t', { partitions: 1 });
  const log = store.partition('t', 0);
  let acknowledged = 0;
  let refused = null;
  while (refused === null) {
    const value = randomBytes(Number(size));
    value.write(String(log.endOffset % 10));
    try {
      const receipt = log.append([{ value }]);
      await receipt.durable;
      acknowledged = receipt.lastOffset + 1;
    } catch (error) {
      refused = failure(error);
    }
  }
  return { acknowledged, refused, later: await log.flush().catch(failure) };
}

/** Makes durable at once what is too much for the disk. */
async function flush() {
  await store.createTopic('t', { partitions: 1 });
  const log = store.partition('t', 0);
  for (let i = 0; i < 16; i++) log.append([{ value: randomBytes(1_000_000) }]);
  return { refused: await log.flush().then(() => null, failure) };
}

/** The length of each value, and its first character. */
function read() {
  const log = store.partition('t', 0);
  const values = [];
  while (values.length < log.endOffset) {
    for (const batch of log.read(values.length)) {
      batch.ensureValid();
      for (const { value } of batch) values.push(`${value.length} ${String.fromCodePoint(value[0])}`);
    }
  }
  return values;
}

const seen = await { append, flush, read }[what]();
await store.close();
console.log(JSON.stringify(seen));
