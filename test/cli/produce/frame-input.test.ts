import { expect, test } from 'vitest';
import { FrameInput } from '#millrace/cli/produce/frame-input.js';
import { LineFraming } from '#millrace/cli/produce/line-framing.js';
import { bytesSource, cut, KeptFrames } from './frames.ts';

test('lines far longer than a chunk, and than the room for a rest, come out whole', async () => {
  const lines = [10, 70_000, 3, 1_000_000, 64 * 1024, 0, 200_000].map((size, i) => String(i).repeat(size));
  const { taken, refused } = await cut(new LineFraming(2_000_000), lines.join('\n'), 10_000);
  expect(refused).toEqual([]);
  expect(taken.map(([, line]) => line)).toEqual(lines);
});

test('bytes are counted as they are read, and a source that fails is told of', async () => {
  const source = bytesSource(Buffer.from('abc\ndef\n'));
  const input = new FrameInput({ source, framing: new LineFraming(10), chunkBytes: 4 });
  const kept = new KeptFrames();
  expect(await input.next(kept)).toBe(true);
  expect([input.bytesRead, kept.taken]).toEqual([4, [[1, 'abc']]]);
  const failing = { ...source, fill: () => Promise.reject(new Error('gone')) };
  const broken = new FrameInput({ source: failing, framing: new LineFraming(10), chunkBytes: 4 });
  await expect(broken.next(kept)).rejects.toThrow('gone');
});
