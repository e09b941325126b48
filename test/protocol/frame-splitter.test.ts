import { expect, test } from 'vitest';
import { GATHERED_AT_ONCE_BYTES_MAX } from '#millrace/limits.js';
import { FrameSplitter } from '#millrace/protocol/frame-splitter.js';
import { Random, seedsOf } from '../support/random.ts';

const framed = (content: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeInt32BE(content.length);
  return Buffer.concat([length, content]);
};

/** All frames that are there after the chunk. */
function framesOf(splitter: FrameSplitter, chunk: Uint8Array): Buffer[] {
  splitter.push(chunk);
  const frames: Buffer[] = [];
  for (let frame = splitter.next(); frame !== null; frame = splitter.next()) frames.push(frame);
  return frames;
}

test('frames of one chunk are views of it', () => {
  const chunk = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.alloc(0)), framed(Buffer.from('three'))]);
  const frames = framesOf(new FrameSplitter(), chunk);
  expect(frames.map(String)).toEqual(['one', '', 'three']);
  expect(frames.map((frame) => frame.buffer === chunk.buffer)).toEqual([true, true, true]);
});

test('a frame that spans chunks is put together once', () => {
  const splitter = new FrameSplitter();
  const content = Buffer.from('a longer one');
  const bytes = framed(content);
  expect(framesOf(splitter, bytes.subarray(0, 2))).toEqual([]);
  expect(splitter.pendingSize).toBe(2);
  expect(framesOf(splitter, bytes.subarray(2, 9))).toEqual([]);
  expect(splitter.pendingSize).toBe(9);
  const rest = Buffer.concat([bytes.subarray(9), framed(Buffer.from('next'))]);
  expect(framesOf(splitter, rest).map(String)).toEqual(['a longer one', 'next']);
  expect(splitter.pendingSize).toBe(0);
});

test('however the bytes are cut into chunks, the same frames come out', () => {
  for (const seed of seedsOf(20)) {
    const random = new Random(seed);
    const sizes = [0, 1, 3, 40, 1_023, 1_024, 5_000, 40_000];
    const contents = Array.from({ length: random.between(1, 12) }, () => random.bytes(random.pick(sizes)));
    const bytes = Buffer.concat(contents.map(framed));
    const splitter = new FrameSplitter();
    const frames: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = random.pick([1, 2, 5, 500, 1_024, 3_000, 70_000]);
      frames.push(...framesOf(splitter, Buffer.from(bytes.subarray(at, at + size))));
      at += size;
    }
    expect([seed, Buffer.compare(Buffer.concat(frames.map(framed)), bytes), splitter.pendingSize]).toEqual([
      seed,
      0,
      0,
    ]);
    expect(frames.map((frame) => frame.length)).toEqual(contents.map((content) => content.length));
  }
});

test('a frame in single bytes takes the memory of its bytes, and none that was only announced', () => {
  const splitter = new FrameSplitter();
  const size = 50_000_000;
  const length = Buffer.alloc(4);
  length.writeInt32BE(size);
  const before = process.memoryUsage();
  expect(framesOf(splitter, length)).toEqual([]);
  for (let i = 0; i < 100_000; i++) framesOf(splitter, Buffer.from([i]));
  const after = process.memoryUsage();
  expect(splitter.pendingSize).toBe(4 + 100_000);
  expect(after.arrayBuffers - before.arrayBuffers).toBeLessThan(10_000_000);
});

test('nothing of a chunk is kept once all frames of it were taken: its memory may be used again', () => {
  const splitter = new FrameSplitter();
  const contents = ['one', 'a longer one', 'last'].map((text) => Buffer.from(text));
  const bytes = Buffer.concat(contents.map(framed));
  const memory = Buffer.alloc(5);
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; at += memory.length) {
    const size = bytes.copy(memory, 0, at);
    frames.push(...framesOf(splitter, memory.subarray(0, size)).map(String));
    memory.fill(0);
  }
  expect(frames).toEqual(contents.map(String));
});

test('what is left of a chunk can be made the splitter’s own', () => {
  const splitter = new FrameSplitter();
  const chunk = Buffer.concat([framed(Buffer.from('one')), framed(Buffer.from('two')), Buffer.from([0, 0])]);
  splitter.push(chunk);
  expect(String(splitter.next())).toBe('one');
  splitter.own();
  chunk.fill(0xff);
  expect(String(splitter.next())).toBe('two');
  expect([splitter.next(), splitter.pendingSize]).toEqual([null, 2]);
  splitter.own();
  expect(framesOf(splitter, Buffer.from([0, 1, 65])).map(String)).toEqual(['A']);
});

