import { expect, test } from 'vitest';
import { decodeOffsetCommit, encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';

const key = { group: 'g', topic: 'orders', partition: 3 };
const commit = { offset: 42, leaderEpoch: 5, metadata: 'héé', commitTimestamp: 1_700_000_000_000, topicId: null };
const hex = (text: string): string => Buffer.from(text).toString('hex');

test('the key of version 1 and the value of version 3, byte by byte', () => {
  expect(encodeOffsetKey(key).toString('hex')).toBe(`00010001${hex('g')}0006${hex('orders')}00000003`);
  expect(encodeOffsetValue(commit).toString('hex')).toBe(
    `0003000000000000002a000000050005${hex('héé')}0000018bcfe56800`,
  );
});

test('a topic id takes version 4', () => {
  const bits = Uint8Array.from({ length: 16 }, (_, i) => i);
  const topicId = Buffer.from(bits).toString('base64url');
  const bytes = encodeOffsetValue({ ...commit, topicId });
  expect(bytes.toString('hex')).toBe(
    '0004' +
      '000000000000002a' +
      '00000005' +
      '06' +
      hex('héé') +
      '0000018bcfe56800' +
      '01' +
      '0010' +
      hex(String.fromCharCode(...bits)),
  );
  expect(decodeOffsetCommit(encodeOffsetKey(key), bytes)).toEqual({
    key,
    value: { ...commit, expireTimestamp: -1, topicId },
  });
});

test('what is written is read again', () => {
  const value = { ...commit, expireTimestamp: -1 };
  expect(decodeOffsetCommit(encodeOffsetKey(key), encodeOffsetValue(commit))).toEqual({ key, value });
  expect(decodeOffsetCommit(encodeOffsetKey(key), null)).toEqual({ key, value: null });
});

test('values of earlier versions', () => {
  const times = '0000018bcfe56800';
  const old = (version: string, rest: string): unknown =>
    decodeOffsetCommit(encodeOffsetKey(key), Buffer.from(version + '000000000000002a' + rest, 'hex'))?.value;
  const expected = { ...commit, leaderEpoch: -1, metadata: 'm', expireTimestamp: -1 };
  expect(old('0000', '00016d' + times)).toEqual(expected);
  expect(old('0001', '00016d' + times + '00000000000000ff')).toEqual({ ...expected, expireTimestamp: 255 });
  expect(old('0002', '00016d' + times)).toEqual(expected);
  const legacy = Buffer.from(encodeOffsetKey(key));
  legacy[1] = 0;
  expect(decodeOffsetCommit(legacy, null)).toEqual({ key, value: null });
});

test('a time of expiry takes version 1, which has no leader epoch and no topic id', () => {
  const bytes = encodeOffsetValue({ ...commit, expireTimestamp: 255, topicId: 'abcdefghijklmnopqrstuA' });
  expect(bytes.toString('hex')).toBe(`0001000000000000002a0005${hex('héé')}0000018bcfe5680000000000000000ff`);
  expect(decodeOffsetCommit(encodeOffsetKey(key), bytes)?.value).toEqual({
    ...commit,
    leaderEpoch: -1,
    expireTimestamp: 255,
  });
});

test('records about groups, and what a later Kafka writes, are none of ours', () => {
  for (const version of [2, 3, 8]) expect(decodeOffsetCommit(Buffer.from([0, version, 0, 0]), null)).toBe(null);
  expect(decodeOffsetCommit(encodeOffsetKey(key), Buffer.from([0, 5]))).toBe(null);
});

test('damage is told, wherever it cuts', () => {
  const bytes = encodeOffsetValue({ ...commit, topicId: 'abcdefghijklmnopqrstuA' });
  for (const [whole, cut] of [
    [encodeOffsetKey(key), (size: number) => decodeOffsetCommit(encodeOffsetKey(key).subarray(0, size), null)],
    [bytes, (size: number) => decodeOffsetCommit(encodeOffsetKey(key), bytes.subarray(0, size))],
  ] as const) {
    for (let size = 0; size < whole.length; size++)
      expect(() => cut(size), `${size}`).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  }
  expect(() => decodeOffsetCommit(null, null)).toThrow('has no key');
});
