import { expect, test } from 'vitest';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { MessageReader } from '#millrace/protocol/message-reader.js';

test('a classic message', () => {
  const writer = new MessageWriter();
  writer
    .int8(-1)
    .int16(258)
    .int32(-2)
    .int64(-3)
    .string('é')
    .array([1, 2], (value) => writer.int8(value));
  writer.array(null, () => undefined).taggedFields([{ tag: 0, write: (inner) => inner.int8(1) }]);
  expect(writer.finish().toString('hex')).toBe('ff0102fffffffefffffffffffffffd0002c3a9000000020102ffffffff');
});

test('a flexible message has compact lengths and tagged fields', () => {
  const writer = new MessageWriter();
  writer.isFlexible = true;
  writer
    .string('hi')
    .array(['a'], (text) => writer.string(text))
    .array(null, () => undefined);
  writer.taggedFields([{ tag: 2, write: (inner) => inner.int16(7) }]).taggedFields();
  expect(writer.finish().toString('hex')).toBe('03686902026100010202000700');
});

test('it grows, and what it made stays as it was', () => {
  const [first] = new MessageWriter().string('x'.repeat(1_000)).pieces();
  const kept = Buffer.from(first);
  const writer = new MessageWriter();
  for (let i = 0; i < 5; i++) writer.string('y'.repeat(30_000));
  const reader = new MessageReader(writer.finish(), 'a message');
  for (let i = 0; i < 5; i++) expect(reader.string()).toBe('y'.repeat(30_000));
  expect([reader.isAtEnd, first.length]).toEqual([true, 1_002]);
  expect(Buffer.compare(first, kept)).toBe(0);
});

test('two at work at once do not write over each other', () => {
  const [one, other] = [new MessageWriter().int32(1), new MessageWriter().int32(2)];
  one.string('one');
  other.string('other');
  const pieces = [one.pieces(), other.pieces(), new MessageWriter().int32(-1).pieces()];
  expect(pieces.map(([piece]) => Buffer.from(piece).toString('hex'))).toEqual([
    '0000000100036f6e65',
    '0000000200056f74686572',
    'ffffffff',
  ]);
});

test('large records are handed on, small ones copied', () => {
  const [large, small] = [Buffer.alloc(5_000, 1), Buffer.alloc(3, 2)];
  const writer = new MessageWriter().int8(9);
  expect([writer.records([large, small, large]), writer.records(small), writer.records(['no'])]).toEqual([
    true,
    true,
    false,
  ]);
  expect(writer.size).toBe(1 + 4 + 10_003 + 4 + 3);
  const pieces = writer.pieces();
  expect(pieces.map((piece) => [piece === large, piece.length])).toEqual([
    [false, 5],
    [true, 5_000],
    [false, 3],
    [true, 5_000],
    [false, 7],
  ]);
});

test('a tagged field of more than 127 bytes gets a longer size in front', () => {
  const writer = new MessageWriter();
  writer.isFlexible = true;
  const text = 'z'.repeat(300);
  writer.taggedFields([{ tag: 1, write: (inner) => inner.taggedFields([{ tag: 0, write: (it) => it.string(text) }]) }]);
  const reader = new MessageReader(writer.finish(), 'a message');
  reader.isFlexible = true;
  let found = '';
  reader.taggedFields(() => reader.taggedFields(() => (found = reader.string())));
  expect([found, reader.isAtEnd]).toEqual([text, true]);
});

test('a string that its length cannot tell is refused', () => {
  const write = (): unknown => new MessageWriter().string('é'.repeat(0x4000));
  expect(write).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }));
});

test('a number that no field holds is a bug of ours', () => {
  expect(() => new MessageWriter().int64(2 ** 63 + 2 ** 11)).toThrow('no int64');
  expect(() => new MessageWriter().unsignedVarint(-1)).toThrow('an unsigned varint of -1');
});
