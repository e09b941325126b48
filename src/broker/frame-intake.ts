/**
 * What comes in over a connection, from chunks to frames, with room for each in the memory that all requests share. Without room nothing more of it is
 * cut, until `onRoom`; a frame that comes out has its room, which who takes it gives back.
 */
import { FrameSplitter } from '../protocol/frame-splitter.ts';
import type { RequestMemory } from './request-memory.ts';

export interface FrameIntakeOptions {
  readonly maxFrameSize: number;
  readonly memory: RequestMemory;
  /** Not within the turn of who made room. */
  readonly onRoom: () => void;
}

const CHUNK_SIZE_MIN = 1024;

export class FrameIntake {
  readonly #options: FrameIntakeOptions;
  readonly #splitter: FrameSplitter;
  /** Chunks that are not cut yet. */
  readonly #chunks: Buffer[] = [];
  /** What these hold, with what an object takes however little it has. */
  #chunkBytes = 0;
  /** Taken for the frame that comes in. */
  #announced = 0;
  #waits = false;
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

  /** Null: more must come in first, or there is no room. Errors: those of FrameSplitter. */
  next(): Buffer | null {
    for (;;) {
      if (this.#waits) return null;
      const frame = this.#splitter.next();
      if (frame !== null) {
        // One that came as a whole has not asked.
        if (this.#announced === 0) this.#options.memory.add(frame.length);
        this.#announced = 0;
        return frame;
      }
      if (!this.#hasRoom()) return null;
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return null;
      this.#chunkBytes -= heldSize(chunk);
      this.#splitter.push(chunk);
    }
  }

  /** No frame is wanted any more: forgets the chunks, and gives back what it has taken for the frame that comes in. */
  close(): void {
    this.#chunks.length = 0;
    this.#chunkBytes = 0;
    if (this.#waits) this.#stopWaiting();
    this.#waits = false;
    this.#options.memory.release(this.#announced);
    this.#announced = 0;
  }

  #hasRoom(): boolean {
    const { announcedSize } = this.#splitter;
    if (this.#announced > 0 || announcedSize === 0) return true;
    const { memory, onRoom } = this.#options;
    const granted = (): void => {
      this.#announced = announcedSize;
      this.#waits = false;
      setImmediate(onRoom);
    };
    const isTaken = memory.take(announcedSize, granted, (stop) => (this.#stopWaiting = stop));
    if (isTaken) this.#announced = announcedSize;
    this.#waits = !isTaken;
    return isTaken;
  }
}

function heldSize({ length }: Buffer): number {
  return Math.max(length, CHUNK_SIZE_MIN);
}
