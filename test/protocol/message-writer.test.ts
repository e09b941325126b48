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
  const writer = new MessageWriter().string('x'.repeat(1_000));
  const first = writer.finish();
  writer.string('y'.repeat(30_000));
  const reader = new MessageReader(writer.finish(), 'a message');
  expect([reader.string().length, reader.string()[0], reader.isAtEnd]).toEqual([1_000, 'y', true]);
  expect(first.length).toBe(1_002);
});

test('a string that its length cannot tell is refused', () => {
  const write = (): unknown => new MessageWriter().string('é'.repeat(0x4000));
  expect(write).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }));
});

test('a number that no field holds is a bug of ours', () => {
  expect(() => new MessageWriter().int64(2 ** 53)).toThrow('no safe integer');
  expect(() => new MessageWriter().unsignedVarint(-1)).toThrow('an unsigned varint of -1');
});
