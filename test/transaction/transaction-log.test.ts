import { expect, test } from 'vitest';
import { DONE } from '#millrace/transaction/coordinator-step.js';
import { newMetadata } from '#millrace/transaction/transaction-metadata.js';
import { TransactionsRig } from './transactions-rig.ts';

const value = { ...newMetadata(7, 1_000, 5), producerEpoch: 3 };
const write = (
  transactionalId: string,
  changes: Partial<typeof value> | null,
): Parameters<TransactionsRig['log']['append']>[0] => ({
  transactionalId,
  value: changes === null ? null : { ...value, ...changes },
  kind: 'begin',
  answer: DONE,
});

test('ids go to the partition of their hash, and the last word of each is loaded', async () => {
  const { log, store } = await TransactionsRig.open();
  // The hashes of "a" and "b" are 97 and 98.
  expect([log.partitionCount, log.partitionOf('a'), log.partitionOf('b')]).toEqual([2, 1, 0]);
  for (let epoch = 0; epoch < 3; epoch++) {
    log.append(write('a', { producerEpoch: epoch }));
    log.append(write('b', { producerEpoch: 10 + epoch }));
  }
  log.append(write('c', {}));
  log.append(write('c', null));
  expect(store.partition('state', 1).endOffset).toBe(5);
  expect([...(await log.load(1)).entries()].map(([id, { producerEpoch }]) => [id, producerEpoch])).toEqual([['a', 2]]);
  expect([...(await log.load(0)).keys()]).toEqual(['b']);
});

test('it is durable when its receipt says so', async () => {
  const { log, store } = await TransactionsRig.open();
  const receipt = log.append(write('a', {}));
  expect(store.partition('state', 1).durableOffset).toBe(0);
  await receipt.durable;
  expect(store.partition('state', 1).durableOffset).toBe(1);
});

test('records of a later Kafka are passed over with a warning, and damage is told', async () => {
  const { log, store, messages } = await TransactionsRig.open();
  const state = store.partition('state', 1);
  state.append([{ key: Buffer.from([0, 9]), value: 'x' }]);
  log.append(write('a', {}));
  expect([...(await log.load(1)).keys()]).toEqual(['a']);
  expect(messages.warnings()).toEqual(["a transaction's state has a key of a later version"]);
  state.append([{ key: Buffer.from([0, 0, 0, 5]), value: 'x' }]);
  await expect(log.load(1)).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
});

test('the epoch of the coordinator is that of its partition’s leader', async () => {
  const { log, store } = await TransactionsRig.open();
  expect(log.coordinatorEpoch('a')).toBe(0);
  store.partition('state', 1).append([{ key: Buffer.from([0, 9]), value: 'x' }], { leaderEpoch: 4 });
  expect([log.coordinatorEpoch('a'), log.coordinatorEpoch('b')]).toEqual([4, 0]);
});