test('the end of a long frame can be read to where it is gathered', () => {
  const splitter = new FrameSplitter();
  const content = Buffer.from(Array.from({ length: 50_000 }, (_, i) => i % 251));
  const bytes = framed(content);
  expect(splitter.room()).toBe(null);
  expect(framesOf(splitter, bytes.subarray(0, 3_000))).toEqual([]);
  expect(splitter.room(bytes.length)).toBe(null);
  let at = 3_000;
  let frame: Buffer | null = null;
  while (frame === null) {
    const room = splitter.room()!;
    const size = Math.min(room.length, 7_000);
    bytes.copy(room, 0, at, at + size);
    splitter.filled(size);
    at += size;
    frame = splitter.next();
  }
  expect([at, Buffer.compare(frame, content)]).toEqual([bytes.length, 0]);
  expect([splitter.room(), splitter.next()]).toEqual([null, null]);
});

test.each([
  [100_000, [100_000]],
  [GATHERED_AT_ONCE_BYTES_MAX, [GATHERED_AT_ONCE_BYTES_MAX]],
  // Grows with what has come in.
  [3 * GATHERED_AT_ONCE_BYTES_MAX, [GATHERED_AT_ONCE_BYTES_MAX, 3 * GATHERED_AT_ONCE_BYTES_MAX]],
])(
  'of %i bytes in pieces: buffers that are lent come back when the next frame is asked for, or were outgrown',
  (length, expected) => {
    const lent = new Set<Buffer>();
    const sizes: number[] = [];
    const take = (size: number): Buffer => {
      const buffer = Buffer.alloc(size);
      lent.add(buffer);
      sizes.push(size);
      return buffer;
    };
    const splitter = new FrameSplitter({ buffers: { take, give: (buffer) => lent.delete(buffer) } });
    const content = Buffer.alloc(length, 7);
    const bytes = framed(content);
    const last = bytes.length - 10;
    for (let at = 0; at < last; at += 30_000) framesOf(splitter, bytes.subarray(at, Math.min(at + 30_000, last)));
    expect(lent.size).toBe(1);
    splitter.push(bytes.subarray(last));
    expect(splitter.next()!.equals(content)).toBe(true);
    expect(lent.size).toBe(1);
    expect(splitter.next()).toBe(null);
    expect(lent.size).toBe(0);
    expect(sizes).toEqual(expected);
  },
);

test('a buffer that is lent comes back once, also when the frame is released before the next one is asked for', () => {
  const given: number[] = [];
  const splitter = new FrameSplitter({
    buffers: { take: (size) => Buffer.alloc(size), give: ({ length }) => given.push(length) },
  });
  splitter.release();
  const bytes = framed(Buffer.alloc(100, 7));
  expect(framesOf(splitter, bytes.subarray(0, 50))).toEqual([]);
  splitter.push(Buffer.concat([bytes.subarray(50), framed(Buffer.from('next'))]));
  expect(splitter.next()).toHaveLength(100);
  splitter.release();
  expect(given).toEqual([100]);
  expect(String(splitter.next())).toBe('next');
  expect(given).toEqual([100]);
});

test('a length that is too large is refused before anything is kept, a negative one too', () => {
  const code = (expected: string): unknown => expect.objectContaining({ code: expected });
  const splitter = new FrameSplitter({ maxFrameSize: 10 });
  expect(framesOf(splitter, framed(Buffer.alloc(10))).length).toBe(1);
  expect(() => framesOf(splitter, framed(Buffer.alloc(11)))).toThrow(code('ERR_MILLRACE_TOO_LARGE'));
  const [large, negative] = ['06400001', 'ffffffff'].map((hex) => Buffer.from(hex, 'hex'));
  expect(() => framesOf(new FrameSplitter(), large)).toThrow(code('ERR_MILLRACE_TOO_LARGE'));
  expect(() => framesOf(new FrameSplitter(), negative)).toThrow(code('ERR_MILLRACE_CORRUPT'));
});

test('a chunk before the frames of the last one were taken is a bug of the caller', () => {
  const splitter = new FrameSplitter();
  splitter.push(framed(Buffer.from('one')));
  expect(() => splitter.push(framed(Buffer.from('two')))).toThrow('before the frames of the last one were taken');
});
