import { expect, test } from 'vitest';
import { TestClock } from 'millrace/broker';
import { BrokerWatch } from '#millrace/broker/http/broker-watch.js';
import { SHOWN_TOPICS_MAX } from '#millrace/limits.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { rig } from '../broker-fixture.ts';

async function watched() {
  const clock = new TestClock(Date.now());
  const found = await rig({ clock });
  const watch = new BrokerWatch(found.broker);
  return { ...found, clock, watch };
}

test('each second one rate, of all and of each topic', async () => {
  const { broker, client, clock, watch } = await watched();
  const topic = await broker.store.createTopic('t', { partitions: 2 });
  clock.advance(1000);
  broker.store.partition('t', 0).append([{ value: 'a' }, { value: 'b' }]);
  broker.store.partition('t', 1).append([{ value: 'c' }]);
  await client.ask(apiVersions, 0, {});
  clock.advance(1000);
  clock.advance(1000);
  expect(watch.rates('recordsIn')).toEqual([0, 3, 0]);
  expect(watch.rates('requests')).toEqual([0, 1, 0]);
  expect(watch.connections).toEqual([1, 1, 1, 1]);
  expect(watch.topicRates(topic, 'recordsIn')).toEqual([3, 0]);
  expect(watch.topicRates(topic, 'bytesIn')[0]).toBeGreaterThan(100);
  expect(watch.apiRate('ApiVersions')).toBe(0);
  watch.stop();
  clock.advance(5000);
  expect(watch.rates('recordsIn')).toHaveLength(3);
});

test('a topic that is gone is forgotten, one of the same name is another', async () => {
  const { broker, clock, watch } = await watched();
  const first = await broker.store.createTopic('t');
  clock.advance(2000);
  expect(watch.topicRates(first, 'bytesIn')).toHaveLength(1);
  await broker.store.deleteTopic('t');
  const second = await broker.store.createTopic('t');
  clock.advance(1000);
  expect(watch.topicRates(first, 'bytesIn')).toEqual([]);
  expect(watch.topicRates(second, 'bytesIn')).toEqual([]);
  watch.stop();
});

test('topics up to a bound, by name', async () => {
  const { broker, watch } = await watched();
  for (let i = 0; i < SHOWN_TOPICS_MAX + 2; i++) await broker.store.createTopic(`t-${String(i).padStart(4, '0')}`);
  expect(watch.shownTopics()).toHaveLength(SHOWN_TOPICS_MAX);
  expect(watch.shownTopics()[0].name).toBe('t-0000');
  watch.stop();
});

test('a broker that is closed is not looked at any more', async () => {
  const { broker, clock, watch } = await watched();
  await broker.close();
  expect(() => clock.advance(1000)).not.toThrow();
  watch.stop();
});
