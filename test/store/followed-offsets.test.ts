import { expect, test } from 'vitest';
import { FollowedOffsets, type FollowedTopics } from '#millrace/store/followed-offsets.js';
import { openStore } from '#millrace/main.js';
import { offsetRecord } from '../group/offsets-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { DATA, openInMemory } from './store-fixture.ts';

const TOPIC = '__consumer_offsets';
const config = { 'cleanup.policy': 'compact', 'delete.retention.ms': 1_000 };

test('each group is looked for in its own partition', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic(TOPIC, { partitions: 2, config });
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const offsets = new FollowedOffsets(follower as FollowedTopics, new FakeClock());
  // The hashes of "g" and "h" are 103 and 104.
  store.partition(TOPIC, 1).append([offsetRecord('g', 'a-0', 5), offsetRecord('h', 'a-0', 99)]);
  store.partition(TOPIC, 0).append([offsetRecord('h', 'a-0', 6)]);
  expect(await offsets.committed('g')).toMatchObject([{ offset: 5 }]);
  expect(await offsets.committed('h')).toMatchObject([{ offset: 6 }]);
  await follower.close();
  await store.close();
});

test('a topic that was made anew is read from its start', async () => {
  const { store, system } = await openInMemory();
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const offsets = new FollowedOffsets(follower as FollowedTopics, new FakeClock());
  for (let offset = 3; offset > 0; offset--) {
    await store.createTopic(TOPIC, { config });
    for (let i = 0; i < offset; i++) store.partition(TOPIC, 0).append([offsetRecord('g', `a-${i}`, offset)]);
    follower.topics();
    expect(await offsets.committed('g')).toHaveLength(offset);
    await store.deleteTopic(TOPIC);
    follower.topics();
    expect(await offsets.committed('g')).toEqual([]);
  }
  await follower.close();
  await store.close();
});

test('who has not asked for as long as the topic keeps tombstones is told what the log says now', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic(TOPIC, { config });
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const clock = new FakeClock();
  const offsets = new FollowedOffsets(follower as FollowedTopics, clock);
  const log = store.partition(TOPIC, 0);
  log.append([offsetRecord('g', 'a-0', 5)]);
  expect(await offsets.committed('g')).toHaveLength(1);
  // As compaction leaves it, which has taken a tombstone away too.
  log.append([{ ...offsetRecord('g', 'a-0', 5), value: null }]);
  log.deleteRecords(2);
  log.append([offsetRecord('g', 'a-1', 5)]);
  follower.partition(TOPIC, 0).refresh();
  clock.advance(1_000);
  expect(await offsets.committed('g')).toMatchObject([{ partition: 1 }]);
  await follower.close();
  await store.close();
});
