import { describe, expect, test } from 'vitest';
import type { RequestInputOf } from '#millrace/protocol/api.js';
import { createTopics } from '#millrace/protocol/apis/19-create-topics.js';
import { kafkaErrorCodes, type KafkaErrorName } from '#millrace/protocol/error-code.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { type Rig, rig } from '../broker-fixture.ts';

type Asked = RequestInputOf<typeof createTopics>['topics'][number];

function topic(name: string, more: Partial<Asked> = {}): Asked {
  return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [], ...more };
}

async function create({ client }: Rig, topics: Asked[], { version = 7, validateOnly = false } = {}) {
  const answer = await client.ask(createTopics, version, { topics, timeoutMs: 1000, validateOnly });
  return answer.topics;
}

test.each([2, 4, 5, 7])('makes a topic and shows it, version %i', async (version) => {
  const all = await rig({ config: { 'num.partitions': 2 } });
  const configs = [{ name: 'retention.ms', value: '1000' }];
  const [made] = await create(all, [topic('orders', { configs })], { version });
  expect(made).toMatchObject({ name: 'orders', errorCode: 0, errorMessage: null });
  const { id, partitions, config } = all.broker.store.topic('orders');
  expect({ partitions, config }).toEqual({ partitions: 2, config: { 'retention.ms': 1000 } });
  if (version >= 7) expect(made.topicId).toBe(id);
  if (version < 5) return;
  expect(made).toMatchObject({ numPartitions: 2, replicationFactor: 1, topicConfigErrorCode: 0 });
  const shown = made.configs!.find(({ name }) => name === 'retention.ms');
  expect(shown).toEqual({ name: 'retention.ms', value: '1000', readOnly: false, configSource: 1, isSensitive: false });
  const standard = made.configs!.find(({ name }) => name === 'segment.bytes');
  expect(standard).toMatchObject({ value: '1073741824', configSource: 5 });
});

test('only validates, where that is asked for', async () => {
  const all = await rig();
  const [good, bad] = await create(all, [topic('t', { numPartitions: 3 }), topic('a b')], { validateOnly: true });
  expect(good).toMatchObject({ errorCode: 0, topicId: ZERO_UUID, numPartitions: 3 });
  expect(bad.errorCode).toBe(kafkaErrorCodes.INVALID_TOPIC_EXCEPTION);
  expect(all.broker.store.topics()).toEqual([]);
});

