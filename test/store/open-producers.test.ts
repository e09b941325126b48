import { expect, test } from 'vitest';
import type { PartitionLog } from '#millrace/main.js';
import type { TransactionDoor } from '#millrace/producer/transaction-door.js';
import { OpenProducers } from '#millrace/store/open-producers.js';
import { FakeClock } from '../support/fake-clock.ts';
import { openInMemory } from './store-fixture.ts';

test('a producer has a name of its own, or the one that it is given, and leaves when it is closed', async () => {
  const logs = { partitionCount: () => 1, partition: () => null as unknown as PartitionLog };
  const environment = { clock: new FakeClock(), logger: {}, producerIds: { next: () => 1 } };
  const producers = new OpenProducers(logs, environment, null as unknown as TransactionDoor);
  const [first, second] = [producers.open({}), producers.open({ clientId: 'billing' })];
  expect(() => producers.open({ lingerMs: -1 })).toThrow('lingerMs');
  expect(() => producers.open(null as never)).toThrow(/^options must be an object, got null$/);
  const third = producers.open({});
  expect(producers.list().map(({ clientId }) => clientId)).toEqual(['producer-1', 'billing', 'producer-3']);
  await second.close();
  expect(producers.list()).toEqual([first, third]);
  await producers.close();
  expect([first.isClosed, third.isClosed, producers.list()]).toEqual([true, true, []]);
});

test('a store tells of its producers', async () => {
  const { store } = await openInMemory();
  const producer = store.producer();
  expect(store.openProducers()).toEqual([producer]);
  await store.close();
  expect(() => store.openProducers()).toThrow('is closed');
});

test('a transactional producer is closed with the others, and leaves', async () => {
  const { store } = await openInMemory();
  const [first, second] = [store.producer({ transactionalId: 'a' }), store.producer({ transactionalId: 'b' })];
  expect(store.openProducers()).toEqual([]);
  await first.close();
  expect(second.isClosed).toBe(false);
  await store.close();
  expect(second.isClosed).toBe(true);
});
