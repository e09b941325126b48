import { expect, test } from 'vitest';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { SENT_AWAY_MS, WAITING_PARTITIONS_MAX } from '#millrace/limits.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { rig } from '../broker-fixture.ts';

interface Asked {
  readonly topic?: string;
  readonly topicId?: string;
  readonly partition?: number;
  readonly offset?: number;
  readonly maxBytes?: number;
  readonly epoch?: number;
}

function request(asked: readonly Asked[], more: object = {}) {
  return {
    replicaId: -1,
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: asked.map(
      ({ topic = 't', topicId = ZERO_UUID, partition = 0, offset = 0, maxBytes = 1 << 20, epoch = -1 }) => ({
        topic,
        topicId,
        partitions: [{ partition, currentLeaderEpoch: epoch, fetchOffset: offset, partitionMaxBytes: maxBytes }],
      }),
    ),
    ...more,
  };
}

test.each([4, 5, 7, 9, 11, 12])('gives the bytes of the log, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  for (let i = 0; i < 3; i++) log.append([{ key: `k${i}`, value: `v${i}` }]);
  const { responses } = await client.ask(fetch, version, request([{}]));
  const [part] = responses[0].partitions;
  expect(part).toMatchObject({ partitionIndex: 0, errorCode: 0, highWatermark: 3, lastStableOffset: 3 });
  expect(part.records!.equals(log.read(0).bytes)).toBe(true);
  // From the middle of it on, the batch that has the offset is the first.
  const [later] = (await client.ask(fetch, version, request([{ offset: 1 }]))).responses[0].partitions;
  expect(later.records!.equals(log.read(1).bytes)).toBe(true);
});

test('from version 13 on, topics have ids', async () => {
  const { broker, client } = await rig();
  const { id } = await broker.store.createTopic('t');
  broker.store.partition('t', 0).append([{ value: 'x' }]);
  const known = await client.ask(fetch, 16, request([{ topicId: id }]));
  expect(known.responses[0]).toMatchObject({ topicId: id, partitions: [{ errorCode: 0, highWatermark: 1 }] });
  const unknown = await client.ask(fetch, 13, request([{ topicId: ZERO_UUID }]));
  expect(unknown.responses[0].partitions[0].errorCode).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_ID);
});

test('waits for min bytes, and is woken by the append that brings them', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  const began = performance.now();
  const asked = client.ask(fetch, 11, request([{}], { maxWaitMs: 20_000, minBytes: 500 }));
  setTimeout(() => log.append([{ value: 'too little' }]), 20);
  setTimeout(() => log.append([{ value: 'x'.repeat(1000) }]), 60);
  const [part] = (await asked).responses[0].partitions;
  expect(part.records!.length).toBeGreaterThan(1000);
  expect(part.highWatermark).toBe(2);
  expect(performance.now() - began).toBeGreaterThan(50);
});

/** Longer than a test may take. */
const NEVER_MS = 60_000;

test('does not wait for more than an answer may hold', async () => {
  const { broker, client } = await rig({ config: { 'fetch.max.bytes': 5_000 } });
  await broker.store.createTopic('t', { partitions: 2 });
  const ask = (asked: readonly Asked[], more: object) =>
    client.ask(fetch, 11, request(asked, { maxWaitMs: NEVER_MS, minBytes: 1 << 20, ...more }));
  for (let i = 0; i < 10; i++) broker.store.partition('t', 0).append([{ value: 'x'.repeat(900) }]);
  const sizeOf = async (more: object, asked: readonly Asked[] = [{}]): Promise<number> => {
    const { responses } = await ask(asked, more);
    return responses.flatMap(({ partitions }) => partitions).reduce((sum, { records }) => sum + records!.length, 0);
  };
  // Whole batches come, so the bound is not quite reached.
  expect(await sizeOf({})).toBeGreaterThan(3_900);
  expect(await sizeOf({ maxBytes: 3_000 })).toBeGreaterThan(1_900);
  expect(await sizeOf({ minBytes: 3_000 }, [{ maxBytes: 3_000 }])).toBeGreaterThan(1_900);
  // The batch that does not fit behind those of the other partition counts, too.
  broker.store.partition('t', 1).append([{ value: 'x'.repeat(4_900) }]);
  expect(await sizeOf({ minBytes: 5_000 }, [{ offset: 9 }, { partition: 1 }])).toBeLessThan(1_100);
  expect(await sizeOf({ maxBytes: 0 })).toBeGreaterThan(900);
});

