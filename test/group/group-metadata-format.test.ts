import { expect, test } from 'vitest';
import {
  decodeGroupRecord,
  encodeGroupKey,
  encodeGroupMetadata,
  type GroupMetadata,
} from '#millrace/group/group-metadata-format.js';
import { encodeOffsetKey } from '#millrace/group/offset-commit-format.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';

const member = {
  memberId: 'm-1',
  groupInstanceId: 'i',
  clientId: 'c',
  clientHost: '/127.0.0.1',
  rebalanceTimeoutMs: 300_000,
  sessionTimeoutMs: 45_000,
  subscription: new Uint8Array([1, 2]),
  assignment: new Uint8Array([3]),
};
const metadata: GroupMetadata = {
  protocolType: 'consumer',
  generationId: 7,
  protocolName: 'range',
  leader: 'm-1',
  stateTimestamp: 1_700_000_000_000,
  members: [member, { ...member, memberId: 'm-2', groupInstanceId: null }],
};

test('a key and a value are byte for byte what Kafka 4.2 writes', () => {
  expect(encodeGroupKey('g').toString('hex')).toBe('0002000167');
  const short = { ...metadata, members: [{ ...member, memberId: 'm', clientHost: 'h' }] };
  expect(encodeGroupMetadata(short).toString('hex')).toBe(
    [
      '0003',
      '0008636f6e73756d6572', // consumer
      '00000007',
      '000572616e6765', // range
      '00036d2d31', // m-1
      '0000018bcfe56800',
      '00000001',
      '00016d', // m
      '000169', // i
      '000163', // c
      '000168', // h
      '000493e0',
      '0000afc8',
      '000000020102',
      '0000000103',
    ].join(''),
  );
  const empty = { ...metadata, protocolName: null, leader: null, members: [] };
  expect(encodeGroupMetadata(empty).toString('hex')).toBe(
    ['0003', '0008636f6e73756d6572', '00000007', 'ffff', 'ffff', '0000018bcfe56800', '00000000'].join(''),
  );
});

test('what is written is read', () => {
  for (const each of [metadata, { ...metadata, protocolName: null, leader: null, members: [] }])
    expect(decodeGroupRecord(encodeGroupKey('ü'), encodeGroupMetadata(each))).toEqual({
      kind: 'group',
      groupId: 'ü',
      metadata: each,
    });
  expect(decodeGroupRecord(encodeGroupKey('g'), null)).toEqual({ kind: 'tombstone', groupId: 'g' });
});

function written(version: number): Buffer {
  const writer = new MessageWriter().int16(version);
  writer.isFlexible = version === 4;
  writer.string('consumer').int32(7).string('range').string('m-1');
  if (version >= 2) writer.int64(5);
  writer.array([0], () => {
    writer.string('m-1');
    if (version >= 3) writer.nullString();
    writer.string('c').string('h');
    if (version >= 1) writer.int32(9);
    writer.int32(8).length(1).bytes(Buffer.from('s')).length(1).bytes(Buffer.from('a')).taggedFields();
  });
  return writer.taggedFields().finish();
}

test('values of all versions are read, with what was not said then', () => {
  for (let version = 0; version <= 4; version++) {
    const record = decodeGroupRecord(encodeGroupKey('g'), written(version));
    expect(record).toMatchObject({
      kind: 'group',
      metadata: {
        generationId: 7,
        stateTimestamp: version >= 2 ? 5 : -1,
        members: [{ groupInstanceId: null, sessionTimeoutMs: 8, rebalanceTimeoutMs: version >= 1 ? 9 : 8 }],
      },
    });
  }
});

test('what is of a later version is told apart from what is about something else', () => {
  const later = new MessageWriter().int16(5).finish();
  expect(decodeGroupRecord(encodeGroupKey('g'), later)).toEqual({ kind: 'unknown', groupId: 'g', version: 5 });
  expect(decodeGroupRecord(encodeOffsetKey({ group: 'g', topic: 't', partition: 0 }), null)).toBe(null);
  expect(decodeGroupRecord(new MessageWriter().int16(3).string('g').finish(), null)).toBe(null);
});

test('what is damaged is an error', () => {
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  const bytes = encodeGroupMetadata(metadata);
  expect(() => decodeGroupRecord(null, bytes)).toThrow(corrupt);
  for (let size = 0; size < bytes.length; size++)
    expect(() => decodeGroupRecord(encodeGroupKey('g'), bytes.subarray(0, size))).toThrow(corrupt);
});

test('what was read is no view of the log', () => {
  const value = encodeGroupMetadata(metadata);
  const record = decodeGroupRecord(encodeGroupKey('g'), value);
  value.fill(0);
  expect(record).toMatchObject({ metadata });
});
