import { expect, test } from 'vitest';
import { describeTopicPartitions } from '#millrace/protocol/apis/75-describe-topic-partitions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { type Rig, rig } from '../broker-fixture.ts';

type Cursor = { topicName: string; partitionIndex: number } | null;

async function page({ client }: Rig, names: string[], { cursor = null as Cursor, limit = 2000 } = {}) {
  return client.ask(describeTopicPartitions, 0, {
    topics: names.map((name) => ({ name })),
    responsePartitionLimit: limit,
    cursor,
  });
}

async function rigWith(counts: Record<string, number>, config = {}): Promise<Rig> {
  const all = await rig({ config });
  for (const [name, partitions] of Object.entries(counts)) await all.broker.store.createTopic(name, { partitions });
  return all;
}

type Page = Awaited<ReturnType<typeof page>>;
const indexesOf = ({ topics }: Page) =>
  topics.map(({ name, partitions }) => [name, ...partitions.map(({ partitionIndex }) => partitionIndex)]);

test('all topics by name, with what there is to know of them', async () => {
  const all = await rigWith({ b: 1, a: 2, __consumer_offsets: 1 });
  all.broker.store.partition('a', 1).append([{ value: 'x' }], { leaderEpoch: 7 });
  const answer = await page(all, []);
  expect(indexesOf(answer)).toEqual([
    ['__consumer_offsets', 0],
    ['a', 0, 1],
    ['b', 0],
  ]);
  expect(answer.nextCursor).toBeNull();
  expect(answer.topics[0].isInternal).toBe(true);
  const { id } = all.broker.store.topic('a');
  expect(answer.topics[1]).toMatchObject({ errorCode: 0, topicId: id, isInternal: false });
  expect(answer.topics[1].partitions[1]).toEqual({
    errorCode: 0,
    partitionIndex: 1,
    leaderId: 0,
    leaderEpoch: 7,
    replicaNodes: [0],
    isrNodes: [0],
    eligibleLeaderReplicas: [],
    lastKnownElr: [],
    offlineReplicas: [],
  });
});

test('page by page, each goes on where the last one ended', async () => {
  const all = await rigWith({ a: 3, b: 2, c: 1 });
  const seen: unknown[] = [];
  let cursor: Cursor = null;
  for (let pages = 0; pages < 10; pages++) {
    const answer: Page = await page(all, [], { cursor, limit: 2 });
    seen.push(indexesOf(answer));
    cursor = answer.nextCursor;
    if (cursor === null) break;
  }
  expect(seen).toEqual([
    [['a', 0, 1]],
    [
      ['a', 2],
      ['b', 0],
    ],
    [
      ['b', 1],
      ['c', 0],
    ],
  ]);
});

test('a page that ends with a topic points to the next one', async () => {
  const all = await rigWith({ a: 2, b: 1 });
  expect((await page(all, [], { limit: 2 })).nextCursor).toEqual({ topicName: 'b', partitionIndex: 0 });
  // At least one partition a page, whatever is asked for, and at most what the setting allows.
  expect(indexesOf(await page(all, [], { limit: -5 }))).toEqual([['a', 0]]);
  const small = await rigWith({ a: 2 }, { 'max.request.partition.size.limit': 1 });
  expect(indexesOf(await page(small, []))).toEqual([['a', 0]]);
});

test('named topics: in order, each once, and those that are not there with their error', async () => {
  const all = await rigWith({ a: 1, c: 1 });
  const answer = await page(all, ['c', 'b', 'a', 'c', 'x y']);
  expect(answer.topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([
    ['a', 0],
    ['b', kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION],
    ['c', 0],
    ['x y', kafkaErrorCodes.INVALID_TOPIC_EXCEPTION],
  ]);
});

test('a cursor whose topic went meanwhile goes on with the next one', async () => {
  const all = await rigWith({ a: 1, c: 1 });
  expect(indexesOf(await page(all, [], { cursor: { topicName: 'b', partitionIndex: 3 } }))).toEqual([['c', 0]]);
  expect(indexesOf(await page(all, [], { cursor: { topicName: 'c', partitionIndex: 9 } }))).toEqual([['c']]);
});

test.each<[string[], Cursor]>([
  [['a'], { topicName: 'b', partitionIndex: 0 }],
  [['a'], { topicName: 'a', partitionIndex: -1 }],
  [[], { topicName: 'a', partitionIndex: -1 }],
])('topics %j do not go with the cursor %j', async (names, cursor) => {
  const all = await rigWith({ a: 1 });
  const { topics } = await page(all, names, { cursor });
  expect(topics.map(({ name, errorCode }) => [name, errorCode])).toEqual([['a', kafkaErrorCodes.INVALID_REQUEST]]);
});
