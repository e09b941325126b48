import { expect, test } from 'vitest';
import { MessageReader } from '#millrace/protocol/message-reader.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';

const reader = (bytes: number[], isFlexible = false): MessageReader => {
  const made = new MessageReader(Uint8Array.from(bytes), 'a message');
  made.isFlexible = isFlexible;
  return made;
};

test('fixed widths are big-endian and signed', () => {
  const read = reader([0xff, 0xff, 0xfe, 0x80, 0, 0, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
  expect([read.int8(), read.int16(), read.int32(), read.int64()]).toEqual([-1, -2, -0x7fff_ffff, -1]);
  expect(read.isAtEnd).toBe(true);
});

test('strings and arrays, classic and compact, tell null from empty', () => {
  const classic = reader([0, 2, 0x68, 0x69, 0xff, 0xff, 0, 0, 0, 1, 7, 0xff, 0xff, 0xff, 0xff]);
  expect(classic.string()).toBe('hi');
  expect(classic.nullableString()).toBe(null);
  expect(classic.array(() => classic.int8())).toEqual([7]);
  expect(classic.nullableArray(() => classic.int8())).toBe(null);
  const compact = reader([3, 0x68, 0x69, 0, 1, 2, 7, 0], true);
  expect(compact.string()).toBe('hi');
  expect(compact.nullableString()).toBe(null);
  expect(compact.array(() => compact.int8())).toEqual([]);
  expect(compact.array(() => compact.int8())).toEqual([7]);
  expect(compact.nullableArray(() => compact.int8())).toBe(null);
});

test('tagged fields that nobody knows are passed over, also those that are read in part', () => {
  const read = reader([2, 0, 1, 9, 5, 3, 1, 2, 3, 42], true);
  const seen: unknown[] = [];
  read.taggedFields((tag, size) => seen.push([tag, size, tag === 5 ? read.int8() : null]));
  expect(seen).toEqual([
    [0, 1, null],
    [5, 3, 1],
  ]);
  expect(read.int8()).toBe(42);
});

test('unsigned varints have 32 bits', () => {
  for (const value of [0, 127, 128, 0x7fff_ffff, 0xffff_ffff]) {
    const bytes = new MessageWriter().unsignedVarint(value).finish();
    expect(new MessageReader(bytes, 'a message').unsignedVarint()).toBe(value);
  }
});

test('what cannot be is refused, whatever it claims', () => {
  const bad: (() => unknown)[] = [
    () => reader([0]).int16(),
    () => reader([0, 9, 0x68]).string(),
    () => reader([0xff, 0xff]).string(),
    () => reader([0x7f, 0xff, 0xff, 0xff]).array(() => 0),
    () => reader([0xff, 0xff, 0xff, 0xff]).array(() => 0),
    () => reader([0x80, 0x80, 0x80, 0x80, 0x80, 1]).unsignedVarint(),
    () => reader([1, 0, 200, 1], true).taggedFields(),
  ];
  for (const read of bad) expect(read).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  const short = reader([1, 0, 1, 1, 2], true);
  expect(() => short.taggedFields(() => short.int16())).toThrow('too short');
});
