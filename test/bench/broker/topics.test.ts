/** Topics of a round, made and deleted at a broker. */
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker, type Broker } from '#millrace/broker/broker.js';
import { createTopic, deleteTopic, removeTopic } from '../../../bench/broker/topics.mjs';

let broker: Broker;
beforeAll(async () => {
  broker = await startBroker({ data: 'memory', port: 0 });
});
afterAll(() => broker.close());

test('a topic with its settings, once', async () => {
  await createTopic(broker.address, 'a', { partitions: 3, config: { 'flush.messages': '1' } });
  await expect(createTopic(broker.address, 'a')).rejects.toThrow(/^create a: error 36, /);
  await deleteTopic(broker.address, 'a');
  await expect(deleteTopic(broker.address, 'a')).rejects.toThrow(/^delete a: error 3, /);
  await expect(createTopic(broker.address, 'b', { config: { 'flush.messages': 'soon' } })).rejects.toThrow('error 40');
});

test('one that is removed has no files any more', async () => {
  const data = broker.store.directory;
  await createTopic(broker.address, 'c', { partitions: 2 });
  const left = (): string[] => readdirSync(data).filter((name) => name.startsWith('c-'));
  expect(left().sort()).toEqual(['c-0', 'c-1']);
  await removeTopic({ address: broker.address, data }, 'c');
  expect(left()).toEqual([]);
  await expect(removeTopic({ address: broker.address, data }, 'c')).rejects.toThrow(/^delete c: error 3, /);
});
