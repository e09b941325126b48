/**
 * A program that is there to be killed: one idempotent and one transactional producer that outlive it. What they mean to do stands in a ledger before it is done, so the
 * next process does again what had no answer: in the producer's name, with the same sequence.
 *
 *   node producer-child.mjs <data directory> <ledger> <seed> [verify]
 *
 *   P <id> <id>         the two producers
 *   I <sequence> <n>    n records wanted           i   they were appended
 *   T <number> <n>      a transaction of n records wanted, of which each says its number
 *   E <number> <type>   its end wanted             e   it has ended so
 */
import { appendFileSync, existsSync, readFileSync, writeSync } from 'node:fs';
import { openStore } from '#millrace/main.js';

const [directory, ledger, seed, mode] = process.argv.slice(2);
let state = Number(seed) >>> 0;
const random = () => {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
};
const between = (least, most) => least + Math.floor(random() * (most - least + 1));
const note = (...words) => appendFileSync(ledger, `${words.join(' ')}\n`);
/** At the moments that count it is not left to chance alone. */
const perhapsDie = () => {
  if (random() < 0.02) process.kill(process.pid, 'SIGKILL');
};
const must = (condition, message) => {
  if (!condition) throw new Error(`MISMATCH ${message}`);
};

/** What stands in the ledger: the last wish of each producer, whether it was answered, and how transactions have ended or may have. */
function promised() {
  const found = { ids: null, wish: null, sequence: 0, transaction: 0, transactionSequence: 0, ends: new Map() };
  const lines = existsSync(ledger) ? readFileSync(ledger, 'utf8').split('\n') : [];
  for (const line of lines) {
    const [word, a, b] = line.split(' ');
    if (word === 'P') found.ids = [Number(a), Number(b)];
    else if (word === 'I') found.wish = { sequence: Number(a), count: Number(b) };
    else if (word === 'i') {
      found.sequence = found.wish.sequence + found.wish.count;
      found.wish = null;
    } else if (word === 'T') {
      found.transaction = Number(a);
      found.ends.set(Number(a), { count: Number(b), wanted: null, isSure: false });
    } else if (word === 'E') found.ends.get(Number(a)).wanted = b;
    else if (word === 'e') found.ends.get(Number(a)).isSure = true;
  }
  return found;
}

async function valuesOf(store, isolation) {
  const consumer = store.consumer({ autoOffsetReset: 'earliest', isolation });
  consumer.assign(['orders']);
  const values = [];
  await consumer.each(({ value }) => values.push(String(value)), { untilEnd: true });
  await consumer.close();
  return values;
}

async function verify(store, { sequence, wish, ends }) {
  const idempotent = (await valuesOf(store, 'read_uncommitted')).filter((value) => value.startsWith('i'));
  idempotent.forEach((value, i) => must(value === `i${i}`, `${value} stands where i${i} was expected`));
  const possible = wish === null ? [sequence] : [wish.sequence, wish.sequence + wish.count];
  must(possible.includes(idempotent.length), `${idempotent.length} records, expected ${possible.join(' or ')}`);
  const committed = new Map();
  for (const value of await valuesOf(store, 'read_committed')) {
    if (value.startsWith('t')) committed.set(Number(value.slice(1)), (committed.get(Number(value.slice(1))) ?? 0) + 1);
  }
  for (const [number, { count, wanted, isSure }] of ends) {
    const shown = committed.get(number) ?? 0;
    must(shown === 0 || shown === count, `transaction ${number} shows ${shown} of its ${count} records`);
    if (wanted !== 'commit') must(shown === 0, `transaction ${number} was not committed, and shows`);
    else if (isSure) must(shown === count, `transaction ${number} was committed, and does not show`);
    committed.delete(number);
  }
  must(committed.size === 0, `transactions ${[...committed.keys()].join(', ')} were never wanted`);
}

function begin(store, known) {
  if (known.ids === null) {
    known.ids = [store.producerIds.next(), store.producerIds.next()];
    note('P', ...known.ids);
  }
  const log = store.partition('orders', 0);
  const appendOne = ({ sequence, count }) => {
    const records = Array.from({ length: count }, (_, i) => ({ value: `i${sequence + i}` }));
    const producer = { producerId: known.ids[0], producerEpoch: 0, baseSequence: sequence };
    const { isDuplicate } = log.append(records, { producer });
    perhapsDie();
    note('i');
    known.sequence = sequence + count;
    return isDuplicate;
  };
  // It has had no answer: perhaps it was written.
  if (known.wish !== null) appendOne(known.wish);
  const transactional = () => log.activeProducers.find(({ producerId }) => producerId === known.ids[1]);
  const end = (type) => log.endTransaction({ producerId: known.ids[1], producerEpoch: 0, type });
  const last = known.ends.get(known.transaction);
  if (log.openTransactions.length > 0) {
    must(log.openTransactions[0].producerId === known.ids[1], 'another transaction is open');
    end(last.wanted ?? 'abort');
    if (last.wanted !== null) note('e', known.transaction);
  }
  return {
    idempotent() {
      const wish = { sequence: known.sequence, count: between(1, 4) };
      note('I', wish.sequence, wish.count);
      must(!appendOne(wish), 'what was never sent is a duplicate');
    },
    transaction() {
      const number = ++known.transaction;
      const count = between(1, 3);
      note('T', number, count);
      for (let i = 0; i < count; i++) {
        const baseSequence = (transactional()?.lastSequence ?? -1) + 1;
        const producer = { producerId: known.ids[1], producerEpoch: 0, baseSequence, isTransactional: true };
        log.append([{ value: `t${number}` }], { producer });
      }
      const type = random() < 0.5 ? 'commit' : 'abort';
      perhapsDie();
      note('E', number, type);
      perhapsDie();
      end(type);
      perhapsDie();
      note('e', number);
    },
    roll: () => log.roll(),
  };
}

try {
  const store = await openStore(directory, { recoveryThreads: 0, checkpointIntervalMs: 5 });
  if (store.topics().length === 0)
    await store.createTopic('orders', { config: { 'segment.bytes': 16_384, 'index.interval.bytes': 256 } });
  const known = promised();
  await verify(store, known);
  if (mode === 'verify') {
    await store.close();
    process.exit(0);
  }
  const work = begin(store, known);
  writeSync(1, 'ready\n');
  for (;;) {
    for (let i = 0; i < 5; i++) {
      const dice = random();
      if (dice < 0.5) work.idempotent();
      else if (dice < 0.97) work.transaction();
      else work.roll();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
} catch (error) {
  writeSync(2, `${error.stack}\n`);
  process.exit(3);
}
