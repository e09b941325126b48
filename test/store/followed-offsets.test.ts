import { expect, test } from 'vitest';
import { decodeOffsetCommit } from '#millrace/group/offset-commit-format.js';
import { FollowedOffsets } from '#millrace/store/followed-offsets.js';
import { openStore } from '#millrace/main.js';
import { offsetRecord } from '../group/offsets-log.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { DATA, Messages, openInMemory } from './store-fixture.ts';

const TOPIC = '__consumer_offsets';
const config = { 'cleanup.policy': 'compact', 'delete.retention.ms': 1_000 };

test('each group is looked for in its own partition', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic(TOPIC, { partitions: 2, config });
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const offsets = new FollowedOffsets(follower, new FakeClock());
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
  const offsets = new FollowedOffsets(follower, new FakeClock());
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

test('who has not asked for as long as the topic keeps tombstones misses none that compaction has taken away', async () => {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await store.createTopic(TOPIC, { config });
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const offsets = new FollowedOffsets(follower, clock);
  const log = store.partition(TOPIC, 0);
  const compact = async (): Promise<void> => {
    log.append([offsetRecord('h', 'b-0', clock.now())]);
    log.roll();
    await store.compact(TOPIC, 0);
  };
  log.append([offsetRecord('g', 'a-0', 5)]);
  expect(await offsets.committed('g')).toHaveLength(1);
  log.append([{ ...offsetRecord('g', 'a-0', 5), value: null }]);
  await compact();
  clock.advance(1_000);
  await compact();
  const keys = [...log.read(0)]
    .flatMap((batch) => [...batch])
    .map(({ key }) => decodeOffsetCommit(key, null)?.key.group);
  expect(keys).toEqual(['h']);
  expect(await offsets.committed('g')).toEqual([]);
  await follower.close();
  await store.close();
});

test('a partition that cannot be read keeps nobody from the others, and is told once', async () => {
  const { store, system } = await openInMemory();
  await store.createTopic(TOPIC, { partitions: 2, config });
  const follower = await openStore(DATA, { readOnly: true, fileSystem: system });
  const messages = new Messages();
  const offsets = new FollowedOffsets(follower, new FakeClock(), messages.logger);
  store.partition(TOPIC, 1).append([offsetRecord('g', 'a-0', 5)]);
  store.partition(TOPIC, 0).append([{ key: Buffer.from([0]), value: 'x' }]);
  for (let i = 0; i < 2; i++) expect((await offsets.all()).map((each) => [...each.offsets.groups()])).toEqual([['g']]);
  expect(messages.warnings()).toEqual(['the groups of a partition of __consumer_offsets cannot be read']);
  await expect(offsets.of('h')).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
  await follower.close();
  await store.close();
});
