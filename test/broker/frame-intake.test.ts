import { expect, test, vi } from 'vitest';
import { FrameIntake } from '#millrace/broker/frame-intake.js';
import { ReadBuffers } from '#millrace/broker/read-buffers.js';
import { RequestMemory } from '#millrace/broker/request-memory.js';
import { SPARE_FRAME_BYTES, SPARE_LONG_FRAME_BYTES } from '#millrace/limits.js';

/** A frame of this size, with its length. */
function frame(size: number, fill = 0): Buffer {
  const bytes = Buffer.alloc(4 + size, fill);
  bytes.writeInt32BE(size);
  return bytes;
}

function intakes(memory: RequestMemory, count: number) {
  const onRoom = vi.fn();
  const buffers = new ReadBuffers();
  return {
    onRoom,
    all: Array.from({ length: count }, () => new FrameIntake({ maxFrameSize: 1000, memory, buffers, onRoom })),
  };
}

test('frames of one chunk have their room, which who takes them gives back', () => {
  const memory = new RequestMemory(1000);
  const [intake] = intakes(memory, 1).all;
  expect(intake.next()).toBe(null);
  intake.push(Buffer.concat([frame(10, 1), frame(0), frame(20, 2)]));
  expect(intake.hasChunks).toBe(true);
  expect([intake.next()!.length, intake.next()!.length, intake.next()!.length]).toEqual([10, 0, 20]);
  expect(intake.next()).toBe(null);
  expect([memory.used, intake.hasChunks]).toEqual([30, false]);
  intake.close();
  expect(memory.used).toBe(30);
});

test('a frame takes its room once, when its length is there: what it is gathered in, and once it is whole its own size', () => {
  const memory = new RequestMemory(-1);
  const [intake] = intakes(memory, 1).all;
  const bytes = frame(100, 7);
  intake.push(bytes.subarray(0, 3));
  expect(intake.next()).toBe(null);
  expect(memory.used).toBe(0);
  for (const [from, to] of [
    [3, 10],
    [10, 50],
  ]) {
    intake.push(bytes.subarray(from, to));
    expect(intake.next()).toBe(null);
    expect(memory.used).toBe(SPARE_FRAME_BYTES);
  }
  intake.push(bytes.subarray(50));
  expect(intake.next()!.equals(bytes.subarray(4))).toBe(true);
  expect(memory.used).toBe(100);
});

