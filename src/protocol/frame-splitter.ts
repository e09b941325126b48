/**
 * Cuts what comes in over a connection into frames: int32 length, then so many bytes. Chunks in, frames out:
 *
 *     splitter.push(chunk);
 *     for (let frame = splitter.next(); frame !== null; frame = splitter.next()) handle(frame);
 *
 * A frame that lies in one chunk is a view of it; one that spans chunks is gathered in a buffer of its own, at once where it is no longer
 * than GATHERED_AT_ONCE_BYTES_MAX; a longer one's grows with what has come in and not with what was announced. So nothing of a chunk is kept once `next` has said null, and who reads from a socket into memory of its own may use that again; the rest of
 * a long frame it can read to where it will stay (`room`). A length that is negative (ERR_MILLRACE_CORRUPT) or above the bound
 * (ERR_MILLRACE_TOO_LARGE) is refused as soon as it is read; the connection is of no use then.
 */
import { assert } from '../assert.ts';
import { MillraceError } from '../errors.ts';
import { FRAME_BYTES_MAX_DEFAULT, GATHERED_AT_ONCE_BYTES_MAX } from '../limits.ts';
import { LENGTH_SIZE } from './frame-pieces.ts';
import { readInt32 } from './integers.ts';
import { bufferOf } from './message-reader.ts';

/** A buffer that is too short for what has come in is replaced by one of so many times that. */
const GROWTH = 4;

const nothing = Buffer.alloc(0);

/** Where buffers for frames come from, and where they go when the frame was taken. */
export interface FrameBuffers {
  /** One of `size` bytes or more. */
  take(size: number): Buffer;
  give(buffer: Buffer): void;
}

export interface FrameSplitterOptions {
  /** Of a frame's content, in bytes. Default: Kafka's `socket.request.max.bytes`, 100 MiB. */
  readonly maxFrameSize?: number;
  /** With them, a frame is good until the next call of `next` or `release`, and its memory is used again. Default: each has memory of its own. */
  readonly buffers?: FrameBuffers;
}

const freshBuffers: FrameBuffers = { take: (size) => Buffer.allocUnsafeSlow(size), give: () => undefined };

export class FrameSplitter {
  #sizeMax: number;
  readonly #buffers: FrameBuffers;
  #chunk: Buffer = nothing;
  #position = 0;
  readonly #length = Buffer.alloc(LENGTH_SIZE);
  /** Bytes of the length that are there. */
  #lengthSize = 0;
  /** Of the frame whose length is known; -1 while it is not. */
  #size = -1;
  /** What it is gathered in, if it is, and how much of it is there. */
  #gathered: Buffer | null = null;
  #filled = 0;
  /** What the last frame was gathered in. */
  #given: Buffer | null = null;

  constructor({ maxFrameSize = FRAME_BYTES_MAX_DEFAULT, buffers = freshBuffers }: FrameSplitterOptions = {}) {
    this.#sizeMax = maxFrameSize;
    this.#buffers = buffers;
  }

  /** For the frames whose length has not come in yet. */
  set maxFrameSize(size: number) {
    this.#sizeMax = size;
  }

  /** Of the frame that has begun to come in, with what is missing of it; 0 where none has. */
  get announcedSize(): number {
    return Math.max(this.#size, 0);
  }

  /** Bytes that are kept of a frame that is not there yet. */
  get pendingSize(): number {
    return this.#lengthSize + this.#filled;
  }

  /** Takes the next chunk, once `next` has said that there is no more in the one before. The bytes must stay as they are until it says so again. */
  push(chunk: Uint8Array): void {
    this.#expectEnd();
    this.#chunk = bufferOf(chunk);
    this.#position = 0;
  }

  /** Copies what is left of the chunk: whose memory it is may use it again. */
  own(): void {
    this.#chunk = this.#position === this.#chunk.length ? nothing : Buffer.from(this.#chunk.subarray(this.#position));
    this.#position = 0;
  }

  /**
   * For the end of a frame that has begun to come in and of which so much is missing at least: memory for what comes next, in place of a chunk; null where there
   * is no such frame. What was read there is told by `filled`.
   */
  room(missingMin = 1): Buffer | null {
    if (this.#gathered === null || this.#size - this.#filled < missingMin) return null;
    this.#expectEnd();
    const buffer = this.#grow(this.#filled + 1);
    return buffer.subarray(this.#filled, Math.min(this.#size, buffer.length));
  }

  filled(size: number): void {
    assert(
      this.#gathered !== null && size <= this.#gathered.length - this.#filled,
      'more than there was room for:',
      size,
    );
    this.#filled += size;
  }

  /** The next frame, without its length; null when more must come in first. */
  next(): Buffer | null {
    this.release();
    if (this.#size < 0 && !this.#takeLength()) return null;
    const left = this.#chunk.length - this.#position;
    if (this.#gathered !== null || left < this.#size) return this.#gather(Math.min(left, this.#size - this.#filled));
    const frame = this.#chunk.subarray(this.#position, this.#position + this.#size);
    this.#position += this.#size;
    this.#reset();
    return frame;
  }

  /** Nobody looks at the last frame any more: what it was gathered in goes back before the next one is asked for. */
  release(): void {
    if (this.#given === null) return;
    this.#buffers.give(this.#given);
    this.#given = null;
  }

  #takeLength(): boolean {
    const left = this.#chunk.length - this.#position;
    const size = Math.min(LENGTH_SIZE - this.#lengthSize, left);
    this.#chunk.copy(this.#length, this.#lengthSize, this.#position, this.#position + size);
    this.#position += size;
    this.#lengthSize += size;
    if (this.#lengthSize < LENGTH_SIZE) return false;
    const length = readInt32(this.#length, 0);
    if (length < 0) throw new MillraceError('ERR_MILLRACE_CORRUPT', `a frame of ${length} bytes`);
    if (length > this.#sizeMax) {
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', `a frame of ${length} bytes, at most ${this.#sizeMax}`);
    }
    this.#size = length;
    return true;
  }

  /** Takes so much of the chunk into the frame's own buffer. */
  #gather(size: number): Buffer | null {
    if (size > 0) {
      const buffer = this.#grow(this.#filled + size);
      this.#chunk.copy(buffer, this.#filled, this.#position, this.#position + size);
      this.#position += size;
      this.#filled += size;
    }
    if (this.#filled < this.#size) return null;
    const buffer = this.#gathered!;
    const frame = buffer.subarray(0, this.#size);
    this.#given = buffer;
    this.#reset();
    return frame;
  }

  /** The frame's buffer, with room for `size` bytes of it. */
  #grow(size: number): Buffer {
    const before = this.#gathered;
    if (before !== null && before.length >= size) return before;
    const larger = this.#buffers.take(Math.min(this.#size, Math.max(GATHERED_AT_ONCE_BYTES_MAX, GROWTH * size)));
    this.#gathered = larger;
    if (before === null) return larger;
    before.copy(larger, 0, 0, this.#filled);
    this.#buffers.give(before);
    return larger;
  }

  #reset(): void {
    this.#size = -1;
    this.#lengthSize = 0;
    this.#gathered = null;
    this.#filled = 0;
  }

  #expectEnd(): void {
    assert(this.#position === this.#chunk.length, 'a chunk before the frames of the last one were taken');
  }
}
