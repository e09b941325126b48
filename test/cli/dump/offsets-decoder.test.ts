import { expect, test } from 'vitest';
import { decodeOffsetsRecord } from '#millrace/cli/dump/offsets-decoder.js';
import { encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';

const data = { group: 'g', topic: 'a', partition: 3 };
const key = encodeOffsetKey(data);
const value = { offset: 42, leaderEpoch: 5, metadata: 'm', commitTimestamp: 1_000, topicId: null };

test('commits with the fields of their versions', () => {
  const { topicId: _none, ...plain } = value;
  expect(decodeOffsetsRecord(key, encodeOffsetValue(value))).toEqual({
    key: { type: '1', data },
    value: { version: '3', data: plain },
  });
  const topicId = 'abcdefghijklmnopqrstuA';
  expect(decodeOffsetsRecord(key, encodeOffsetValue({ ...value, topicId }))).toMatchObject({
    value: { version: '4', data: { ...plain, topicId } },
  });
  const { leaderEpoch: _epoch, ...old } = plain;
  expect(decodeOffsetsRecord(key, encodeOffsetValue({ ...value, expireTimestamp: 7 }))).toEqual({
    key: { type: '1', data },
    value: { version: '1', data: { ...old, expireTimestamp: 7 } },
  });
  const legacy = Buffer.from(key);
  legacy[1] = 0;
  expect(decodeOffsetsRecord(legacy, null)).toEqual({ key: { type: '0', data }, value: null });
});

test('what is not decoded is named', () => {
  const named = (version: number): unknown => decodeOffsetsRecord(Buffer.from([0, version]), null);
  expect(named(11)).toEqual({ undecoded: 'record type 11, ShareGroupMetadata' });
  expect(named(23)).toEqual({ undecoded: 'record type 23, StreamsGroupTopology' });
  for (const version of [9, 18, 24, 200])
    expect(named(version)).toEqual({ undecoded: `unknown record type ${version}` });
  expect(decodeOffsetsRecord(key, Buffer.from([0, 5]))).toEqual({ undecoded: 'a value of version 5' });
  expect(decodeOffsetsRecord(key, Buffer.from([0, 3, 1]))).toEqual({
    undecoded: expect.stringContaining('in the middle of a field'),
  });
  expect(decodeOffsetsRecord(null, null)).toEqual({ undecoded: 'no key' });
});