test('without room the frame waits, and what follows with it; then it goes on', async () => {
  const memory = new RequestMemory(150);
  const { all, onRoom } = intakes(memory, 2);
  const [first, second] = all;
  first.push(frame(100).subarray(0, 50));
  expect(first.next()).toBe(null);
  const bytes = frame(80, 3);
  second.push(bytes.subarray(0, 20));
  second.push(bytes.subarray(20));
  expect(second.next()).toBe(null);
  expect(second).toMatchObject({ waitsForRoom: true, hasChunks: true });
  expect(second.next()).toBe(null);
  first.push(frame(100).subarray(50));
  expect(first.next()!.length).toBe(100);
  expect(onRoom).not.toHaveBeenCalled();
  memory.release(100);
  expect([onRoom.mock.calls.length, second.waitsForRoom, memory.used]).toEqual([0, false, SPARE_FRAME_BYTES]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(onRoom).toHaveBeenCalledTimes(1);
  expect(second.next()!.equals(bytes.subarray(4))).toBe(true);
  expect(memory.used).toBe(80);
});

test('a close gives back what was taken, and the turn of who waited; it may come twice', () => {
  const memory = new RequestMemory(150);
  const { all, onRoom } = intakes(memory, 3);
  for (const intake of all) {
    intake.push(frame(100).subarray(0, 50));
    expect(intake.next()).toBe(null);
  }
  expect([memory.used, memory.waiting]).toEqual([SPARE_FRAME_BYTES, 2]);
  all[1].close();
  expect([memory.used, memory.waiting]).toEqual([SPARE_FRAME_BYTES, 1]);
  all[0].close();
  all[0].close();
  expect([memory.used, memory.waiting]).toEqual([SPARE_FRAME_BYTES, 0]);
  expect(onRoom).not.toHaveBeenCalled();
  all[2].close();
  expect(memory.used).toBe(0);
});

test('what cannot be is refused, by the bound of the moment', () => {
  const [intake] = intakes(new RequestMemory(-1), 1).all;
  intake.push(frame(1000));
  expect(intake.next()!.length).toBe(1000);
  intake.maxFrameSize = 2000;
  intake.push(frame(2000));
  expect(intake.next()!.length).toBe(2000);
  intake.push(frame(2001));
  expect(() => intake.next()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE' }) as Error);
});

test('so many frames in pieces as their buffers have room, however short the frames are', () => {
  const count = 3;
  const memory = new RequestMemory(count * SPARE_LONG_FRAME_BYTES);
  const buffers = new ReadBuffers();
  const options = { maxFrameSize: 1_000_000, memory, buffers, onRoom: vi.fn() };
  const all = Array.from({ length: count + 1 }, () => new FrameIntake(options));
  for (const intake of all) {
    intake.push(frame(SPARE_FRAME_BYTES + 1).subarray(0, 100));
    expect(intake.next()).toBe(null);
  }
  expect(all.map(({ waitsForRoom }) => waitsForRoom)).toEqual([false, false, false, true]);
  expect(memory.used).toBe(count * SPARE_LONG_FRAME_BYTES);
});

/** Reads into the intake as a socket would. */
function read(intake: FrameIntake, bytes: Buffer): number {
  const { room } = intake;
  const size = bytes.copy(room);
  intake.read(size);
  return size;
}

test('what was read to shared memory and not taken is its own afterwards', () => {
  const buffers = new ReadBuffers();
  const intake = new FrameIntake({ maxFrameSize: 1000, memory: new RequestMemory(-1), buffers, onRoom: vi.fn() });
  const bytes = Buffer.concat([frame(10, 1), frame(20, 2), frame(30, 3).subarray(0, 11)]);
  expect(read(intake, bytes)).toBe(bytes.length);
  // Lent: a view of what all share.
  expect(intake.next()!.buffer).toBe(buffers.shared.buffer);
  intake.own();
  buffers.shared.fill(0xff);
  expect(intake.next()!.equals(frame(20, 2).subarray(4))).toBe(true);
  expect(intake.next()).toBe(null);
  buffers.shared.fill(0xff);
  read(intake, frame(30, 3).subarray(11));
  expect(intake.next()!.equals(frame(30, 3).subarray(4))).toBe(true);
  // Another chunk, before the last one was cut.
  read(intake, frame(40, 4));
  intake.own();
  buffers.shared.fill(0xff);
  expect(intake.hasChunks).toBe(true);
  expect(intake.next()!.equals(frame(40, 4).subarray(4))).toBe(true);
});

test('what a frame was gathered in serves others once it is released', () => {
  const buffers = new ReadBuffers();
  const intakeOf = () =>
    new FrameIntake({ maxFrameSize: 1_000, memory: new RequestMemory(-1), buffers, onRoom: vi.fn() });
  const inPieces = (intake: FrameIntake): Buffer => {
    for (const piece of [frame(900).subarray(0, 500), frame(900).subarray(500)]) {
      expect(intake.next()).toBe(null);
      intake.push(piece);
    }
    return intake.next()!;
  };
  const [one, two] = [intakeOf(), intakeOf()];
  const first = inPieces(one);
  one.release();
  expect(inPieces(two).buffer).toBe(first.buffer);
  expect(inPieces(one).buffer).not.toBe(first.buffer);
});

test('the end of a long frame is read to where the frame is, a short end and what follows to shared memory', () => {
  const buffers = new ReadBuffers();
  const maxFrameSize = 10_000_000;
  const intake = new FrameIntake({ maxFrameSize, memory: new RequestMemory(-1), buffers, onRoom: vi.fn() });
  const bytes = Buffer.concat([frame(3_000_000, 5), frame(8, 6)]);
  bytes.writeInt32BE(0x01020304, 2_900_000);
  const rooms = new Set<ArrayBufferLike>();
  const frames: Buffer[] = [];
  for (let at = 0; at < bytes.length;) {
    rooms.add(intake.room.buffer);
    at += read(intake, bytes.subarray(at, at + 200_000));
    for (let next = intake.next(); next !== null; next = intake.next()) frames.push(Buffer.from(next));
    intake.own();
  }
  expect(frames.map(({ length }) => length)).toEqual([3_000_000, 8]);
  expect(frames[0].equals(bytes.subarray(4, 3_000_004))).toBe(true);
  expect(rooms.has(buffers.shared.buffer)).toBe(true);
  expect(rooms.size).toBeGreaterThan(1);
});
