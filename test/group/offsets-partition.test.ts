import { expect, test } from 'vitest';
import { encodeGroupKey, encodeGroupMetadata, type GroupMetadata } from '#millrace/group/group-metadata-format.js';
import { OffsetsPartition } from '#millrace/group/offsets-partition.js';
import { Messages } from '../store/store-fixture.ts';
import { TempLog } from '../support/temp-log.ts';
import { offsetRecord } from './offsets-log.ts';

const metadata: GroupMetadata = {
  protocolType: 'consumer',
  generationId: 1,
  protocolName: null,
  leader: null,
  stateTimestamp: 5,
  members: [],
};

function group(groupId: string, generationId: number | null): { key: Buffer; value: Buffer | null } {
  const value = generationId === null ? null : encodeGroupMetadata({ ...metadata, generationId });
  return { key: encodeGroupKey(groupId), value };
}

test('of each group the last word counts, and offsets are those of the log, whoever writes there', async () => {
  const rig = new TempLog();
  const { clock } = rig;
  rig.log.append([group('a', 1), group('b', 1), group('c', 1), offsetRecord('a', 'orders-0', 3)]);
  rig.log.append([group('b', null), group('c', 2)]);
  const partition = new OffsetsPartition(rig.log, { clock, logger: {} });
  const { classic: groups } = await partition.load();
  expect([...groups].map(([groupId, { generationId }]) => [groupId, generationId])).toEqual([
    ['a', 1],
    ['c', 2],
  ]);
  expect(partition.offsets.committed('a')).toMatchObject([{ offset: 3 }]);
  partition.append([offsetRecord('a', 'orders-0', 4), group('d', 1)]);
  expect(partition.offsets.committed('a')).toMatchObject([{ offset: 4 }]);
  rig.log.append([offsetRecord('a', 'orders-0', 5)]);
  expect(partition.offsets.committed('a')).toMatchObject([{ offset: 5 }]);
  // What was handed on is the coordinator's own.
  expect([...groups.keys()]).toEqual(['a', 'c']);
});

test('an append in a producer’s name is its transaction’s', async () => {
  const rig = new TempLog();
  const partition = new OffsetsPartition(rig.log, { clock: rig.clock, logger: {} });
  await partition.load();
  const producer = { producerId: 1, producerEpoch: 0 };
  partition.append([offsetRecord('a', 'orders-0', 4)], { ...producer, isTransactional: true });
  expect([partition.offsets.committed('a').length, partition.offsets.hasPending('a')]).toEqual([0, true]);
  rig.log.endTransaction({ ...producer, type: 'commit' });
  expect(partition.offsets.committed('a')).toMatchObject([{ offset: 4 }]);
});

test('what is safe is what the topic asks for', async () => {
  const rig = new TempLog();
  const partition = new OffsetsPartition(rig.log, { clock: rig.clock, logger: {} });
  expect(await partition.isSafe(null)).toBe(true);
  const receipt = partition.append([offsetRecord('a', 'orders-0', 4)]);
  expect([await partition.isSafe(receipt), rig.log.durableOffset]).toEqual([true, 0]);
  rig.log.configure({ ...rig.log.settings, flushMessages: 1 });
  expect([await partition.isSafe(receipt), rig.log.durableOffset]).toEqual([true, 1]);
  const lost = partition.append([offsetRecord('a', 'orders-0', 5)]);
  rig.stop();
  expect([await partition.isSafe(lost), partition.isClosed]).toEqual([false, true]);
});

test('a group of a later version is passed over with a word', async () => {
  const rig = new TempLog();
  const { logger, all } = new Messages();
  rig.log.append([group('a', 1), { key: encodeGroupKey('a'), value: Buffer.from([0, 7]) }]);
  const { classic: groups } = await new OffsetsPartition(rig.log, { clock: rig.clock, logger }).load();
  expect(groups.size).toBe(0);
  expect(all).toMatchObject([{ level: 'warn', details: { groupId: 'a', version: 7, path: rig.directory } }]);
});

test('a group whose record is damaged is an error', async () => {
  const rig = new TempLog();
  rig.log.append([{ key: encodeGroupKey('a'), value: Buffer.from([0, 3, 0, 9]) }]);
  const load = new OffsetsPartition(rig.log, { clock: rig.clock, logger: {} }).load();
  await expect(load).rejects.toMatchObject({ code: 'ERR_MILLRACE_CORRUPT' });
});
