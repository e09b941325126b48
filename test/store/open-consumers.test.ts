import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '#millrace/clock.js';
import { OpenConsumers } from '#millrace/store/open-consumers.js';
import { openStore } from '#millrace/main.js';
import { DATA, openInMemory } from './store-fixture.ts';

const not = (): never => {
  throw new Error('not in this test');
};
const parts = {
  logs: { topic: () => ({ partitions: 1 }), partition: not },
  topics: { partitionCount: () => 0, names: () => [] },
  clock: systemClock,
  logger: {},
  coordinator: not,
};

test('a consumer has a name of its own, or the one that it is given, and leaves when it is closed', async () => {
  const consumers = new OpenConsumers(parts);
  const [first, second] = [consumers.open(), consumers.open({ clientId: 'billing' })];
  expect(() => consumers.open({ maxBytes: 0 })).toThrow('maxBytes');
  const third = consumers.open();
  expect(consumers.list().map(({ clientId }) => clientId)).toEqual(['consumer-1', 'billing', 'consumer-3']);
  await second.close();
  expect(consumers.list()).toEqual([first, third]);
});

test('one of a group is kept until it is closed, whoever has it', async () => {
  const { store } = await openInMemory();
  const member = store.consumer({ groupId: 'g', topics: 'orders' });
  expect(store.openConsumers()).toEqual([member]);
  expect(() => store.consumer({ groupId: '' })).toThrow('groupId');
  // Told as what it is, since no consumer has it without a group.
  expect(() => store.consumer({ topics: ['orders'] } as never)).toThrow('groupId');
  await member.close();
  expect(store.openConsumers()).toEqual([]);
  const left = store.consumer({ groupId: 'g', topics: 'orders' });
  await store.close();
  expect(left.isClosed).toBe(true);
});

test('one that nobody has is not kept, and one that waits for records is', async () => {
  const { store } = await openInMemory();
  await store.createTopic('orders');
  const values: string[] = [];
  const abandon = (): void => {
    store.consumer({ clientId: 'abandoned' }).assign(['orders']);
    const waiting = store.consumer({ clientId: 'waiting' });
    waiting.assign(['orders']);
    void waiting.each(({ value }) => void values.push(String(value))).catch(() => undefined);
  };
  abandon();
  const names = (): string[] => store.openConsumers().map(({ clientId }) => clientId);
  expect(names()).toEqual(['abandoned', 'waiting']);
  for (let i = 0; i < 20 && names().length > 1; i++) {
    await setImmediate();
    globalThis.gc!();
  }
  expect(names()).toEqual(['waiting']);
  store.partition('orders', 0).append([{ value: 'a' }]);
  await setImmediate();
  expect(values).toEqual(['a']);
  await store.close();
  expect(() => store.openConsumers()).toThrow('is closed');
});

test('a store that only reads tells of its consumers too', async () => {
  const { store, system } = await openInMemory();
  const reader = await openStore(DATA, { readOnly: true, fileSystem: system });
  const consumer = reader.consumer();
  expect(reader.openConsumers()).toEqual([consumer]);
  expect(consumer.clientId).toBe('consumer-1');
  await reader.close();
  expect(() => reader.openConsumers()).toThrow('is closed');
  await store.close();
});
