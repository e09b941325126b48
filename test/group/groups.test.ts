import { expect, onTestFinished, test } from 'vitest';
import type { Store, StoreOptions } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import { turn } from '../consumer/consumer-fixture.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { GroupClient, textOf } from './group-client.ts';

async function storeWith(
  options: StoreOptions & { readOnly?: false } = {},
): Promise<{ store: Store; clock: FakeClock }> {
  const clock = new FakeClock();
  const { store } = await openInMemory(undefined, { clock, offsetsPartitions: 2, ...options });
  onTestFinished(() => store.close());
  return { store, clock };
}

/** Until everybody who waits is told. */
async function settle<T>(clock: FakeClock, promise: Promise<T>): Promise<T> {
  let isDone = false;
  void promise.finally(() => (isDone = true)).catch(() => undefined);
  for (let i = 0; i < 100 && !isDone; i++) {
    await turn();
    clock.advance(0);
  }
  return promise;
}

test('members join, are assigned, commit, and leave', async () => {
  const { store, clock } = await storeWith();
  const { groupCoordinator } = store;
  const [a, b] = [new GroupClient(groupCoordinator), new GroupClient(groupCoordinator)];
  const first = await settle(clock, a.join());
  expect(first).toMatchObject({ error: null, generationId: 1, leader: a.memberId, protocolName: 'range' });
  expect(textOf(await settle(clock, a.sync()))).toBe('0');
  const joining = b.join();
  await turn();
  expect(await a.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  await settle(clock, Promise.all([a.join(), joining]));
  expect([a.generationId, b.generationId]).toEqual([2, 2]);
  expect([a.joined!.members.length, b.joined!.members.length]).toEqual([2, 0]);
  const synced = await settle(clock, Promise.all([b.sync(), a.sync()]));
  expect(synced.map(textOf)).toEqual(['1', '0']);
  expect(await a.commit({ topic: 'orders', partition: 0, offset: 7, metadata: 'm' })).toEqual([null]);
  const query = { groupId: 'g', partitions: [{ topic: 'orders', partition: 0 }], requireStable: true };
  expect((await groupCoordinator.offsets(query)).offsets).toMatchObject([{ error: null, committed: { offset: 7 } }]);
  expect(await b.leave()).toBe(null);
  expect(await a.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  expect(await b.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
  expect(await a.leave()).toBe(null);
  expect(await groupCoordinator.list()).toEqual([
    { groupId: 'g', protocolType: 'consumer', state: 'Empty', type: 'classic' },
  ]);
});
