import { expect, test } from 'vitest';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { batch, rig } from '../broker-fixture.ts';

function request(
  timestamp: number,
  more: { topic?: string; partition?: number; epoch?: number; isolationLevel?: number } = {},
) {
  const { topic = 't', partition: partitionIndex = 0, epoch: currentLeaderEpoch = -1, isolationLevel = 0 } = more;
  return {
    replicaId: -1,
    isolationLevel,
    topics: [{ name: topic, partitions: [{ partitionIndex, currentLeaderEpoch, timestamp }] }],
    timeoutMs: 100,
  };
}

test.each([1, 2, 4, 6, 7, 10])('places and timestamps, version %i', async (version) => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  const now = Date.now();
  log.append([
    { value: 'a', timestamp: now - 300 },
    { value: 'b', timestamp: now - 100 },
  ]);
  log.append([{ value: 'c', timestamp: now - 200 }]);
  const find = async (timestamp: number) =>
    (await client.ask(listOffsets, version, request(timestamp))).topics[0].partitions[0];
  expect(await find(-1)).toMatchObject({ errorCode: 0, offset: 3, timestamp: -1 });
  expect(await find(-2)).toMatchObject({ errorCode: 0, offset: 0, timestamp: -1 });
  if (version >= 7) expect(await find(-3)).toMatchObject({ offset: 1, timestamp: now - 100 });
  expect(await find(now - 300)).toMatchObject({ offset: 0, timestamp: now - 300 });
  expect(await find(now - 250)).toMatchObject({ offset: 1, timestamp: now - 100 });
  expect(await find(now + 1)).toMatchObject({ errorCode: 0, offset: -1, timestamp: -1 });
  if (version >= 4) expect((await find(now - 250)).leaderEpoch).toBe(0);
});

test('nothing past the last stable offset is shown to who reads what is committed', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const log = broker.store.partition('t', 0);
  log.append([{ value: 'plain' }]);
  const timestamp = Date.now() + 1000;
  log.append([{ value: 'open', timestamp }], {
    producer: { producerId: 1, producerEpoch: 0, baseSequence: 0, isTransactional: true },
  });
  const offsetOf = async (spec: number, isolationLevel: number): Promise<number> =>
    (await client.ask(listOffsets, 7, request(spec, { isolationLevel }))).topics[0].partitions[0].offset;
  expect([await offsetOf(-1, 0), await offsetOf(-1, 1)]).toEqual([2, 1]);
  expect([await offsetOf(timestamp, 0), await offsetOf(timestamp, 1)]).toEqual([1, -1]);
});

test('errors, each in its place', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  const codeOf = async (more: object): Promise<number> =>
    (await client.ask(listOffsets, 7, request(-1, more))).topics[0].partitions[0].errorCode;
  expect(await codeOf({ topic: 'none' })).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await codeOf({ partition: 1 })).toBe(kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION);
  expect(await codeOf({ epoch: 1 })).toBe(kafkaErrorCodes.UNKNOWN_LEADER_EPOCH);
  expect(await codeOf({ epoch: 0 })).toBe(0);
});

test('each version knows the special timestamps that Kafka has in it, and no other negative one', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t');
  broker.store.partition('t', 0).append([{ value: 'a' }]);
  const codeOf = async (version: number, timestamp: number): Promise<number> =>
    (await client.ask(listOffsets, version, request(timestamp))).topics[0].partitions[0].errorCode;
  const since = { [-1]: 1, [-2]: 1, [-3]: 7, [-4]: 8, [-5]: 9, [-6]: 11, [-7]: 99, [-(2 ** 40)]: 99 };
  for (const [timestamp, first] of Object.entries(since)) {
    for (const version of [1, 6, 7, 8, 9, 10]) {
      const expected = version >= first ? kafkaErrorCodes.NONE : kafkaErrorCodes.UNSUPPORTED_VERSION;
      expect([timestamp, version, await codeOf(version, Number(timestamp))]).toEqual([timestamp, version, expected]);
    }
  }
});

test('a partition that is named twice is refused once, as Kafka does, and nothing is looked up for it', async () => {
  const { broker, client } = await rig();
  await broker.store.createTopic('t', { partitions: 2 });
  const { topics, ...rest } = request(-1);
  const [{ partitions }] = topics;
  const other = { ...partitions[0], partitionIndex: 1 };
  const answer = await client.ask(listOffsets, 7, {
    ...rest,
    topics: [
      { name: 't', partitions: [...partitions, other, ...partitions] },
      { name: 'none', partitions },
      { name: 't', partitions },
    ],
  });
  const { INVALID_REQUEST, UNKNOWN_TOPIC_OR_PARTITION } = kafkaErrorCodes;
  const found = answer.topics.flatMap(({ name, partitions: all }) =>
    all.map(({ partitionIndex, errorCode }) => [name, partitionIndex, errorCode]),
  );
  expect(found).toEqual([
    ['t', 0, INVALID_REQUEST],
    ['t', 1, 0],
    ['none', 0, UNKNOWN_TOPIC_OR_PARTITION],
  ]);
});

test('a batch that inflates to much is searched in a thread, and others are served meanwhile', async () => {
  const { broker, client, connect } = await rig();
  await broker.store.createTopic('t');
  const now = Date.now();
  const records = [0, 1, 2].map((i) => ({ value: Buffer.alloc(10_000_000), timestamp: now + i }));
  broker.store.partition('t', 0).appendBatches(batch(records, { compression: 'gzip', batchBytesMax: 50_000_000 }));
  const other = await connect();
  const order: string[] = [];
  const lookUp = client.ask(listOffsets, 7, request(now + 2)).then(({ topics }) => {
    order.push('look-up');
    return topics[0].partitions[0];
  });
  // What comes after the look-up has begun.
  await expect.poll(() => broker.statistics.of(listOffsets).requests).toBe(1);
  await other.ask(listOffsets, 7, request(-1));
  order.push('other');
  expect(await lookUp).toMatchObject({ errorCode: 0, offset: 2, timestamp: now + 2 });
  expect(order).toEqual(['other', 'look-up']);
  const max = (await client.ask(listOffsets, 7, request(-3))).topics[0].partitions[0];
  expect(max).toMatchObject({ errorCode: 0, offset: 2, timestamp: now + 2 });
});
