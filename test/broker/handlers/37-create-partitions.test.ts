import { expect, test } from 'vitest';
import { createPartitions } from '#millrace/protocol/apis/37-create-partitions.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { type Rig, rig } from '../broker-fixture.ts';

const { INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT, INVALID_REQUEST } = kafkaErrorCodes;

interface Asked {
  readonly name: string;
  readonly count: number;
  readonly assignments?: { brokerIds: number[] }[] | null;
}

async function extend({ client }: Rig, asked: readonly Asked[], { version = 3, validateOnly = false } = {}) {
  const topics = asked.map((topic) => ({ assignments: null, ...topic }));
  const { results } = await client.ask(createPartitions, version, { topics, timeoutMs: 1000, validateOnly });
  return results.map(({ name, errorCode, errorMessage }) => [name, errorCode, errorMessage]);
}

async function rigWith(name: string): Promise<Rig> {
  const all = await rig();
  await all.broker.store.createTopic(name, { partitions: 2 });
  return all;
}

test.each([0, 1, 2, 3])('adds partitions, version %i', async (version) => {
  const all = await rigWith('t');
  expect(await extend(all, [{ name: 't', count: 4 }], { version, validateOnly: true })).toEqual([['t', 0, null]]);
  expect(all.broker.store.topic('t').partitions).toBe(2);
  expect(await extend(all, [{ name: 't', count: 4 }], { version })).toEqual([['t', 0, null]]);
  expect(all.broker.store.topic('t').partitions).toBe(4);
  const assignments = [{ brokerIds: [0] }];
  expect(await extend(all, [{ name: 't', count: 5, assignments }], { version })).toEqual([['t', 0, null]]);
});

test.each<[Asked, number, RegExp]>([
  [{ name: 't', count: 2 }, INVALID_PARTITIONS, /^Topic already has 2 partition\(s\)\.$/],
  [{ name: 't', count: 1 }, INVALID_PARTITIONS, /would not be an increase/],
  [{ name: 't', count: -1 }, INVALID_PARTITIONS, /would not be an increase/],
  [{ name: 't', count: 0x7fff_ffff }, INVALID_PARTITIONS, /At most/],
  [{ name: 't', count: 3, assignments: [] }, INVALID_REPLICA_ASSIGNMENT, /1 additional partition\(s\), but only 0/],
  [{ name: 't', count: 3, assignments: [{ brokerIds: [] }] }, INVALID_REPLICA_ASSIGNMENT, /empty replica list/],
  [{ name: 't', count: 3, assignments: [{ brokerIds: [9] }] }, INVALID_REPLICA_ASSIGNMENT, /broker 9/],
  [{ name: 't', count: 3, assignments: [{ brokerIds: [0, 0] }] }, INVALID_REPLICA_ASSIGNMENT, /more than once/],
  [{ name: 'none', count: 3 }, kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, /does not host/],
])('refuses %j', async (asked, code, message) => {
  const all = await rigWith('t');
  expect(await extend(all, [asked])).toEqual([[asked.name, code, expect.stringMatching(message)]]);
  expect(all.broker.store.topic('t').partitions).toBe(2);
});

test('what comes twice and what is internal stays as it is', async () => {
  const all = await rigWith('__consumer_offsets');
  await all.broker.store.createTopic('t');
  const answers = await extend(all, [
    { name: 't', count: 3 },
    { name: '__consumer_offsets', count: 9 },
    { name: 't', count: 4 },
  ]);
  expect(answers.map(([name, code]) => [name, code])).toEqual([
    ['t', INVALID_REQUEST],
    ['__consumer_offsets', kafkaErrorCodes.INVALID_TOPIC_EXCEPTION],
  ]);
  expect(all.broker.store.topic('t').partitions).toBe(1);
});
