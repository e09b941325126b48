/**
 * A program that is there to be killed: works on a store without end, and writes into a ledger what it means to do and what was answered.
 *
 *   node kill-child.mjs <data directory> <ledger> <seed> [verify]
 *
 * It begins by comparing the store with the ledger of those who were killed before it, and exits with status 3 and a reason where they part.
 * Every record says where it stands and what comes after that, so each can be checked by itself. A line of the ledger is one write to a file, which
 * a kill does not take back:
 *
 *   C <topic> <nonce>   c <topic>     creation wanted, done          D <topic>   d <topic>   the same for deletion
 *   A <topic> <p> <n>                 all offsets below n were acknowledged
 *   S <topic> <p> <n>                 deletion of the records below n wanted
 */
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { openStore } from '#millrace/main.js';

const [directory, ledger, seed, mode] = process.argv.slice(2);
let state = Number(seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const between = (least, most) => least + Math.floor(random() * (most - least + 1));
const note = (...words) => appendFileSync(ledger, `${words.join(' ')}\n`);

class Mismatch extends Error {}
function must(condition, message) {
  if (!condition) throw new Mismatch(message);
}

const valueAt = (topic, nonce, partition, offset) =>
  `${topic}/${nonce}/${partition}/${offset}/${'x'.repeat((offset * 7919) % 300)}`;
const timestampAt = (offset) => 1_000_000 + offset * 10;

/** What the ledger promises: topics by name. */
function promised() {
  const topics = new Map();
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : [];
  for (const line of lines) {
    const [word, name, a, b] = line.split(' ');
    if (word === 'C') topics.set(name, { nonce: a, existence: 'perhaps', partitions: new Map() });
    else if (word === 'c') topics.get(name).existence = 'yes';
    else if (word === 'D') topics.get(name).existence = 'perhaps';
    else if (word === 'd') topics.delete(name);
    else if (word === 'A' || word === 'S') {
      const { partitions } = topics.get(name);
      const known = partitions.get(a) ?? { end: 0, start: 0 };
      partitions.set(a, word === 'A' ? { ...known, end: Number(b) } : { ...known, start: Number(b) });
    }
  }
  return topics;
}

function verifyPartition(log, name, nonce, partition, { end, start }) {
  const where = `${name}-${partition}: [${log.startOffset}, ${log.endOffset})`;
  must(log.endOffset >= end, `${where} lacks acknowledged records up to ${end}`);
  must(log.startOffset <= start, `${where} begins past ${start}, which was the most that anybody deleted`);
  let offset = log.startOffset;
  while (offset < log.endOffset) {
    for (const batch of log.read(offset, { maxBytes: 3000 })) {
      batch.ensureValid();
      for (const record of batch) {
        must(record.offset === offset, `${where} has ${record.offset} where ${offset} was expected`);
        must(
          record.value.toString() === valueAt(name, nonce, partition, offset),
          `${where} has other bytes at ${offset}`,
        );
        offset++;
      }
    }
  }
  for (let i = 0; i < 3 && log.endOffset > log.startOffset; i++) {
    const wanted = between(log.startOffset, log.endOffset - 1);
    const found = log.offsetForTimestamp(timestampAt(wanted));
    must(found?.offset === wanted, `${where} finds ${found?.offset} by the timestamp of ${wanted}`);
  }
}

/** Compares, and writes a ledger that says what is there now. */
function verify(store) {
  const topics = promised();
  const found = new Set(store.topics().map((topic) => topic.name));
  for (const name of found) must(topics.has(name), `topic ${name} is there, and was deleted or never made`);
  for (const [name, topic] of topics) {
    if (!found.has(name)) {
      must(topic.existence === 'perhaps', `topic ${name} is gone`);
      topics.delete(name);
      continue;
    }
    topic.existence = 'yes';
    for (const partition of ['0', '1']) {
      const log = store.partition(name, Number(partition));
      verifyPartition(log, name, topic.nonce, partition, topic.partitions.get(partition) ?? { end: 0, start: 0 });
      topic.partitions.set(partition, { end: log.endOffset, start: log.startOffset });
    }
  }
  return topics;
}

function writeLedger(topics) {
  let text = '';
  for (const [name, { nonce, partitions }] of topics) {
    text += `C ${name} ${nonce}\nc ${name}\n`;
    for (const [partition, { end, start }] of partitions)
      text += `A ${name} ${partition} ${end}\nS ${name} ${partition} ${start}\n`;
  }
  writeFileSync(`${ledger}.new`, text);
  renameSync(`${ledger}.new`, ledger);
}

async function create(store, topics) {
  const name = `t${between(1, 4)}`;
  if (topics.has(name)) return;
  const nonce = String(between(1, 1e9));
  const config = {
    'segment.bytes': between(2, 20) * 1024,
    'index.interval.bytes': 256,
    ...(random() < 0.5 ? { 'flush.messages': 1 } : {}),
  };
  note('C', name, nonce);
  await store.createTopic(name, { partitions: 2, config });
  note('c', name);
  topics.set(name, { nonce });
}

async function append(store, topics) {
  const [name, { nonce }] = [...topics][between(0, topics.size - 1)];
  const partition = between(0, 1);
  const log = store.partition(name, partition);
  const { endOffset } = log;
  const records = Array.from({ length: between(1, 8) }, (_, i) => ({
    value: valueAt(name, nonce, partition, endOffset + i),
    timestamp: timestampAt(endOffset + i),
  }));
  const receipt = log.append(records, { compression: random() < 0.2 ? 'gzip' : 'none' });
  if (random() < 0.05) await receipt.durable;
  note('A', name, partition, receipt.lastOffset + 1);
}

async function step(store, topics) {
  const dice = random();
  if (topics.size === 0 || dice < 0.02) return create(store, topics);
  if (dice < 0.9) return append(store, topics);
  const name = [...topics.keys()][between(0, topics.size - 1)];
  const partition = between(0, 1);
  const log = store.partition(name, partition);
  if (dice < 0.94) {
    const offset = between(log.startOffset, log.endOffset);
    note('S', name, partition, offset);
    log.deleteRecords(offset);
  } else if (dice < 0.97) log.roll();
  else if (dice < 0.985) await store.checkpoint();
  else if (dice < 0.99) {
    note('D', name);
    topics.delete(name);
    await store.deleteTopic(name);
    note('d', name);
  }
}

const store = await openStore(directory, { recoveryThreads: 0, checkpointIntervalMs: 5 });
try {
  const topics = verify(store);
  if (mode === 'verify') {
    await store.close();
    process.exit(0);
  }
  writeLedger(topics);
  // Records before this line are those of a ledger that was written as a whole.
  writeSync(1, 'ready\n');
  for (;;) {
    for (let i = between(1, 10); i > 0; i--) await step(store, topics);
    await new Promise((resolve) => setImmediate(resolve));
  }
} catch (error) {
  writeSync(2, `${error instanceof Mismatch ? 'MISMATCH' : 'ERROR'} ${error.stack}\n`);
  process.exit(3);
}
