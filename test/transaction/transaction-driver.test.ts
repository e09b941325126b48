import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { until, turn } from '../consumer/consumer-fixture.ts';
import { failure } from '../producer/transaction-rig.ts';
import { TransactionsRig } from './transactions-rig.ts';

const P0 = { topic: 'orders', partition: 0 };
const P1 = { topic: 'orders', partition: 1 };

async function openTransaction(rig: TransactionsRig): Promise<{ producerId: number; producerEpoch: number }> {
  const producer = await rig.transactions.init('a', 60_000, null);
  await rig.transactions.addPartitions('a', producer, [P0, P1]);
  return producer;
}

/** The states that the log has for the id, of its last record last. */
function statesIn(rig: TransactionsRig): number[] {
  const log = rig.store.partition('state', rig.log.partitionOf('a'));
  return [...log.read(0)].flatMap((batch) => Array.from(batch, ({ value }) => value![16]));
}

test('the decision is durable before a marker is written, and the markers before the completion is', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  const state = rig.store.partition('state', rig.log.partitionOf('a'));
  const seen: unknown[] = [];
  rig.marked = (partition) => {
    seen.push([partition.partition, state.durableOffset === state.endOffset, statesIn(rig).at(-1)]);
    return rig.store.partition(partition.topic, partition.partition);
  };
  await rig.transactions.end('a', producer, 'commit');
  // 2 is PrepareCommit.
  expect(seen).toEqual([
    [0, true, 2],
    [1, true, 2],
  ]);
  expect(statesIn(rig).at(-1)).toBe(2);
  await until(() => statesIn(rig).at(-1) === 4);
  expect([rig.orders.durableOffset, rig.orders.endOffset]).toEqual([1, 1]);
});

test('a log that cannot be written leaves everything as it was', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  const before = statesIn(rig);
  const state = rig.store.partition('state', rig.log.partitionOf('a'));
  state.configure({ ...state.settings, maxMessageBytes: 0 });
  expect(await failure(rig.transactions.end('a', producer, 'commit'))).toBe('ERR_MILLRACE_TOO_LARGE');
  state.configure({ ...state.settings, maxMessageBytes: 1_000_000 });
  expect(statesIn(rig)).toEqual(before);
  expect((await rig.transactions.end('a', producer, 'commit')).producerEpoch).toBe(1);
});

test('a marker that cannot be written is tried again, with longer and longer waits, until it is', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  let tries = 0;
  rig.marked = ({ topic, partition }) => {
    if (partition === 1 && ++tries < 6) throw new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
    return rig.store.partition(topic, partition);
  };
  let isEnded = false;
  const ending = rig.transactions.end('a', producer, 'commit').then(() => (isEnded = true));
  await until(() => tries === 1);
  const waits: number[] = [];
  for (let step = 100, waited = 0; waits.length < 5; waited += step) {
    const before = tries;
    rig.clock.advance(step);
    await turn();
    if (tries > before) [waits[before - 1], waited] = [waited + step, -step];
  }
  await ending;
  expect(waits).toEqual([100, 200, 400, 800, 1_000]);
  expect(isEnded).toBe(true);
  // Said once.
  expect(rig.messages.warnings()).toEqual(['the end of a transaction is tried again']);
});

test('a partition that cannot be written holds no other one up, and is told of', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  let isDamaged = true;
  rig.marked = ({ topic, partition }) => {
    if (partition !== 0) return rig.store.partition(topic, partition);
    if (isDamaged) throw new MillraceError('ERR_MILLRACE_CORRUPT', 'damaged');
    return null;
  };
  const ending = rig.transactions.end('a', producer, 'commit');
  await until(() => rig.store.partition('orders', 1).endOffset === 1);
  expect(rig.transactions.list()).toMatchObject([{ state: 'PrepareCommit', partitions: [P0] }]);
  const told = rig.messages.all.filter(({ level }) => level === 'warn');
  expect(told).toMatchObject([{ details: { transactionalId: 'a', ...P0 } }]);
  // Its topic is deleted.
  isDamaged = false;
  rig.clock.advance(1_000);
  expect((await ending).producerEpoch).toBe(1);
  await until(() => statesIn(rig).at(-1) === 4);
});

test('a partition that is gone is not waited for, nor one that has gone on', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  const ahead = { producerId: producer.producerId, producerEpoch: 9, type: 'abort' } as const;
  rig.store.partition('orders', 1).endTransaction(ahead);
  rig.marked = ({ topic, partition }) => (partition === 0 ? null : rig.store.partition(topic, partition));
  expect((await rig.transactions.end('a', producer, 'commit')).producerEpoch).toBe(1);
  expect(rig.messages.warnings()).toEqual(['a partition refused the marker of a transaction']);
  expect(rig.orders.endOffset).toBe(0);
});

test.for(['deleted', 'deleted and made anew'])(
  'a topic that is %s while its marker is written is not waited for',
  async (what) => {
    const rig = await TransactionsRig.open();
    const producer = await openTransaction(rig);
    const { orders } = rig;
    await rig.transactions.end('a', producer, 'commit');
    expect([orders.durableOffset, orders.endOffset]).toEqual([0, 1]);
    const another = rig.store.partition('state', 0);
    rig.marked = ({ topic, partition }) => {
      if (partition === 1) return rig.store.partition(topic, partition);
      return what === 'deleted' ? null : another;
    };
    orders.abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'topic "orders" was deleted'));
    expect((await rig.transactions.init('a', 60_000, null)).producerEpoch).toBe(2);
    expect(statesIn(rig)).toContain(4);
    expect(rig.messages.warnings()).toEqual([]);
  },
);

test('a close tries once more and then leaves it to the next open, which says so', async () => {
  const rig = await TransactionsRig.open();
  const producer = await openTransaction(rig);
  let tries = 0;
  rig.marked = () => {
    tries++;
    throw new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
  };
  const ending = rig.transactions.end('a', producer, 'commit');
  void ending.catch(() => undefined);
  // Each of the two partitions.
  await until(() => tries === 2);
  await rig.transactions.close();
  expect(tries).toBe(4);
  await expect(ending).rejects.toMatchObject({
    code: 'ERR_MILLRACE_NO_SPACE',
    message: 'the transaction of "a" is decided, and finished when the store is opened again',
    cause: { message: 'full' },
  });
  expect(rig.messages.warnings()).toContain('a decided transaction waits for the next open');
  rig.marked = null;
  await rig.load();
  await until(() => rig.orders.endOffset === 1);
  await until(() => statesIn(rig).at(-1) === 4);
});
