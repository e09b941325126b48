/**
 * What comes in over a connection, from chunks to frames, with room for each in the memory that all requests share. Without room nothing more of it is
 * cut, until `onRoom`; a frame that comes out has its room, which who takes it gives back. Its bytes are lent, until the next one is asked for or it is released.
 *
 * Chunks are handed over (`push`), or read into memory that all connections share (`room`, `read`): then what is not cut when all that can begin has begun must
 * be copied (`own`).
 */
import { READ_APART_BYTES_MIN } from '../limits.ts';
import { FrameSplitter } from '../protocol/frame-splitter.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { RequestMemory } from './request-memory.ts';
import type { SocketReader } from './socket-reads.ts';

export interface FrameIntakeOptions {
  readonly maxFrameSize: number;
  readonly memory: RequestMemory;
  readonly buffers: ReadBuffers;
  /** Not within the turn of who made room. */
  readonly onRoom: () => void;
}

const CHUNK_SIZE_MIN = 1024;

export class FrameIntake implements SocketReader {
  readonly #options: FrameIntakeOptions;
  readonly #splitter: FrameSplitter;
  /** Chunks that are not cut yet. */
  readonly #chunks: Buffer[] = [];
  /** What these hold, with what an object takes however little it has. */
  #chunkBytes = 0;
  /** Taken for the frame that comes in: what it is gathered in, which may be longer than the frame. */
  #taken = 0;
  #waits = false;
  /** Where the next read goes, if that is where the frame is gathered. */
  #apart: Buffer | null = null;
  #stopWaiting: () => void = () => undefined;

  constructor(options: FrameIntakeOptions) {
    this.#options = options;
    this.#splitter = new FrameSplitter(options);
  }

  /** For the frames that have not begun to come in. */
  set maxFrameSize(size: number) {
    this.#splitter.maxFrameSize = size;
  }

  /** There is no room for the frame that has begun to come in. */
  get waitsForRoom(): boolean {
    return this.#waits;
  }

  /** There is something that was not looked at yet. */
  get hasChunks(): boolean {
    return this.#chunks.length > 0;
  }

  /** What was not looked at yet takes so much. */
  get heldBytes(): number {
    return this.#chunkBytes;
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#chunkBytes += heldSize(chunk);
  }

  get room(): Buffer {
    this.#apart = this.hasChunks ? null : this.#splitter.room(READ_APART_BYTES_MIN);
    return this.#apart ?? this.#options.buffers.shared;
  }

  read(size: number): void {
    if (this.#apart === null) this.push(this.#options.buffers.shared.subarray(0, size));
    else this.#splitter.filled(size);
  }

  /** Copies what was read and not cut yet. */
  own(): void {
    this.#splitter.own();
    const last = this.#chunks.length - 1;
    if (last >= 0) this.#chunks[last] = Buffer.from(this.#chunks[last]);
  }

  /** Null: more must come in first, or there is no room. Errors: those of FrameSplitter. */
  next(): Buffer | null {
    for (;;) {
      if (this.#waits) return null;
      const frame = this.#splitter.next();
      if (frame !== null) {
        const { memory } = this.#options;
        // One that came as a whole has not asked.
        if (this.#taken === 0) memory.add(frame.length);
        else memory.release(this.#taken - frame.length);
        this.#taken = 0;
        return frame;
      }
      if (!this.#hasRoom()) return null;
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return null;
      this.#chunkBytes -= heldSize(chunk);
      this.#splitter.push(chunk);
    }
  }

  /** Nobody looks at the last frame any more, whose room is given back. */
  release(): void {
    this.#splitter.release();
  }

  /** No frame is wanted any more: forgets the chunks, and gives back what it has taken for the frame that comes in. */
  close(): void {
    this.#chunks.length = 0;
    this.#chunkBytes = 0;
    if (this.#waits) this.#stopWaiting();
    this.#waits = false;
    this.#options.memory.release(this.#taken);
    this.#taken = 0;
  }

  #hasRoom(): boolean {
    const { announcedSize } = this.#splitter;
    if (this.#taken > 0 || announcedSize === 0) return true;
    const { memory, buffers, onRoom } = this.#options;
    const size = buffers.sizeFor(announcedSize);
    const granted = (): void => {
      this.#taken = size;
      this.#waits = false;
      setImmediate(onRoom);
    };
    const isTaken = memory.take(size, granted, (stop) => (this.#stopWaiting = stop));
    if (isTaken) this.#taken = size;
    this.#waits = !isTaken;
    return isTaken;
  }
}

function heldSize({ length }: Buffer): number {
  return Math.max(length, CHUNK_SIZE_MIN);
}
