import { expect, test } from 'vitest';
import { framePieces, LENGTH_SIZE } from '#millrace/protocol/frame-pieces.js';

test('the length of all that follows stands in front', () => {
  const large = Buffer.alloc(2_000, 7);
  const pieces = framePieces((writer) => writer.int16(5).view(large).int8(6));
  expect(pieces.map((piece) => piece.length)).toEqual([6, 2_000, 1]);
  expect(Buffer.concat(pieces).readInt32BE(0)).toBe(2_003);
  expect(LENGTH_SIZE).toBe(4);
});

test('a frame of nothing has its length', () => {
  expect(Buffer.concat(framePieces(() => undefined))).toEqual(Buffer.alloc(4));
});

test('it may grow while it is written', () => {
  const bytes = Buffer.concat(framePieces((writer) => writer.bytes(Buffer.alloc(200_000, 1)).int8(2)));
  expect([bytes.length, bytes.readInt32BE(0), bytes[4], bytes.at(-1)]).toEqual([200_005, 200_001, 1, 2]);
});

test('a frame that its length cannot tell is refused', () => {
  const view = Buffer.allocUnsafeSlow(2 ** 30);
  expect(() => framePieces((writer) => writer.view(view).view(view))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }),
  );
});
