import { expect, test } from 'vitest';
import { offsetForLeaderEpoch } from '#millrace/protocol/apis/23-offset-for-leader-epoch.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { type Rig, rig } from '../broker-fixture.ts';

async function endOf({ client }: Rig, leaderEpoch: number, { version = 4, current = -1, topic = 't' } = {}) {
  const partitions = [{ partition: 0, currentLeaderEpoch: current, leaderEpoch }];
  const { topics } = await client.ask(offsetForLeaderEpoch, version, {
    replicaId: -1,
    topics: [{ topic, partitions }],
  });
  const answer = topics[0].partitions[0];
  return [answer.errorCode, answer.leaderEpoch, answer.endOffset];
}

test.each([2, 3, 4])('says where epochs ended, version %i', async (version) => {
  const all = await rig();
  await all.broker.store.createTopic('t');
  const log = all.broker.store.partition('t', 0);
  for (const leaderEpoch of [3, 3, 5]) log.append([{ value: 'x' }], { leaderEpoch });
  expect(await endOf(all, 5, { version })).toEqual([0, 5, 3]);
  expect(await endOf(all, 3, { version })).toEqual([0, 3, 2]);
  // Between two: the older of them; before all: where the first one begins; after all: not known.
  expect(await endOf(all, 4, { version })).toEqual([0, 3, 2]);
  expect(await endOf(all, 1, { version })).toEqual([0, 1, 0]);
  expect(await endOf(all, 6, { version })).toEqual([0, -1, -1]);
  expect(await endOf(all, -1, { version })).toEqual([0, -1, -1]);
});

test('the epoch of a log that nobody has written yet', async () => {
  const all = await rig();
  await all.broker.store.createTopic('t');
  expect(await endOf(all, 0)).toEqual([0, 0, 0]);
  expect(await endOf(all, 1)).toEqual([0, -1, -1]);
});

test('who believes in another leader is told so', async () => {
  const all = await rig();
  await all.broker.store.createTopic('t');
  all.broker.store.partition('t', 0).append([{ value: 'x' }], { leaderEpoch: 3 });
  expect(await endOf(all, 3, { current: 3 })).toEqual([0, 3, 1]);
  expect(await endOf(all, 3, { current: 2 })).toEqual([kafkaErrorCodes.FENCED_LEADER_EPOCH, -1, -1]);
  expect(await endOf(all, 3, { current: 4 })).toEqual([kafkaErrorCodes.UNKNOWN_LEADER_EPOCH, -1, -1]);
  expect(await endOf(all, 3, { topic: 'none' })).toEqual([kafkaErrorCodes.UNKNOWN_TOPIC_OR_PARTITION, -1, -1]);
});
