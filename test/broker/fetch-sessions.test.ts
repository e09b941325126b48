/** Sessions on the wire, as clients have them. */
import { expect, test } from 'vitest';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { FakeClock } from '../support/fake-clock.ts';
import { rig } from './broker-fixture.ts';

const part = (partition: number, fetchOffset = 0) => ({ partition, fetchOffset, partitionMaxBytes: 1 << 20 });
const request = (
  sessionId: number,
  sessionEpoch: number,
  partitions: ReturnType<typeof part>[] = [],
  more: object = {},
) => ({
  replicaId: -1,
  maxWaitMs: 0,
  minBytes: 1,
  sessionId,
  sessionEpoch,
  topics: partitions.length === 0 ? [] : [{ topic: 't', topicId: ZERO_UUID, partitions }],
  ...more,
});

async function setUp(options: object = {}) {
  const set = await rig(options);
  await set.broker.store.createTopic('t', { partitions: 3 });
  const ask = (...args: Parameters<typeof request>) => set.client.ask(fetch, 11, request(...args));
  const told = async (...args: Parameters<typeof request>): Promise<number[]> =>
    (await ask(...args)).responses.flatMap(({ partitions }) => partitions.map(({ partitionIndex }) => partitionIndex));
  return { ...set, ask, told };
}

test('a session says only what is new', async () => {
  const { broker, ask, told } = await setUp();
  const first = await ask(0, 0, [part(0), part(1), part(2)]);
  expect(first.sessionId).toBeGreaterThan(0);
  expect(first.responses[0].partitions).toHaveLength(3);
  const { sessionId } = first;
  expect(await told(sessionId, 1)).toEqual([]);
  broker.store.partition('t', 1).append([{ value: 'x' }]);
  expect(await told(sessionId, 2)).toEqual([1]);
  // The client has read it, and says so.
  expect(await told(sessionId, 3, [part(1, 1)])).toEqual([]);
  expect(
    await told(sessionId, 4, [], { forgottenTopicsData: [{ topic: 't', topicId: ZERO_UUID, partitions: [1] }] }),
  ).toEqual([]);
  for (const partition of [0, 1]) broker.store.partition('t', partition).append([{ value: 'x' }]);
  expect(await told(sessionId, 5)).toEqual([0]);
});

test('a wait is ended by news of any partition of the session', async () => {
  const { broker, ask, told } = await setUp();
  const { sessionId } = await ask(0, 0, [part(0), part(1), part(2)]);
  const waiting = told(sessionId, 1, [], { maxWaitMs: 10_000 });
  setTimeout(() => broker.store.partition('t', 2).append([{ value: 'x' }]), 30);
  expect(await waiting).toEqual([2]);
});

test('wrong ids and epochs have their errors, and the session goes on', async () => {
  const { ask } = await setUp();
  const { sessionId } = await ask(0, 0, [part(0)]);
  const codeOf = async (...args: Parameters<typeof request>): Promise<number> => (await ask(...args)).errorCode;
  expect(await codeOf(sessionId + 1, 1)).toBe(kafkaErrorCodes.FETCH_SESSION_ID_NOT_FOUND);
  expect(await codeOf(sessionId, 2)).toBe(kafkaErrorCodes.INVALID_FETCH_SESSION_EPOCH);
  expect(await codeOf(sessionId, 1)).toBe(0);
  expect(await codeOf(sessionId, 1)).toBe(kafkaErrorCodes.INVALID_FETCH_SESSION_EPOCH);
  expect(await codeOf(sessionId, 2)).toBe(0);
});

test('epoch -1 ends it, and is a fetch without one', async () => {
  const { ask } = await setUp();
  const { sessionId } = await ask(0, 0, [part(0)]);
  expect(await ask(sessionId, -1, [part(1)])).toMatchObject({
    errorCode: 0,
    sessionId: 0,
    responses: [{ partitions: [{ partitionIndex: 1 }] }],
  });
  expect((await ask(sessionId, 1)).errorCode).toBe(kafkaErrorCodes.FETCH_SESSION_ID_NOT_FOUND);
});

test('names and ids are not mixed', async () => {
  const { client, ask } = await setUp();
  const { sessionId } = await ask(0, 0, [part(0)]);
  expect((await client.ask(fetch, 13, request(sessionId, 1))).errorCode).toBe(
    kafkaErrorCodes.FETCH_SESSION_TOPIC_ID_ERROR,
  );
});

test('above the bound there are none, until an old one may go', async () => {
  const clock = new FakeClock(Date.now());
  const { ask } = await setUp({ clock, config: { 'max.incremental.fetch.session.cache.slots': 2 } });
  const begin = async (): Promise<number> => (await ask(0, 0, [part(0)])).sessionId;
  const first = await begin();
  await begin();
  expect(await begin()).toBe(0);
  clock.advance(121_000);
  expect(await begin()).toBeGreaterThan(0);
  expect((await ask(first, 1)).errorCode).toBe(kafkaErrorCodes.FETCH_SESSION_ID_NOT_FOUND);
});

test('a session of nothing is over', async () => {
  const { ask } = await setUp();
  expect((await ask(0, 0)).sessionId).toBe(0);
  const { sessionId } = await ask(0, 0, [part(0)]);
  const forgotten = { forgottenTopicsData: [{ topic: 't', topicId: ZERO_UUID, partitions: [0] }] };
  expect(await ask(sessionId, 1, [], forgotten)).toMatchObject({ errorCode: 0, sessionId: 0, responses: [] });
  expect((await ask(sessionId, 2)).errorCode).toBe(kafkaErrorCodes.FETCH_SESSION_ID_NOT_FOUND);
});