test('does not wait where the answer ends with a segment, and the log goes on', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'segment.bytes': 4096 } });
  const log = broker.store.partition('t', 0);
  for (let i = 0; i < 9; i++) log.append([{ value: 'x'.repeat(900) }]);
  const { responses } = await client.ask(fetch, 11, request([{}], { maxWaitMs: NEVER_MS, minBytes: 50_000 }));
  expect(responses[0].partitions[0].records!.length).toBeGreaterThan(1_900);
});

test('waits where all there is is less than a bound that is smaller than what was asked for', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  log.append([{ value: 'little' }]);
  const asked = client.ask(fetch, 11, request([{}], { maxWaitMs: NEVER_MS, minBytes: 1 << 20, maxBytes: 2_000 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  log.append([{ value: 'x'.repeat(3_000) }]);
  expect((await asked).responses[0].partitions[0]).toMatchObject({ highWatermark: 2 });
});

test('answers with nothing when the time is over, at the log end', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const began = performance.now();
  const { responses } = await client.ask(fetch, 11, request([{}], { maxWaitMs: 120 }));
  expect(responses[0].partitions[0]).toMatchObject({ errorCode: 0, highWatermark: 0 });
  expect(responses[0].partitions[0].records).toHaveLength(0);
  expect(performance.now() - began).toBeGreaterThan(100);
});

test('a partition that is named many times is read and answered once, as the last mention has it', async () => {
  const { broker, client } = await rig();
  const { id: topicId } = await broker.store.createTopic('t', { partitions: 2 });
  for (let i = 0; i < 3; i++) broker.store.partition('t', 0).append([{ value: `${i}` }]);
  const asked = [{ offset: 0 }, { partition: 1 }, { offset: 7 }, { offset: 2 }].map((each) => ({ topicId, ...each }));
  for (const version of [4, 12, 13]) {
    const { responses } = await client.ask(fetch, version, request(asked));
    const found = responses.flatMap(({ partitions }) => partitions);
    expect(found).toMatchObject([
      { partitionIndex: 0, errorCode: 0 },
      { partitionIndex: 1, errorCode: 0 },
    ]);
    expect(found[0].records!.equals(broker.store.partition('t', 0).read(2).bytes)).toBe(true);
  }
});

test('an error is answered at once, whatever the client would wait', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const codeOf = async (asked: Asked, version = 11): Promise<number> =>
    (await client.ask(fetch, version, request([asked], { maxWaitMs: 60_000 }))).responses[0].partitions[0].errorCode;
  expect(await codeOf({ topic: 'none' })).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await codeOf({ topic: '../etc' })).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await codeOf({ partition: 3 })).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await codeOf({ offset: 1 })).toBe(kafkaErrorCodes.OFFSET_OUT_OF_RANGE);
  expect(await codeOf({ offset: -1 })).toBe(kafkaErrorCodes.OFFSET_OUT_OF_RANGE);
  expect(await codeOf({ epoch: 5 })).toBe(kafkaErrorCodes.UNKNOWN_LEADER_EPOCH);
});

test('the first batch is given whatever its size, and only that', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  for (const partition of [0, 1]) broker.store.partition('t', partition).append([{ value: 'x'.repeat(5000) }]);
  const sizes = async (more: object, maxBytes = 1 << 20): Promise<number[]> => {
    const asked = [0, 1].map((partition) => ({ partition, maxBytes }));
    const { responses } = await client.ask(fetch, 11, request(asked, more));
    return responses.flatMap(({ partitions }) => partitions.map(({ records }) => records!.length));
  };
  expect(await sizes({ maxBytes: 100 })).toEqual([expect.toSatisfy((size: number) => size > 5000), 0]);
  expect(await sizes({}, 100)).toEqual([expect.toSatisfy((size: number) => size > 5000), 0]);
  expect((await sizes({})).every((size) => size > 5000)).toBe(true);
});

