import { expect, test } from 'vitest';
import { LengthFraming } from '#millrace/cli/produce/length-framing.js';
import { cut } from './frames.ts';

function framed(...values: string[]): Buffer {
  const parts = values.flatMap((value) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(value.length);
    return [length, Buffer.from(value, 'latin1')];
  });
  return Buffer.concat(parts);
}

test.each([1, 3, 4, 5, 100])('frames of any bytes, %i bytes at a time', async (chunkBytes) => {
  const { taken, refused } = await cut(new LengthFraming(100), framed('one', '', 'a\nb\0\xff'), chunkBytes);
  expect(taken).toEqual([
    [1, 'one'],
    [2, ''],
    [3, 'a\nb\0\xff'],
  ]);
  expect(refused).toEqual([]);
});

test.each([1, 4, 6, 100])(
  'a frame past the bound is refused, and the rest goes on, %i bytes at a time',
  async (chunkBytes) => {
    const { taken, refused } = await cut(new LengthFraming(5), framed('12345', '1234567', 'ab'), chunkBytes);
    expect(taken).toEqual([
      [1, '12345'],
      [3, 'ab'],
    ]);
    expect(refused.map(([number]) => number)).toEqual([2]);
  },
);

test('a frame that the input ends inside is refused', async () => {
  for (const cutOff of [1, 3]) {
    const bytes = framed('one', 'two');
    const { taken, refused } = await cut(new LengthFraming(100), bytes.subarray(0, bytes.length - cutOff), 100);
    expect(taken).toEqual([[1, 'one']]);
    expect(refused).toEqual([[2, 'is cut off: the input ends inside it']]);
  }
  const { refused } = await cut(new LengthFraming(2), framed('long').subarray(0, 6), 100);
  expect(refused).toHaveLength(1);
});
