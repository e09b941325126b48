/** Topics of a round, made and deleted at a broker. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startBroker, type Broker } from '#millrace/broker/broker.js';
import { createTopic, deleteTopic } from '../../../bench/broker/topics.mjs';

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