test('sealed segments are read too, without a stop of the event loop', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { config: { 'segment.bytes': 4096 } });
  const log = broker.store.partition('t', 0);
  for (let i = 0; i < 50; i++) log.append([{ value: `${i}:${'x'.repeat(500)}` }]);
  const found: Buffer[] = [];
  for (let offset = 0; offset < 50;) {
    const { responses } = await client.ask(fetch, 11, request([{ offset }]));
    const bytes = responses[0].partitions[0].records!;
    found.push(Buffer.from(bytes));
    expect(bytes.equals(log.read(offset).bytes)).toBe(true);
    offset = log.read(offset).nextOffset;
  }
  expect(found.length).toBeGreaterThan(5);
});

test('read committed stops at the last stable offset and names what was aborted', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  const stamp = { producerId: 1, producerEpoch: 0, isTransactional: true };
  log.append([{ value: 'aborted' }], { producer: { ...stamp, baseSequence: 0 } });
  log.endTransaction({ producerId: 1, producerEpoch: 0, type: 'abort', coordinatorEpoch: 0 });
  log.append([{ value: 'plain' }]);
  log.append([{ value: 'open' }], { producer: { ...stamp, baseSequence: 1 } });
  log.append([{ value: 'behind it' }]);
  const [part] = (await client.ask(fetch, 11, request([{}], { isolationLevel: 1 }))).responses[0].partitions;
  expect(part).toMatchObject({
    highWatermark: 5,
    lastStableOffset: 3,
    abortedTransactions: [{ producerId: 1, firstOffset: 0 }],
  });
  expect(part.records!.equals(log.read(0).before(3).bytes)).toBe(true);
  const [all] = (await client.ask(fetch, 11, request([{}]))).responses[0].partitions;
  expect(all.abortedTransactions).toBeNull();
  expect(all.records!.equals(log.read(0).bytes)).toBe(true);
});

test('beyond a bound on the partitions that are waited for, fetches are answered with what there is, and come again later', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  broker.store.partition('t', 1).append([{ value: 'x' }]);
  const ask = (asked: readonly Asked[], minBytes = 1) =>
    client.ask(fetch, 11, request(asked, { maxWaitMs: NEVER_MS, minBytes }));
  broker.statistics.waitingPartitions = WAITING_PARTITIONS_MAX - 1;
  const begun = performance.now();
  const sentAway = await ask([{}, { partition: 1 }], 10_000);
  expect(sentAway.throttleTimeMs).toBe(SENT_AWAY_MS);
  expect(sentAway.responses.flatMap(({ partitions }) => partitions).map(({ records }) => records!.length > 0)).toEqual([
    false,
    true,
  ]);
  // Its connection is not read meanwhile; who has what it asked for was not kept.
  expect((await ask([{ partition: 1 }])).throttleTimeMs).toBe(0);
  expect(performance.now() - begun).toBeGreaterThan(SENT_AWAY_MS - 10);
  const waiting = ask([{}]);
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  broker.store.partition('t', 0).append([{ value: 'x' }]);
  expect((await waiting).throttleTimeMs).toBe(0);
  expect(broker.statistics.waitingPartitions).toBe(WAITING_PARTITIONS_MAX - 1);
});

test('a client that goes away while it waits leaves nothing behind', async () => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t');
  client.send(fetch, 11, request([{}], { maxWaitMs: 60_000 }));
  await expect.poll(() => broker.statistics.waitingFetches).toBe(1);
  client.close();
  const other = await connect();
  const [part] = (await other.ask(fetch, 11, request([{}], { maxWaitMs: 10 }))).responses[0].partitions;
  expect(part.errorCode).toBe(0);
  await expect.poll(() => broker.listeners[0].statistics.connections).toBe(1);
});
