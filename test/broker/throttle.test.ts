import { expect, test } from 'vitest';
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { apiVersions } from '#millrace/protocol/apis/18-api-versions.js';
import { alterClientQuotas } from '#millrace/protocol/apis/49-alter-client-quotas.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { FakeClock } from '../support/fake-clock.ts';
import type { BrokerClient } from './broker-client.ts';
import { batch, rig } from './broker-fixture.ts';

const request = (bytes: number) => ({
  acks: 1,
  timeoutMs: 1,
  topicData: [
    {
      name: 't',
      topicId: ZERO_UUID,
      partitionData: [{ index: 0, records: batch([{ value: 'x'.repeat(bytes) }], { timestamp: 0 }) }],
    },
  ],
});

const fetchRequest = (sessionId = 0, sessionEpoch = -1, topics: object[] | null = null) =>
  ({
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 0,
    maxBytes: 10_000_000,
    isolationLevel: 0,
    sessionId,
    sessionEpoch,
    topics: topics ?? [
      { topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1_000_000, logStartOffset: -1 }] },
    ],
    forgottenTopicsData: [],
    rackId: '',
  }) as never;

async function limited(key: string, value: number) {
  const clock = new FakeClock(Date.now());
  const made = await rig({ clock });
  await made.broker.store.createTopic('t');
  const entity = [{ entityType: 'client-id', entityName: 'slow' }];
  const ops = [{ key, value, remove: false }];
  const answer = await made.client.ask(alterClientQuotas, 1, { entries: [{ entity, ops }], validateOnly: false });
  expect(answer.entries).toMatchObject([{ errorCode: 0 }]);
  return { ...made, clock };
}

/** Is the next request answered only when this time has passed? */
async function waits(client: BrokerClient, clock: FakeClock, ms: number): Promise<void> {
  let isAnswered = false;
  const answer = client.ask(apiVersions, 0, {}).then(() => (isAnswered = true));
  for (const step of [ms - 1, 1]) {
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(isAnswered).toBe(false);
    clock.advance(step);
  }
  await answer;
}

test.each([3, 9])('who produces too much is told, and not read for so long (version %i)', async (version) => {
  const { client, connect, clock } = await limited('producer_byte_rate', 10_000);
  const first = await client.ask(produce, version, request(50_000), 'slow');
  expect(first.throttleTimeMs).toBe(0);
  const second = await client.ask(produce, version, request(100_000), 'slow');
  expect(second.responses[0].partitionResponses[0]).toMatchObject({ errorCode: 0, baseOffset: 1 });
  expect(second.throttleTimeMs).toBeGreaterThan(4_000);
  const other = await connect();
  expect((await other.ask(produce, version, request(100_000), 'quick')).throttleTimeMs).toBe(0);
  await waits(client, clock, second.throttleTimeMs);
});

test('who fetches too much gets nothing, and the same when the time is over', async () => {
  const { client, broker, clock } = await limited('consumer_byte_rate', 10_000);
  for (let i = 0; i < 3; i++) broker.store.partition('t', 0).append([{ value: 'x'.repeat(60_000), timestamp: 0 }]);
  const begun = await client.ask(fetch, 11, fetchRequest(0, 0), 'slow');
  expect(begun.throttleTimeMs).toBe(0);
  expect(begun.responses[0].partitions[0].records!.length).toBeGreaterThan(50_000);
  const next = [
    { topic: 't', partitions: [{ partition: 0, fetchOffset: 1, partitionMaxBytes: 70_000, logStartOffset: -1 }] },
  ];
  const throttled = await client.ask(fetch, 11, fetchRequest(begun.sessionId, 1, next), 'slow');
  expect(throttled).toMatchObject({ errorCode: 0, sessionId: begun.sessionId, responses: [] });
  expect(throttled.throttleTimeMs).toBeGreaterThan(0);
  await waits(client, clock, throttled.throttleTimeMs);
  clock.advance(20_000);
  const again = await client.ask(fetch, 11, fetchRequest(begun.sessionId, 2, []), 'slow');
  expect(again.throttleTimeMs).toBe(0);
  expect(again.responses[0].partitions[0].records!.length).toBeGreaterThan(50_000);
});
