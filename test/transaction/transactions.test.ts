import { expect, test, vi } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { INIT_WAIT_MS } from '#millrace/limits.js';
import { turn, until } from '../consumer/consumer-fixture.ts';
import { failure } from '../producer/transaction-rig.ts';
import { TransactionCoordinator } from '#millrace/transaction/coordinator.js';
import { TransactionsRig } from './transactions-rig.ts';

const P0 = { topic: 'orders', partition: 0 };
const fenced = 'ERR_MILLRACE_PRODUCER_FENCED';

test('a producer is initialised, adds partitions and ends its transaction', async () => {
  const { transactions, orders } = await TransactionsRig.open();
  const first = await transactions.init('a', 60_000, null);
  expect(first).toMatchObject({ producerId: 0, producerEpoch: 0 });
  await transactions.addPartitions('a', first, [P0]);
  expect(transactions.statistics).toMatchObject({ ids: 1, open: 1 });
  const second = await transactions.end('a', first, 'commit');
  expect(second).toMatchObject({ producerId: 0, producerEpoch: 1 });
  // The marker can be read when it settles.
  expect([...orders.read(0)].map(({ isControl, producerEpoch }) => [isControl, producerEpoch])).toEqual([[true, 1]]);
  // The next one waits until the last is completed, where Kafka would have it come again.
  await transactions.addPartitions('a', second, [P0]);
  expect(transactions.list()).toMatchObject([{ transactionalId: 'a', state: 'Ongoing', partitions: [P0] }]);
  await transactions.end('a', second, 'abort');
  expect(transactions.statistics).toEqual({ ids: 1, open: 0, committed: 1, aborted: 1, timedOut: 0 });
  await transactions.close();
});

test('who comes while something is under way waits for it', async () => {
  const { transactions } = await TransactionsRig.open();
  const first = await transactions.init('a', 60_000, null);
  await transactions.addPartitions('a', first, [P0]);
  const ending = transactions.end('a', first, 'commit');
  const [second, third] = await Promise.all([
    transactions.init('a', 60_000, null),
    transactions.init('a', 60_000, null),
  ]);
  await ending;
  expect(new Set([second.producerEpoch, third.producerEpoch])).toEqual(new Set([2, 3]));
  expect(await failure(transactions.addPartitions('a', first, [P0]))).toBe(fenced);
});

test('one that takes the place of another aborts what that has open', async () => {
  const { transactions, orders } = await TransactionsRig.open();
  const first = await transactions.init('a', 60_000, null);
  await transactions.addPartitions('a', first, [P0]);
  const second = await transactions.init('a', 60_000, null);
  expect(second.producerEpoch).toBe(2);
  expect(orders.endOffset).toBe(1);
  expect(await failure(transactions.end('a', first, 'commit'))).toBe(fenced);
  expect(transactions.fenced('a', first).code).toBe(fenced);
});

test('who takes the place of a producer whose transaction cannot be finished is told so after a while', async () => {
  const rig = await TransactionsRig.open();
  const { transactions } = rig;
  const first = await transactions.init('a', 60_000, null);
  await transactions.addPartitions('a', first, [P0]);
  rig.marked = () => {
    throw new MillraceError('ERR_MILLRACE_CORRUPT', 'damaged');
  };
  const ending = transactions.end('a', first, 'commit');
  await until(() => transactions.list({ states: ['PrepareCommit'] }).length === 1);
  const told = failure(transactions.init('a', 60_000, null));
  await turn();
  rig.clock.advance(INIT_WAIT_MS);
  expect(await told).toBe('ERR_MILLRACE_TIMED_OUT');
  rig.marked = null;
  rig.clock.advance(1_000);
  expect((await ending).producerEpoch).toBe(1);
  // The one that gave up has changed nothing.
  expect((await transactions.init('a', 60_000, null)).producerEpoch).toBe(2);
});

