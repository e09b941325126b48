import { expect, test } from 'vitest';
import { encodeConsumerRecord } from '#millrace/group/consumer/consumer-record-format.js';
import type { ConsumerRecord } from '#millrace/group/consumer/consumer-record.js';
import { encodeGroupKey, encodeGroupMetadata } from '#millrace/group/group-metadata-format.js';
import { RecordedGroups } from '#millrace/group/recorded-groups.js';
import { Messages } from '../store/store-fixture.ts';

const metadata = (generationId: number) => ({
  protocolType: 'consumer',
  generationId,
  protocolName: null,
  leader: null,
  stateTimestamp: 1,
  members: [],
});

function groups() {
  const { logger, ...messages } = new Messages();
  const recorded = new RecordedGroups({ logger, path: '/data' });
  const take = (record: ConsumerRecord): void => {
    const { key, value } = encodeConsumerRecord(record);
    recorded.take(key as Buffer, value as Buffer | null);
  };
  return { recorded, take, messages };
}

test('of each group the last word, of either protocol', () => {
  const { recorded, take } = groups();
  for (const generation of [1, 2]) recorded.take(encodeGroupKey('c'), encodeGroupMetadata(metadata(generation)));
  recorded.take(encodeGroupKey('gone'), encodeGroupMetadata(metadata(1)));
  recorded.take(encodeGroupKey('gone'), null);
  take({ kind: 'group', groupId: 'g', value: { epoch: 3, metadataHash: 0n } });
  take({ kind: 'targetEpoch', groupId: 'g', value: 2 });
  take({ kind: 'group', groupId: 'over', value: { epoch: 1, metadataHash: 0n } });
  take({ kind: 'group', groupId: 'over', value: null });
  // Something else.
  recorded.take(Buffer.from([0, 11, 0, 1, 0x67]), null);
  expect(Array.from(recorded.classic, ([groupId, { generationId }]) => [groupId, generationId])).toEqual([['c', 2]]);
  expect(Array.from(recorded.consumer.values(), (each) => [each.groupId, each.epoch, each.assignmentEpoch])).toEqual([
    ['g', 3, 2],
  ]);
  recorded.clear();
  expect([recorded.classic.size, recorded.consumer.size]).toEqual([0, 0]);
});

test('what a compacted log tells of first is kept until the group’s own tombstone', () => {
  const { recorded, take } = groups();
  const partitions = new Map([['dAAAAAAAAAAAAAAAAAAAAA', new Set([0])]]);
  take({ kind: 'target', groupId: 'g', memberId: 'm', value: partitions });
  take({ kind: 'targetEpoch', groupId: 'g', value: 2 });
  take({ kind: 'pattern', groupId: 'g', pattern: 'p', value: { topics: new Set(['t']), version: 1, at: 1 } });
  take({ kind: 'group', groupId: 'g', value: { epoch: 3, metadataHash: 0n } });
  const state = recorded.consumer.get('g')!;
  expect([state.epoch, state.assignmentEpoch, state.target('m'), [...state.patterns.keys()]]).toEqual([
    3,
    2,
    partitions,
    ['p'],
  ]);
  // What is left of a group that is no more makes no group.
  for (const kind of ['current', 'target', 'member'] as const) take({ kind, groupId: 'h', memberId: 'm', value: null });
  for (const kind of ['targetEpoch', 'topics', 'group'] as const) take({ kind, groupId: 'h', value: null });
  expect([...recorded.consumer.keys()]).toEqual(['g']);
  take({ kind: 'group', groupId: 'g', value: null });
  expect(recorded.consumer.size).toBe(0);
});

test('a group of a later version is not known, and that is said', () => {
  const { recorded, messages } = groups();
  recorded.take(encodeGroupKey('c'), encodeGroupMetadata(metadata(1)));
  recorded.take(encodeGroupKey('c'), Buffer.from([0, 9, 1]));
  expect(recorded.classic.size).toBe(0);
  expect(messages.all).toMatchObject([{ level: 'warn', details: { path: '/data', groupId: 'c', version: 9 } }]);
});