describe('a topic that cannot be had', () => {
  const assignment = (partitionIndex: number, ...brokerIds: number[]) => ({ partitionIndex, brokerIds });
  test.each<[string, Asked, KafkaErrorName, RegExp]>([
    ['is there', topic('old'), 'TOPIC_ALREADY_EXISTS', /^Topic 'old' already exists\.$/],
    ['has no name', topic(''), 'INVALID_TOPIC_EXCEPTION', /empty/],
    ['has a path for a name', topic('../x'), 'INVALID_TOPIC_EXCEPTION', /characters/],
    ['has a name too long', topic('x'.repeat(250)), 'INVALID_TOPIC_EXCEPTION', /250/],
    ['collides', topic('a_b'), 'INVALID_TOPIC_EXCEPTION', /^Topic 'a_b' collides with existing topic: a\.b$/],
    [
      'is internal',
      topic('__consumer_offsets'),
      'INVALID_REQUEST',
      /^Creation of internal topic __consumer_offsets is/,
    ],
    ['is the log of metadata', topic('__cluster_metadata'), 'INVALID_REQUEST', /^Creation of internal topic/],
    ['has no partitions', topic('t', { numPartitions: 0 }), 'INVALID_PARTITIONS', /non-positive/],
    ['has fewer than none', topic('t', { numPartitions: -2 }), 'INVALID_PARTITIONS', /non-positive/],
    ['has no replicas', topic('t', { replicationFactor: 0 }), 'INVALID_REPLICATION_FACTOR', /larger than 0/],
    ['has too many', topic('t', { replicationFactor: 4 }), 'INVALID_REPLICATION_FACTOR', /4 time\(s\).* is 3/],
    [
      'has a setting that is none',
      topic('t', { configs: [{ name: 'retention.msec', value: '1' }] }),
      'INVALID_CONFIG',
      /"retention\.msec" is no topic setting, did you mean "retention\.ms"/,
    ],
    [
      'has a setting out of bounds',
      topic('t', { configs: [{ name: 'segment.bytes', value: '-1' }] }),
      'INVALID_CONFIG',
      /segment\.bytes must be/,
    ],
    [
      'has settings that contradict each other',
      topic('t', {
        configs: [
          { name: 'min.compaction.lag.ms', value: '20' },
          { name: 'max.compaction.lag.ms', value: '10' },
        ],
      }),
      'INVALID_CONFIG',
      /min\.compaction\.lag\.ms/,
    ],
    [
      'has a setting without a value',
      topic('t', { configs: [{ name: 'segment.ms', value: null }] }),
      'INVALID_CONFIG',
      /^Null value not supported for topic configs: segment\.ms$/,
    ],
    [
      'has assignments and a factor',
      topic('t', { assignments: [assignment(0, 0)], replicationFactor: 1 }),
      'INVALID_REQUEST',
      /replication factor was not set to -1/,
    ],
    [
      'has assignments and a number',
      topic('t', { assignments: [assignment(0, 0)], numPartitions: 1 }),
      'INVALID_REQUEST',
      /numPartitions was not set to -1/,
    ],
    [
      'is assigned to a stranger',
      topic('t', { assignments: [assignment(0, 0), assignment(1, 7)] }),
      'INVALID_REPLICA_ASSIGNMENT',
      /includes broker 7, but no such broker is registered/,
    ],
    [
      'is assigned with a gap',
      topic('t', { assignments: [assignment(1, 0)] }),
      'INVALID_REPLICA_ASSIGNMENT',
      /consecutive/,
    ],
  ])('%s', async (_, asked, error, message) => {
    const all = await rig();
    await all.broker.store.createTopic('old');
    await all.broker.store.createTopic('a.b');
    const before = all.broker.store.topics().length;
    const [answer] = await create(all, [asked]);
    expect(answer).toMatchObject({ name: asked.name, errorCode: kafkaErrorCodes[error], topicId: ZERO_UUID });
    expect(answer.errorMessage).toMatch(message);
    expect(all.broker.store.topics()).toHaveLength(before);
  });

  test('does not keep the others from being made', async () => {
    const all = await rig();
    const answers = await create(all, [topic('a'), topic(''), topic('b')]);
    expect(answers.map(({ errorCode }) => errorCode)).toEqual([0, kafkaErrorCodes.INVALID_TOPIC_EXCEPTION, 0]);
    expect(all.broker.store.topics().map(({ name }) => name)).toEqual(['a', 'b']);
  });

  test('comes twice: once refused, not made', async () => {
    const all = await rig();
    const answers = await create(all, [topic('a'), topic('b'), topic('a'), topic('a')]);
    expect(answers.map(({ name, errorCode }) => [name, errorCode])).toEqual([
      ['b', 0],
      ['a', kafkaErrorCodes.INVALID_REQUEST],
    ]);
    expect(all.broker.store.findTopic('a')).toBeNull();
  });

  test('has more partitions than one request may make, with the others', async () => {
    const all = await rig();
    const answers = await create(all, [topic('a', { numPartitions: 10_000 }), topic('b', { numPartitions: 1 })]);
    expect(answers.map(({ errorCode }) => errorCode)).toEqual(Array(2).fill(kafkaErrorCodes.POLICY_VIOLATION));
    expect(all.broker.store.topics()).toEqual([]);
  });
});

test('assigned to this broker, and a factor of three that leaves one copy', async () => {
  const all = await rig({ config: { 'node.id': 5 } });
  const assignments = [1, 0].map((partitionIndex) => ({ partitionIndex, brokerIds: [5] }));
  const [assigned, three] = await create(all, [topic('a', { assignments }), topic('b', { replicationFactor: 3 })]);
  expect(assigned).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 1 });
  expect(three).toMatchObject({ errorCode: 0, numPartitions: 1, replicationFactor: 3 });
  expect(all.broker.store.topic('a').partitions).toBe(2);
});

test('two clients at once: one makes it, the other is told that it is there', async () => {
  const all = await rig();
  const other = await all.connect();
  const answers = await Promise.all([create(all, [topic('t')]), create({ ...all, client: other }, [topic('t')])]);
  const codes = answers.map(([{ errorCode }]) => errorCode).sort((a, b) => a - b);
  expect(codes).toEqual([0, kafkaErrorCodes.TOPIC_ALREADY_EXISTS]);
});