test('refusals are errors of the library', async () => {
  const { transactions } = await TransactionsRig.open();
  const first = await transactions.init('a', 60_000, null);
  expect(await failure(transactions.end('a', first, 'commit'))).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  expect(await failure(transactions.end('b', first, 'commit'))).toBe(fenced);
  expect(await failure(transactions.init('a', 900_001, null))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  expect(await failure(transactions.init('a', 1, { ...first, producerEpoch: 7 }))).toBe(fenced);
  await transactions.close();
  expect(await failure(transactions.init('a', 1, null))).toBe('ERR_MILLRACE_CLOSED');
});

test('a transaction that is out of time is aborted at the next look, and the producer is told', async () => {
  const rig = await TransactionsRig.open();
  const { transactions, clock, orders, messages } = rig;
  const first = await transactions.init('a', 15_000, null);
  await transactions.addPartitions('a', first, [P0]);
  clock.advance(10_000);
  await turn();
  expect(transactions.statistics.open).toBe(1);
  clock.advance(10_000);
  await until(() => orders.endOffset === 1);
  expect(transactions.fenced('a', first).code).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  expect(await failure(transactions.end('a', first, 'commit'))).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  expect(await failure(transactions.addPartitions('a', first, [P0]))).toBe('ERR_MILLRACE_TRANSACTION_TIMEOUT');
  expect(messages.warnings()).toEqual(['a transaction took longer than its time-out and is aborted']);
  expect(await transactions.init('a', 15_000, first)).toMatchObject({ producerEpoch: 1 });
  // Then it is as any other that comes too late.
  expect(transactions.fenced('a', first).code).toBe(fenced);
  expect(transactions.statistics).toMatchObject({ aborted: 1, timedOut: 1 });
});

test('ids that nobody uses are forgotten, in the log too', async () => {
  const rig = await TransactionsRig.open();
  await rig.transactions.init('a', 15_000, null);
  rig.clock.advance(3_600_000);
  await until(() => rig.transactions.statistics.ids === 0);
  expect(rig.transactions.list()).toEqual([]);
  await rig.transactions.close();
  await rig.load();
  expect(rig.transactions.statistics.ids).toBe(0);
});

test('what is loaded goes on where it was: open, decided, or done', async () => {
  const rig = await TransactionsRig.open();
  const open = await rig.transactions.init('open', 60_000, null);
  await rig.transactions.addPartitions('open', open, [P0]);
  const decided = await rig.transactions.init('decided', 60_000, null);
  await rig.transactions.addPartitions('decided', decided, [P0]);
  rig.marked = () => {
    throw new Error('nobody is there');
  };
  expect(await failure(rig.transactions.end('decided', decided, 'commit'))).toBe('nobody is there');
  rig.marked = null;
  await rig.transactions.close();
  expect(rig.orders.endOffset).toBe(0);
  await rig.load();
  await until(() => rig.orders.endOffset === 1);
  expect(rig.transactions.list({ states: ['Ongoing'] })).toMatchObject([{ transactionalId: 'open' }]);
  expect((await rig.transactions.end('decided', decided, 'commit')).producerEpoch).toBe(1);
  expect((await rig.transactions.end('open', open, 'abort')).producerEpoch).toBe(1);
});

test('a partition of the log that cannot be read is missing for its ids only, and is tried again', async () => {
  const rig = await TransactionsRig.open();
  const ids = ['a', 'b'];
  expect(ids.map((id) => rig.log.partitionOf(id))).toEqual([1, 0]);
  rig.marked = () => {
    throw new Error('nobody is there');
  };
  for (const [partition, id] of ids.entries()) {
    const producer = await rig.transactions.init(id, 60_000, null);
    await rig.transactions.addPartitions(id, producer, [{ topic: 'orders', partition }]);
    expect(await failure(rig.transactions.end(id, producer, 'commit'))).toBe('nobody is there');
  }
  rig.marked = null;
  await rig.transactions.close();
  rig.unreadable = 1;
  await rig.load();
  const { transactions, messages, orders } = rig;
  const request = { transactionalId: 'a', timeoutMs: 60_000 };
  const asked = { transactionalId: 'a', producerId: 0, producerEpoch: 0, partitions: [P0] };
  expect(await failure(transactions.init('a', 60_000, null))).toBe('ERR_MILLRACE_CORRUPT');
  await expect(transactions.requests.init(request)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
  expect(() => transactions.requests.verifyPartitions(asked)).toThrow('damaged');
  expect(() => transactions.requests.describe('a')).toThrow('damaged');
  expect((await transactions.init('b', 60_000, null)).producerEpoch).toBe(2);
  expect(transactions.list()).toMatchObject([{ transactionalId: 'b', state: 'Empty' }]);
  expect([orders.endOffset, rig.store.partition('orders', 1).endOffset]).toEqual([0, 1]);
  expect(messages.warnings()).toContain('a partition of the state of transactions could not be loaded');
  rig.unreadable = null;
  // What is decided there is finished, once.
  const both = await Promise.all([transactions.init('a', 60_000, null), transactions.requests.init(request)]);
  expect(both).toMatchObject([{ producerEpoch: 2 }, { error: 'CONCURRENT_TRANSACTIONS' }]);
  expect([orders.endOffset, rig.store.partition('orders', 1).endOffset]).toEqual([1, 1]);
  await transactions.close();
});

test('a fault of the coordinator’s own is logged, and what is out of time is looked for again', async () => {
  const { transactions, clock, messages } = await TransactionsRig.open();
  const first = await transactions.init('a', 5_000, null);
  await transactions.addPartitions('a', first, [P0]);
  vi.spyOn(TransactionCoordinator.prototype, 'timedOut').mockImplementationOnce(() => {
    throw new TypeError('x is not a function');
  });
  clock.advance(10_000);
  expect(transactions.statistics).toMatchObject({ open: 1, timedOut: 0 });
  expect(messages.warnings()).toEqual(['the coordinator of transactions failed when a time was over']);
  clock.advance(10_000);
  await until(() => transactions.statistics.timedOut === 1);
  await transactions.close();
});
