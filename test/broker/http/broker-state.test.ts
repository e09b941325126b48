import { expect, test } from 'vitest';
import { TestClock } from 'millrace/broker';
import { stateOf } from '#millrace/broker/http/broker-state.js';
import { BrokerWatch } from '#millrace/broker/http/broker-watch.js';
import { SHOWN_CONNECTIONS_MAX, SHOWN_PARTITIONS_MAX, SHOWN_TOPICS_MAX } from '#millrace/limits.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { rig } from '../broker-fixture.ts';

async function setUp() {
  const clock = new TestClock(Date.now());
  const found = await rig({ clock });
  const watch = new BrokerWatch(found.broker);
  const state = (selected: string | null = null) => stateOf(found.broker, watch, selected);
  return { ...found, clock, state };
}

test('the broker, its topics, its APIs, and who is connected', async () => {
  const { broker, client, clock, state } = await setUp();
  const asked = { clientSoftwareName: 'test-client', clientSoftwareVersion: '1.0' };
  await client.ask(apiVersions, 3, asked, 'me');
  await broker.store.createTopic('b', { partitions: 2 });
  await broker.store.createTopic('a');
  const log = broker.store.partition('b', 0);
  log.append([{ value: 'x' }]);
  clock.advance(5000);
  const found = state();
  expect(found).toMatchObject({
    status: 'serving',
    listeners: [`PLAINTEXT://${broker.address}`],
    uptimeMs: 5000,
    topicCount: 2,
    partitionCount: 3,
    bytes: log.size,
    topics: [
      { name: 'a', partitions: 1, bytes: 0 },
      { name: 'b', partitions: 2, bytes: log.size },
    ],
    apis: [{ name: 'ApiVersions', requests: 1, errors: 0, medianMs: expect.any(Number) }],
    connections: [
      { from: '127.0.0.1', clientId: 'me', software: 'test-client 1.0', openMs: 5000, principal: 'User:ANONYMOUS' },
    ],
    selected: null,
  });
  expect(found.connections[0].bytesIn).toBe(client.socket.bytesWritten);
  expect(found.connections[0].bytesOut).toBe(client.socket.bytesRead);
  expect(structuredClone(found)).toEqual(found);
});

test('the partitions of the topic that is asked for; those that are not open say so', async () => {
  const { broker, state } = await setUp();
  await broker.store.createTopic('t', { partitions: 2 });
  const log = broker.store.partition('t', 1);
  log.append([{ value: 'x' }]);
  const none = { segments: null, startOffset: null, endOffset: null, durableOffset: null };
  expect(state('t').selected).toEqual({
    topic: 't',
    partitions: [
      { partition: 0, bytes: 0, ...none },
      { partition: 1, bytes: log.size, segments: 1, startOffset: 0, endOffset: 1, durableOffset: log.durableOffset },
    ],
  });
  expect([state('other').selected, state('__proto__').selected]).toEqual([null, null]);
});

test('bounded, whatever there is', async () => {
  const { broker, connect, state } = await setUp();
  await broker.store.createTopic('many', { partitions: SHOWN_PARTITIONS_MAX + 1 });
  for (let i = 0; i < SHOWN_TOPICS_MAX; i++) await broker.store.createTopic(`t${i}`);
  for (let i = 0; i < SHOWN_CONNECTIONS_MAX; i++) await connect();
  const found = state('many');
  expect([found.topicCount, found.topics.length]).toEqual([SHOWN_TOPICS_MAX + 1, SHOWN_TOPICS_MAX]);
  expect(found.partitionCount).toBe(SHOWN_TOPICS_MAX + SHOWN_PARTITIONS_MAX + 1);
  expect(found.selected?.partitions).toHaveLength(SHOWN_PARTITIONS_MAX);
  expect(found.connections).toHaveLength(SHOWN_CONNECTIONS_MAX);
});

test('of a closed broker what is still known', async () => {
  const { broker, state } = await setUp();
  await broker.store.createTopic('t');
  await broker.close();
  expect(state('t')).toMatchObject({ status: 'closing', topicCount: 0, topics: [], selected: null });
});
