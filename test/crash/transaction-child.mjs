/**
 * A program that is there to be killed in the middle of transactions. Says in a ledger what it begins and what it was answered.
 *
 *   node transaction-child.mjs <data directory> <ledger> <seed> [verify]
 *
 * Transaction n writes `n.i` to partitions of two topics, and offset n for a group. A line of the ledger is one write to a file, which a kill does
 * not take back: `b n` begun, `c n` committed, `a n` aborted. With `verify` it compares, and exits with status 3 and a reason where they part.
 */
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { openStore } from '#millrace/main.js';

const [directory, ledger, seed, mode] = process.argv.slice(2);
const TOPICS = ['orders', 'totals'];
let state = Number(seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const below = (bound) => Math.floor(random() * bound);
const note = (line) => appendFileSync(ledger, `${line}\n`);

/** How each transaction ended by the ledger: 'b' for those of which nobody was told. */
function told() {
  const ends = new Map();
  for (const line of existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : []) {
    const [word, n] = line.split(' ');
    if (n !== undefined) ends.set(Number(n), word);
  }
  return ends;
}

async function work(store, from) {
  const producers = ['left', 'right'].map((transactionalId) => store.producer({ transactionalId }));
  let next = from;
  await Promise.all(
    producers.map(async (producer, side) => {
      for (;;) {
        const n = next++;
        note(`b ${n}`);
        try {
          await producer.transaction(async (tx) => {
            const count = 1 + below(4);
            for (let i = 0; i < count; i++) {
              tx.send(TOPICS[below(2)], { value: `${n}.${i}/${count}`, partition: below(2) });
              if (below(3) === 0) await setTimeout(below(3));
            }
            await tx.sendOffsets(`g${side}`, [{ topic: 'in', partition: 0, offset: n }]);
            if (below(4) === 0) throw new Error('aborted');
          });
          note(`c ${n}`);
        } catch (error) {
          if (error.message !== 'aborted') throw error;
          note(`a ${n}`);
        }
        if (n === from) writeSync(1, 'at work\n');
      }
    }),
  );
}

/** What a reader of committed records finds of each transaction. */
async function seen(store) {
  const found = new Map();
  const stop = new AbortController();
  const consumer = store.consumer({ isolation: 'read_committed', autoOffsetReset: 'earliest', signal: stop.signal });
  consumer.assign(TOPICS);
  const places = consumer.assignment();
  const isThere = () =>
    places.every((place) => consumer.position(place) >= store.partition(place.topic, place.partition).endOffset - 1);
  const reading = (async () => {
    for await (const batch of consumer) {
      for (const { value } of batch) {
        const [n, rest] = String(value).split('.');
        found.set(Number(n), [...(found.get(Number(n)) ?? []), rest]);
      }
    }
  })();
  for (let i = 0; i < 200 && !isThere(); i++) await setTimeout(5);
  await setTimeout(20);
  stop.abort();
  await reading.catch(() => undefined);
  return found;
}

async function verify(store) {
  // Whoever comes next under a name aborts what the last one left open.
  for (const transactionalId of ['left', 'right']) await store.producer({ transactionalId }).init();
  const found = await seen(store);
  const offsets = [];
  for (const side of [0, 1]) offsets.push((await store.committedOffsets(`g${side}`))[0]?.offset ?? -1);
  const ends = told();
  const faults = [];
  let wholes = 0;
  for (const [n, end] of ends) {
    const parts = found.get(n) ?? [];
    const count = Number(parts[0]?.split('/')[1] ?? 0);
    if (parts.length !== count || new Set(parts).size !== count) faults.push(`${n} is seen in part: ${parts.join()}`);
    if (end === 'c' && count === 0) faults.push(`${n} was committed and is not seen`);
    if (end === 'a' && count > 0) faults.push(`${n} was aborted and is seen`);
    if (count > 0) wholes++;
  }
  for (const n of found.keys()) if (!ends.has(n)) faults.push(`${n} is seen and nobody began it`);
  for (const offset of offsets)
    if (offset >= 0 && !found.has(offset)) faults.push(`offset ${offset} is of none that is seen`);
  const last = Math.max(...[...ends].filter(([, end]) => end === 'c').map(([n]) => n));
  if (Math.max(...offsets) < last) faults.push(`offsets ${offsets.join()} are behind ${last}, which was committed`);
  if (faults.length > 0) {
    process.stderr.write(`${faults.join('\n')}\n`);
    process.exitCode = 3;
  }
  writeSync(1, `${JSON.stringify({ begun: ends.size, seen: wholes })}\n`);
}

const store = await openStore(directory, { transactionStatePartitions: 2, offsetsPartitions: 2 });
for (const topic of TOPICS) {
  if (!store.topics().some(({ name }) => name === topic)) await store.createTopic(topic, { partitions: 2 });
}
if (mode === 'verify') {
  await verify(store);
  await store.close();
} else await work(store, Math.max(-1, ...told().keys()) + 1);
