import { expect, test } from 'vitest';
import { encodeOffsetKey, encodeOffsetValue } from '#millrace/group/offset-commit-format.js';
import { OffsetRecordReader } from '#millrace/group/offset-record-reader.js';

const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
const value = { offset: 7, leaderEpoch: 2, metadata: 'm', commitTimestamp: 1_000, topicId: null };

/** In the middle of other bytes, as in a batch. */
function within(bytes: Uint8Array): [Buffer, number, number] {
  return [Buffer.concat([Buffer.alloc(5, 0xff), bytes, Buffer.alloc(40, 0xff)]), 5, bytes.length];
}

test('fields where they stand', () => {
  const reader = new OffsetRecordReader();
  expect(reader.readKey(...within(encodeOffsetKey({ group: 'Zähler', topic: 'a', partition: -3 })))).toBe(true);
  expect([reader.group, reader.topic, reader.partition]).toEqual(['Zähler', 'a', -3]);
  const topicId = 'abcdefghijklmnopqrstuA';
  expect(reader.readValue(...within(encodeOffsetValue({ ...value, topicId })))).toBe(true);
  expect(reader).toMatchObject({ ...value, topicId, expireTimestamp: -1 });
  expect(reader.readValue(...within(encodeOffsetValue({ ...value, expireTimestamp: 5 })))).toBe(true);
  expect(reader).toMatchObject({ ...value, leaderEpoch: -1, expireTimestamp: 5, topicId: null });
});

test('nothing of the last value is left in the next', () => {
  const reader = new OffsetRecordReader();
  reader.readValue(...within(encodeOffsetValue({ ...value, topicId: 'abcdefghijklmnopqrstuA' })));
  reader.readValue(...within(encodeOffsetValue({ ...value, leaderEpoch: -1, metadata: '' })));
  expect(reader).toMatchObject({ leaderEpoch: -1, metadata: '', topicId: null });
});

test('offsets beyond 32 bits, and names of both lengths', () => {
  const reader = new OffsetRecordReader();
  const group = 'g'.repeat(0x7fff);
  reader.readKey(...within(encodeOffsetKey({ group, topic: '', partition: 0x7fff_ffff })));
  expect([reader.group === group, reader.topic, reader.partition]).toEqual([true, '', 0x7fff_ffff]);
  const metadata = 'x'.repeat(300);
  for (const topicId of [null, 'abcdefghijklmnopqrstuA']) {
    reader.readValue(...within(encodeOffsetValue({ ...value, offset: 2 ** 52, metadata, topicId })));
    expect(reader).toMatchObject({ offset: 2 ** 52, metadata, topicId });
  }
});

test('tagged fields that are not known are passed over, and no topic id is none', () => {
  const reader = new OffsetRecordReader();
  const bytes = (tags: string): Buffer => Buffer.from(`0004${'00'.repeat(8)}ffffffff01${'00'.repeat(8)}${tags}`, 'hex');
  const id = '01'.repeat(16);
  expect(reader.readValue(...within(bytes(`030503aabbcc0010${id}8001020102`)))).toBe(true);
  expect(reader.topicId).toBe(Buffer.from(id, 'hex').toString('base64url'));
  for (const tags of ['00', `010010${'00'.repeat(16)}`]) {
    expect(reader.readValue(...within(bytes(tags)))).toBe(true);
    expect(reader.topicId).toBe(null);
  }
  for (const tags of [
    '',
    '01',
    '0105',
    '010503aabb',
    `010010${'00'.repeat(15)}`,
    '01000901020304050607ff',
    'ffffffffff7f',
  ])
    expect(
      () => reader.readValue(...(within(bytes(tags)).slice(0, 2) as [Buffer, number]), bytes(tags).length),
      tags,
    ).toThrow(corrupt);
});

test('what does not hold its fields is damage; what is of others is none of ours', () => {
  const reader = new OffsetRecordReader();
  expect(() => reader.readKey(Buffer.alloc(9), 0, -1)).toThrow('has no key');
  expect(() => reader.readKey(...within(Buffer.from('0001ffff', 'hex')))).toThrow(corrupt);
  expect(() => reader.readKey(...within(Buffer.from('0001000561', 'hex')))).toThrow('in the middle of a field');
  const nullMetadata = Buffer.from(`0003${'00'.repeat(12)}ffff${'00'.repeat(8)}`, 'hex');
  expect(() => reader.readValue(...within(nullMetadata))).toThrow('needs a string');
  expect(() => reader.readValue(Buffer.alloc(2), 0, 0)).toThrow(corrupt);
  for (const version of ['0002', '000f', 'ffff'])
    expect(reader.readKey(...within(Buffer.from(version, 'hex')))).toBe(false);
  for (const version of ['0005', 'ffff']) expect(reader.readValue(...within(Buffer.from(version, 'hex')))).toBe(false);
});
