/**
 * Appends records: encodes them where they will stay, as one batch or several, and makes all of them visible or none.
 *
 * The way down: room in the tail, batch builder, checksum, index, publish. When a segment ends in the middle of an append, what was
 * encoded moves to the next segment (once a segment, at most one append's bytes), so that no append straddles two.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { FileWindow } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { BatchBuilder, publishBatch } from '../record/batch-builder.ts';
import type { BatchOptions } from '../record/batch-options.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';
import type { RecordInput } from '../types.ts';
import type { SegmentList } from './segment-list.ts';

interface EncodedBatch {
  size: number;
  lastOffset: number;
  maxTimestamp: number;
}

export class RecordAppender {
  readonly #segments: SegmentList;
  readonly #roll: () => void;
  readonly #builder = new BatchBuilder();
  readonly #batches: EncodedBatch[] = [];
  #count = 0;
  #writer: SegmentWriter;
  /** Where this append began, and where its current batch begins. */
  #begin = 0;
  #position = 0;
  /** A batch is begun at `#position` and not finished. */
  #encoding = false;

  /** `roll` begins a new segment at the log's end. */
  constructor(segments: SegmentList, roll: () => void) {
    this.#segments = segments;
    this.#roll = roll;
    this.#writer = segments.writer;
  }

  /** Bytes of the batches of the append that ended last. */
  get size(): number {
    return this.#position - this.#begin;
  }

  /** The largest timestamp of the last batch of that append. */
  get maxTimestamp(): number {
    return this.#builder.maxTimestamp;
  }

  /** Appends all of `records`, from `first.baseOffset` on, and returns the offset of the last one. After a throw nothing has changed. */
  append(records: readonly RecordInput[], first: BatchOptions): number {
    this.#writer = this.#segments.writer;
    this.#begin = this.#writer.tail.end;
    this.#position = this.#begin;
    this.#count = 0;
    this.#encoding = false;
    try {
      let index = this.#encodeBatch(records, 0, first);
      if (index < records.length && first.producerId !== undefined && first.producerId >= 0) {
        throw notOneBatch(this.#segments.directory, first.batchBytesMax);
      }
      while (index < records.length) {
        index = this.#encodeBatch(records, index, { ...first, baseOffset: this.#builder.lastOffset + 1 });
      }
    } catch (error) {
      // A record's own getter may throw anywhere, and one of our errors too; then the builder does not know how far it had come.
      const isKnown = isMillraceError(error) && !this.#builder.isTorn;
      const end = isKnown ? this.#begin + this.#used : Infinity;
      this.#writer.tail.discard(this.#begin, end);
      throw error;
    }
    this.#publish();
    return this.#builder.lastOffset;
  }

  /** Encodes one batch at `#position`; returns the index of the first record that is not in it. */
  #encodeBatch(records: readonly RecordInput[], from: number, options: BatchOptions): number {
    const builder = this.#builder;
    this.#cover(BATCH_HEADER_SIZE);
    const { window, room } = this.#writer.tail;
    builder.begin(window, this.#position - window.start, room, options);
    this.#encoding = true;
    let index = builder.append(records, from);
    while (index < records.length && builder.stop === 'window') {
      this.#cover(builder.needed);
      const { window: moved, room: there } = this.#writer.tail;
      builder.rebase(moved, this.#position - moved.start, there);
      index = builder.append(records, index);
    }
    const size = builder.finish();
    const batch = (this.#batches[this.#count] ??= { size: 0, lastOffset: 0, maxTimestamp: 0 });
    batch.size = size;
    batch.lastOffset = builder.lastOffset;
    batch.maxTimestamp = builder.maxTimestamp;
    this.#count++;
    this.#position += size;
    this.#encoding = false;
    return index;
  }

  /** Makes the window reach `bytes` past the current batch's begin; begins a new segment where this one is full. */
  #cover(bytes: number): void {
    const { tail } = this.#writer;
    if (tail.cover(this.#begin, this.#position + bytes)) return;
    const used = this.#used;
    if (this.#begin === 0) throw this.#tooLarge(used + bytes);
    const encoded = used === 0 ? null : copyOf(tail.window, this.#begin, used);
    // It cuts the segment at its end, and what was encoded past that goes. When it throws, everything is still where it was.
    this.#roll();
    this.#position -= this.#begin;
    this.#begin = 0;
    this.#writer = this.#segments.writer;
    if (!this.#writer.tail.cover(0, this.#position + bytes)) throw this.#tooLarge(this.#position + bytes);
    if (encoded !== null) this.#writer.tail.window.bytes.set(encoded);
  }

  /** The first batch's length is written last: a reader of the bytes, in any process, sees all or nothing. */
  #publish(): void {
    const { tail } = this.#writer;
    const { view, start } = tail.window;
    let position = this.#position - start;
    for (let i = this.#count - 1; i > 0; i--) {
      position -= this.#batches[i].size;
      publishBatch(view, position, this.#batches[i].size);
    }
    tail.store(this.#begin, this.#position);
    publishBatch(view, this.#begin - start, this.#batches[0].size);
    tail.store(this.#begin, this.#begin + BATCH_LOG_OVERHEAD);
    for (let i = 0; i < this.#count; i++) {
      const batch = this.#batches[i];
      this.#writer.add(batch.size, batch.lastOffset, batch.maxTimestamp);
    }
    this.#writer.publish();
  }

  /** Bytes encoded so far by this append. */
  get #used(): number {
    return this.#position - this.#begin + (this.#encoding ? this.#builder.size : 0);
  }

  #tooLarge(size: number): MillraceError {
    return new MillraceError(
      'ERR_MILLRACE_TOO_LARGE',
      `an append of ${size} bytes or more does not fit into one segment; append less at once or raise segment.bytes`,
      { path: this.#segments.directory },
    );
  }
}

/** By its sequences a producer's batch is known when it comes again, and only as a whole. */
export function notOneBatch(path: string, batchBytesMax: number): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_TOO_LARGE',
    `the records of a producer do not fit into one batch of ${batchBytesMax} bytes; append fewer at once or raise max.message.bytes`,
    { path },
  );
}

/** A copy, since the segment that it stands in is about to be cut there. */
function copyOf(window: FileWindow, position: number, size: number): Uint8Array {
  const at = position - window.start;
  return Uint8Array.prototype.slice.call(window.bytes, at, at + size);
}
