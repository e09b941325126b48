import { expect, test } from 'vitest';
import { LineFraming } from '#millrace/cli/produce/line-framing.js';
import { cut } from './frames.ts';

test.each([1, 2, 3, 7, 100])('lines, %i bytes at a time', async (chunkBytes) => {
  const { taken, refused } = await cut(new LineFraming(100), 'one\n\ntwo\r\nlast', chunkBytes);
  expect(taken).toEqual([
    [1, 'one'],
    [2, ''],
    [3, 'two\r'],
    [4, 'last'],
  ]);
  expect(refused).toEqual([]);
});

test.each([1, 3, 5, 100])(
  'a line past the bound is refused once, and the rest goes on, %i bytes at a time',
  async (chunkBytes) => {
    const { taken, refused } = await cut(new LineFraming(5), '12345\n123456\nab\n1234567890123', chunkBytes);
    expect(taken).toEqual([
      [1, '12345'],
      [3, 'ab'],
    ]);
    expect(refused.map(([number]) => number)).toEqual([2, 4]);
  },
);

test('nothing is no line, and a line feed at the end begins none', async () => {
  expect((await cut(new LineFraming(5), '', 4)).taken).toEqual([]);
  expect((await cut(new LineFraming(5), 'a\n', 4)).taken).toEqual([[1, 'a']]);
});
