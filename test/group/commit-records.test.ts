import { expect, test } from 'vitest';
import { commitRecords, tombstones } from '#millrace/group/commit-records.js';
import { decodeOffsetCommit } from '#millrace/group/offset-commit-format.js';
import type { RecordInput } from '#millrace/types.js';

const decoded = ({ key, value }: RecordInput): unknown => decodeOffsetCommit(key as Uint8Array, value as Uint8Array);
const offset = { topic: 'a', partition: 0, offset: 5 };
const commit = { groupId: 'g', now: 1_000, metadataMax: 4 };

test('a record for each offset', () => {
  const offsets = [offset, { ...offset, partition: 1, leaderEpoch: 3, metadata: 'm' }];
  const { records, errors } = commitRecords({ ...commit, offsets });
  expect(errors).toEqual([null, null]);
  const rest = { offset: 5, commitTimestamp: 1_000, expireTimestamp: -1, topicId: null };
  expect(records.map(decoded)).toEqual([
    { key: { group: 'g', topic: 'a', partition: 0 }, value: { ...rest, leaderEpoch: -1, metadata: '' } },
    { key: { group: 'g', topic: 'a', partition: 1 }, value: { ...rest, leaderEpoch: 3, metadata: 'm' } },
  ]);
});

test('metadata that are too long refuse their offset, and no other', () => {
  const metadata = ['12345', '1234', 'ßßßß', '😀😀', '😀😀1'];
  const offsets = metadata.map((each, partition) => ({ ...offset, partition, metadata: each }));
  const { records, errors } = commitRecords({ ...commit, offsets });
  const refused = 'OFFSET_METADATA_TOO_LARGE';
  expect(errors).toEqual([refused, null, null, null, refused]);
  expect(records.map(decoded)).toMatchObject([
    { key: { partition: 1 } },
    { key: { partition: 2 } },
    { key: { partition: 3 } },
  ]);
  // What no string of the format can hold, whatever the bound says.
  const long = { ...offset, metadata: 'ß'.repeat(0x4000) };
  expect(commitRecords({ ...commit, metadataMax: 1 << 20, offsets: [long] })).toEqual({
    records: [],
    errors: [refused],
  });
});

test('a retention of the request is a time of expiry, and 0 is one too', () => {
  for (const retentionMs of [0, 500]) {
    const { records } = commitRecords({ ...commit, offsets: [{ ...offset, leaderEpoch: 3 }], retentionMs });
    expect(decoded(records[0])).toMatchObject({ value: { expireTimestamp: 1_000 + retentionMs, leaderEpoch: -1 } });
  }
});

test('a retention for ever ends with the last moment that there is', () => {
  const now = 1_700_000_000_000;
  const { records } = commitRecords({ ...commit, now, offsets: [offset], retentionMs: 2 ** 63 });
  expect(decoded(records[0])).toMatchObject({ value: { offset: 5, expireTimestamp: 2 ** 63 } });
});

test('topic ids where they are known', () => {
  const id = 'abcdefghijklmnopqrstuA';
  const offsets = [
    { ...offset, topicId: id },
    { ...offset, topic: 'b' },
  ];
  const { records } = commitRecords({ ...commit, offsets });
  expect(records.map(decoded)).toMatchObject([{ value: { topicId: id } }, { value: { topicId: null } }]);
});

test('tombstones', () => {
  expect(tombstones('g', [{ topic: 'a', partition: 7 }]).map(decoded)).toEqual([
    { key: { group: 'g', topic: 'a', partition: 7 }, value: null },
  ]);
});
