/** What the code does at the edges; that it reads as the interpreter does, apis.test.ts shows. */
import { expect, test } from 'vitest';
import { array, bytes, int32, int64, int8, string, struct } from '#millrace/protocol/field.js';
import { layoutOf } from '#millrace/protocol/message-layout.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { makeReader } from '#millrace/protocol/reader-code.js';
import { hex } from './hex.ts';

test('it has its name, and reads all fields into an object in the order of the schema', () => {
  const read = makeReader('readGreeting0', layoutOf({ b: int32(), a: int64(), c: string({ since: 1 }) }, 0, false));
  expect(read.name).toBe('readGreeting0');
  const message = read(Buffer.from(hex('00000001 ffffffffffffffff'), 'hex'));
  expect(message).toEqual({ b: 1, a: -1, c: '' });
  expect(Object.keys(message!)).toEqual(['b', 'a', 'c']);
});

test('it reads nothing that is not there, and makes nothing of a count that lies', () => {
  const layout = layoutOf({ names: array({ name: string(), ranks: array(int32()) }) }, 0, false);
  const read = makeReader('read', layout);
  const count = (n: number): Buffer => {
    const made = Buffer.alloc(16);
    made.writeInt32BE(n);
    return made;
  };
  expect(read(count(2))).toEqual({
    names: [
      { name: '', ranks: [] },
      { name: '', ranks: [] },
    ],
  });
  const before = process.memoryUsage().heapUsed;
  for (const n of [3, 1_000_000, 0x7fff_ffff]) expect(read(count(n))).toBe(undefined);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1_000_000);
  expect(read(Buffer.alloc(0))).toBe(undefined);
});

test('a frame of empty strings does not take all memory', () => {
  const read = makeReader('read', layoutOf({ names: array(string()) }, 0, true));
  const names = (count: number): Buffer =>
    new MessageWriter()
      .unsignedVarint(count + 1)
      .bytes(Buffer.alloc(count, 1))
      .int8(0)
      .finish();
  expect(read(names(10_000))!.names).toHaveLength(10_000);
  expect(read(names(1_000_001))).toBe(undefined);
  const numbers = makeReader('read', layoutOf({ numbers: array(int8()), more: array(int8()) }, 0, false));
  const half = new MessageWriter().int32(9_000_000).bytes(Buffer.alloc(9_000_000)).finish();
  expect(numbers(Buffer.concat([half, Buffer.alloc(4)]))!.numbers).toHaveLength(9_000_000);
  expect(numbers(Buffer.concat([half, half]))).toBe(undefined);
});

test('a buffer that is part of a larger one ends where it ends', () => {
  const read = makeReader('read', layoutOf({ name: string(), raw: bytes() }, 0, true));
  const larger = Buffer.from(hex('aa 0261 0378 79 00 ffff'), 'hex');
  expect(read(larger.subarray(1, 7))).toEqual({ name: 'a', raw: Buffer.from('xy') });
  for (let end = 1; end < 7; end++) expect(read(larger.subarray(1, end))).toBe(undefined);
});

test('a padded varint is read, one of more than 32 bits is not', () => {
  const read = makeReader('read', layoutOf({ name: string() }, 0, true));
  expect(read(Buffer.from(hex('828080800061 00'), 'hex'))).toEqual({ name: 'a' });
  expect(read(Buffer.from(hex('828080801061 00'), 'hex'))).toBe(undefined);
});

test('a struct that may be null has a byte in front', () => {
  const read = makeReader('read', layoutOf({ at: struct({ offset: int32() }, { nullableSince: 0 }) }, 0, false));
  expect(read(Buffer.from('ff', 'hex'))).toEqual({ at: null });
  expect(read(Buffer.from('0100000002', 'hex'))).toEqual({ at: { offset: 2 } });
});
