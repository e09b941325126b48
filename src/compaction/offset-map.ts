/**
 * The newest offset of each key of a log's dirty part, in memory that is bounded and shared with the worker thread.
 *
 * A key is known by a hash of 128 bits under a secret of its own for each map (native/core/offset_map.h), so an entry takes 24 bytes whatever
 * the key's size. Not more than three quarters of the slots are used: beyond that a search takes many steps. (Kafka's `SkimpyOffsetMap`, with
 * MD5 and nine tenths.)
 */
import { randomFillSync } from 'node:crypto';
import { native } from '../native.ts';

const HEADER_BYTES = 64;
const SECRET_BYTES = 16;
const SLOT_BYTES = 24;
const LOAD_MAX = 0.75;

/** The smallest memory that holds a key. */
export const OFFSET_MAP_BYTES_MIN: number = HEADER_BYTES + 2 * SLOT_BYTES;

/** A map as it goes from thread to thread. */
export interface OffsetMapState {
  readonly memory: SharedArrayBuffer;
  /** Keys in it. */
  readonly count: number;
  /** Records up to this offset are in it; -1 while none is. */
  readonly latestOffset: number;
}

export class OffsetMap {
  readonly memory: Uint8Array;
  readonly countMax: number;
  count: number;
  latestOffset: number;

  /** A new one of at most `bytesMax` bytes, and not larger than so many keys need. */
  static allocate(bytesMax: number, keysMax: number): OffsetMapState {
    const wanted = HEADER_BYTES + Math.ceil((keysMax + 1) / LOAD_MAX) * SLOT_BYTES;
    const memory = new SharedArrayBuffer(Math.max(OFFSET_MAP_BYTES_MIN, Math.min(bytesMax, wanted)));
    native.preferLargePages(new Uint8Array(memory));
    // Copied: what fills takes no shared memory.
    new Uint8Array(memory).set(randomFillSync(new Uint8Array(SECRET_BYTES)));
    return { memory, count: 0, latestOffset: -1 };
  }

  constructor({ memory, count, latestOffset }: OffsetMapState) {
    this.memory = new Uint8Array(memory);
    this.countMax = Math.max(1, Math.floor(((memory.byteLength - HEADER_BYTES) / SLOT_BYTES) * LOAD_MAX));
    this.count = count;
    this.latestOffset = latestOffset;
  }

  /** Keys that it still takes. */
  get room(): number {
    return this.countMax - this.count;
  }

  get state(): OffsetMapState {
    const { count, latestOffset } = this;
    return { memory: this.memory.buffer as SharedArrayBuffer, count, latestOffset };
  }
}
