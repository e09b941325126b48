import { expect, test } from 'vitest';
import { RequestStatistics } from '#millrace/broker/request-statistics.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { batch, rig } from './broker-fixture.ts';

const toTopic = (name: string, partitions = [0]) => ({
  transactionalId: null,
  acks: -1,
  timeoutMs: 1000,
  topicData: [
    {
      name,
      topicId: ZERO_UUID,
      partitionData: partitions.map((index) => ({ index, records: batch([{ value: 'x' }]) })),
    },
  ],
});

test('an API that nobody asked for is not there', () => {
  const statistics = new RequestStatistics();
  expect(statistics.apis).toEqual([]);
  const api = statistics.of(metadata);
  expect(statistics.of(metadata)).toBe(api);
  statistics.of(produce);
  expect(statistics.apis.map(({ name }) => name)).toEqual(['Produce', 'Metadata']);
});

test('requests by version, times, bytes, and the errors of all parts', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  await client.ask(produce, 9, toTopic('t', [0, 1]));
  await client.ask(produce, 8, toTopic('t', [0, 7, 8]));
  const [counts] = broker.statistics.apis;
  expect(counts).toMatchObject({ name: 'Produce', requests: 2, errorCount: 2, answered: 2 });
  expect([counts.versions[8], counts.versions[9]]).toEqual([1, 1]);
  expect([...counts.errors]).toEqual([['UNKNOWN_TOPIC_OR_PARTITION', 2]]);
  const times = counts.recentMs.sorted();
  expect(times).toHaveLength(2);
  expect(counts.totalMs).toBeCloseTo(times[0] + times[1]);
  expect(times[0]).toBeGreaterThan(0);
  const { bytesIn, bytesOut } = broker.listeners[0].statistics;
  // The lengths before the frames are the connection's.
  expect(counts.requestBytes).toBe(bytesIn - 8);
  expect(counts.responseBytes).toBe(bytesOut);
  expect(bytesOut).toBe(client.socket.bytesRead);
});

test('a fetch that waits is counted while it waits, and is in progress', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const answer = client.ask(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 10_000,
    minBytes: 1,
    maxBytes: 1000,
    topics: [
      { topic: 't', topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] },
    ],
  });
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  expect(broker.listeners[0].pendingRequests).toBe(1);
  broker.store.partition('t', 0).append([{ value: 'x' }]);
  await answer;
  expect(broker.statistics.waitingFetches).toBe(0);
  expect(broker.listeners[0].pendingRequests).toBe(0);
});

test('closing does not wait for a fetch that waits', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const answer = client.ask(fetch, 11, {
    replicaId: -1,
    maxWaitMs: 60_000,
    minBytes: 1,
    maxBytes: 1000,
    topics: [
      { topic: 't', topicId: ZERO_UUID, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] },
    ],
  });
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  const began = performance.now();
  await broker.close();
  expect(performance.now() - began).toBeLessThan(2000);
  expect((await answer).responses).toHaveLength(1);
});
