import { expect, test } from 'vitest';
import { ReadBuffers } from '#millrace/broker/read-buffers.js';
import {
  READ_BUFFER_BYTES,
  SPARE_FRAME_BYTES,
  SPARE_FRAMES_MAX,
  SPARE_LONG_FRAME_BYTES,
  SPARE_LONG_FRAMES_MAX,
} from '#millrace/limits.js';

test('a buffer that was given back is taken again, by frames of its kind', () => {
  const buffers = new ReadBuffers();
  expect(buffers.shared.length).toBe(READ_BUFFER_BYTES);
  const [short, long] = [buffers.take(1), buffers.take(SPARE_FRAME_BYTES + 1)];
  expect([short.length, long.length]).toEqual([SPARE_FRAME_BYTES, SPARE_LONG_FRAME_BYTES]);
  buffers.give(short);
  buffers.give(long);
  expect(buffers.take(SPARE_LONG_FRAME_BYTES) === long).toBe(true);
  expect(buffers.take(SPARE_FRAME_BYTES) === short).toBe(true);
  expect(buffers.take(1) === short).toBe(false);
});

test.each([
  [SPARE_FRAME_BYTES, SPARE_FRAMES_MAX],
  [SPARE_LONG_FRAME_BYTES, SPARE_LONG_FRAMES_MAX],
])('of %i bytes %i are kept, and not more', (size, countMax) => {
  const buffers = new ReadBuffers();
  const taken = new Set(Array.from({ length: countMax + 3 }, () => buffers.take(size)));
  for (const buffer of taken) buffers.give(buffer);
  const again = Array.from({ length: countMax + 3 }, () => buffers.take(size));
  expect(again.filter((buffer) => taken.has(buffer)).length).toBe(countMax);
});

test('what a frame takes is the length of the buffer that it would get', () => {
  const buffers = new ReadBuffers();
  const sizes = [1, SPARE_FRAME_BYTES, SPARE_FRAME_BYTES + 1, SPARE_LONG_FRAME_BYTES, SPARE_LONG_FRAME_BYTES + 1];
  expect(sizes.map((size) => buffers.sizeFor(size))).toEqual(sizes.map((size) => buffers.take(size).length));
});

test('a longer one is made to measure and kept by nobody', () => {
  const buffers = new ReadBuffers();
  const buffer = buffers.take(SPARE_LONG_FRAME_BYTES + 1);
  expect(buffer.length).toBe(SPARE_LONG_FRAME_BYTES + 1);
  buffers.give(buffer);
  expect(buffers.take(SPARE_LONG_FRAME_BYTES + 1) === buffer).toBe(false);
});
