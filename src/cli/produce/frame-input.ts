/**
 * Cuts a source of bytes into frames: while one buffer is being cut, the next one is being filled.
 *
 * The rest of a frame that a buffer ends with is put before what comes next, in room that each buffer has for it. A rest that exceeds that
 * room gets larger buffers, twice as large each time, up to the longest frame that the framing lets through.
 */
import type { ByteSource } from './byte-source.ts';
import type { FrameSink, Framing } from './framing.ts';

const ROOM_FOR_REST = 64 * 1024;

export interface FrameInputOptions {
  readonly source: ByteSource;
  readonly framing: Framing;
  /** Bytes to ask the source for at once. */
  readonly chunkBytes: number;
}

export class FrameInput {
  readonly #source: ByteSource;
  readonly #framing: Framing;
  #chunkBytes: number;
  #room = ROOM_FOR_REST;
  #buffer: Buffer;
  #nextBuffer: Buffer;
  #filling: Promise<number> | null = null;
  #rest: Buffer = Buffer.alloc(0);
  /** Bytes read so far. */
  bytesRead = 0;

  constructor({ source, framing, chunkBytes }: FrameInputOptions) {
    this.#source = source;
    this.#framing = framing;
    this.#chunkBytes = chunkBytes;
    this.#buffer = Buffer.allocUnsafeSlow(this.#room + chunkBytes);
    this.#nextBuffer = Buffer.allocUnsafeSlow(this.#room + chunkBytes);
  }

  /** Hands the frames of the next buffer to `sink`; false when there are none any more. The frames are good until the next call. */
  async next(sink: FrameSink): Promise<boolean> {
    const filled = await (this.#filling ?? this.#fill());
    this.#filling = null;
    [this.#buffer, this.#nextBuffer] = [this.#nextBuffer, this.#buffer];
    const start = this.#prepend(filled);
    const end = this.#room + filled;
    if (filled === 0) {
      this.#framing.finish(this.#buffer, start, end, sink);
      return false;
    }
    this.bytesRead += filled;
    this.#filling = this.#fill();
    const taken = this.#framing.split(this.#buffer, start, end, sink);
    this.#rest = this.#buffer.subarray(taken, end);
    return true;
  }

  #fill(): Promise<number> {
    const filling = this.#source.fill(this.#nextBuffer, this.#room);
    // Awaited by the next `next`; when none comes any more, its failure means nothing.
    filling.catch(() => undefined);
    return filling;
  }

  /** Puts the rest before the bytes that were read; returns where it begins. */
  #prepend(filled: number): number {
    const rest = this.#rest;
    if (rest.length > this.#room) this.#enlarge(filled);
    const start = this.#room - rest.length;
    rest.copy(this.#buffer, start);
    this.#rest = rest.subarray(0, 0);
    return start;
  }

  #enlarge(filled: number): void {
    const read = this.#buffer.subarray(this.#room, this.#room + filled);
    this.#room = 2 * this.#rest.length;
    this.#chunkBytes = Math.max(this.#chunkBytes, this.#rest.length);
    this.#buffer = Buffer.allocUnsafeSlow(this.#room + this.#chunkBytes);
    this.#nextBuffer = Buffer.allocUnsafeSlow(this.#room + this.#chunkBytes);
    read.copy(this.#buffer, this.#room);
  }
}
