/**
 * Cuts what comes in over a connection into frames: int32 length, then so many bytes. Chunks in, frames out:
 *
 *     splitter.push(chunk);
 *     for (let frame = splitter.next(); frame !== null; frame = splitter.next()) handle(frame);
 *
 * A frame that lies in one chunk is a view of it; one that spans chunks is put together once, when its last byte is there. Until then it holds
 * what has come in and not what was announced, however small the chunks. A length that is negative (ERR_MILLRACE_CORRUPT) or above the bound
 * (ERR_MILLRACE_TOO_LARGE) is refused as soon as it is read; the connection is of no use then.
 */
import { assert } from '../assert.ts';
import { MillraceError } from '../errors.ts';
import { FRAME_BYTES_MAX_DEFAULT } from '../limits.ts';
import { LENGTH_SIZE } from './frame-pieces.ts';
import { readInt32 } from './integers.ts';
import { bufferOf } from './message-reader.ts';

/** Smaller chunks of a frame are gathered: an object for each would take more memory than its bytes. */
const PART_SIZE_MIN = 1024;
const GATHERED_SIZE = 16 * 1024;

const nothing = Buffer.alloc(0);

export interface FrameSplitterOptions {
  /** Of a frame's content, in bytes. Default: Kafka's `socket.request.max.bytes`, 100 MiB. */
  readonly maxFrameSize?: number;
}

export class FrameSplitter {
  #sizeMax: number;
  #chunk: Buffer = nothing;
  #position = 0;
  readonly #length = Buffer.alloc(LENGTH_SIZE);
  /** Bytes of the length that are there. */
  #lengthSize = 0;
  /** Of the frame whose length is known; -1 while it is not. */
  #size = -1;
  /** What has come in of it with earlier chunks, and how much that is. */
  #parts: Buffer[] = [];
  #partsSize = 0;
  /** The last part, if it is one that small chunks are gathered in, and how far it is filled. */
  #gathered: Buffer | null = null;
  #gatheredSize = 0;

  constructor({ maxFrameSize = FRAME_BYTES_MAX_DEFAULT }: FrameSplitterOptions = {}) {
    this.#sizeMax = maxFrameSize;
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
    return this.#lengthSize + this.#partsSize;
  }

  /** Takes the next chunk, once `next` has said that there is no more in the one before. The bytes must stay as they are. */
  push(chunk: Uint8Array): void {
    assert(this.#position === this.#chunk.length, 'a chunk before the frames of the last one were taken');
    this.#chunk = bufferOf(chunk);
    this.#position = 0;
  }

  /** The next frame, without its length; null when more must come in first. */
  next(): Buffer | null {
    if (this.#size < 0 && !this.#takeLength()) return null;
    const missing = this.#size - this.#partsSize;
    const left = this.#chunk.length - this.#position;
    if (left < missing) {
      this.#keep(left);
      return null;
    }
    const end = this.#chunk.subarray(this.#position, this.#position + missing);
    this.#position += missing;
    const frame = this.#parts.length === 0 ? end : Buffer.concat([...this.#ownParts(), end], this.#size);
    this.#reset();
    return frame;
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

  /** The rest of the chunk, for a frame that goes on in the next one. */
  #keep(size: number): void {
    const part = this.#chunk.subarray(this.#position);
    this.#position += size;
    this.#partsSize += size;
    if (size >= PART_SIZE_MIN) {
      this.#ownParts().push(part);
      this.#gathered = null;
    } else if (size > 0) this.#gather(part);
  }

  #gather(part: Buffer): void {
    if (this.#gathered === null || part.length > this.#gathered.length - this.#gatheredSize) {
      this.#ownParts();
      this.#gathered = Buffer.allocUnsafeSlow(Math.min(GATHERED_SIZE, this.#size));
      this.#gatheredSize = 0;
      this.#parts.push(this.#gathered);
    }
    part.copy(this.#gathered, this.#gatheredSize);
    this.#gatheredSize += part.length;
  }

  /** The parts, the last one cut to what it holds. */
  #ownParts(): Buffer[] {
    if (this.#gathered !== null) this.#parts[this.#parts.length - 1] = this.#gathered.subarray(0, this.#gatheredSize);
    return this.#parts;
  }

  #reset(): void {
    this.#size = -1;
    this.#lengthSize = 0;
    this.#parts = [];
    this.#partsSize = 0;
    this.#gathered = null;
    this.#gatheredSize = 0;
  }
}
