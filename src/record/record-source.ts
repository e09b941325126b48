/**
 * The records of one batch, inflated if they were compressed, with what is needed to read any of them: shared by the cursor and by
 * every record that came from it, so that a record is small and keeps the bytes alive that its views show.
 */
import type { Offset, Timestamp } from '../types.ts';
import { bufferView } from './buffer-view.ts';
import type { Place } from './byte-window.ts';

export interface RecordSource {
  readonly bytes: Uint8Array;
  /** What `bytes` shows: kept apart because asking a typed array for its buffer is a call into the runtime. */
  readonly buffer: ArrayBufferLike;
  readonly byteOffset: number;
  /** The first record, and the end of the last one, in `bytes`. */
  readonly start: number;
  readonly end: number;
  readonly recordCount: number;
  readonly lastOffsetDelta: number;
  readonly baseOffset: Offset;
  readonly baseTimestamp: Timestamp;
  /** Under LogAppendTime the time of every record; NaN under CreateTime. */
  readonly appendTime: Timestamp;
  /** Records below it are passed over. */
  readonly startOffset: Offset;
  /** Where the batch stands, for errors. */
  readonly place: Place;
}

/** A `Buffer` on [position, position + size); null for a size of -1. Nothing is copied. */
export function sourceView(source: RecordSource, position: number, size: number): Buffer | null {
  return size < 0 ? null : bufferView(source.buffer, source.byteOffset + position, size);
}

export function recordTimestamp(source: RecordSource, delta: number): Timestamp {
  const appendTime = source.appendTime;
  // NaN is the only number that differs from itself.
  return appendTime === appendTime ? appendTime : source.baseTimestamp + delta;
}
