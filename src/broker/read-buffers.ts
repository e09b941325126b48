/**
 * Memory that requests are read into, shared by the connections of a broker: one buffer for whatever comes in, since what is read there is dealt with, or copied,
 * before anything else is read; and spare ones for frames that come in pieces. Without them each read would make 64 KiB of garbage, which V8 counts as pressure and
 * meets with collections of all there is: a quarter of the processor under load.
 */
import {
  READ_BUFFER_BYTES,
  SPARE_FRAME_BYTES,
  SPARE_FRAMES_MAX,
  SPARE_LONG_FRAME_BYTES,
  SPARE_LONG_FRAMES_MAX,
} from '../limits.ts';
import type { FrameBuffers } from '../protocol/frame-splitter.ts';

/** Buffers of one size, those that nobody uses. */
class Shelf {
  readonly size: number;
  readonly #countMax: number;
  readonly #buffers: Buffer[] = [];

  constructor(size: number, countMax: number) {
    this.size = size;
    this.#countMax = countMax;
  }

  take(): Buffer {
    return this.#buffers.pop() ?? Buffer.allocUnsafeSlow(this.size);
  }

  give(buffer: Buffer): void {
    if (this.#buffers.length < this.#countMax) this.#buffers.push(buffer);
  }
}

export class ReadBuffers implements FrameBuffers {
  /** For whatever comes in; of whom reads, until it has returned. */
  readonly shared = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  readonly #shelves = [
    new Shelf(SPARE_FRAME_BYTES, SPARE_FRAMES_MAX),
    new Shelf(SPARE_LONG_FRAME_BYTES, SPARE_LONG_FRAMES_MAX),
  ];

  /** What a frame of this size takes while it comes in in pieces. */
  sizeFor(size: number): number {
    return this.#shelves.find((shelf) => size <= shelf.size)?.size ?? size;
  }

  take(size: number): Buffer {
    return this.#shelves.find((shelf) => size <= shelf.size)?.take() ?? Buffer.allocUnsafeSlow(size);
  }

  give(buffer: Buffer): void {
    this.#shelves.find(({ size }) => size === buffer.length)?.give(buffer);
  }
}
