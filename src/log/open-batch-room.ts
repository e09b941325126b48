/**
 * Where the records of an open batch stand: at the end of the active segment, where they will stay, or in memory until the batch is written.
 *
 * In a segment the batch goes from window to window of the tail. Where the segment has no more room, a batch without a record begins the next
 * segment, and one with records must be sealed. In memory are a batch that is to be compressed, and one whose copied window the disk refused. For
 * `open-batch.ts` alone, which says when.
 */
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { type BatchBuilder, publishBatch } from '../record/batch-builder.ts';
import type { BatchOptions } from '../record/batch-options.ts';
import { type ByteWindow, byteWindow } from '../record/byte-window.ts';
import type { SegmentTail } from '../segment/segment-tail.ts';
import type { RollSettings, SegmentWriter } from '../segment/segment-writer.ts';
import type { CompressionName, Timestamp } from '../types.ts';
import { largerThanSegment } from './batch-appender.ts';
import type { SegmentList } from './segment-list.ts';

export interface BatchPlan extends BatchOptions {
  readonly codec: CompressionName;
  /** Its records need keys: the topic is compacted. */
  readonly keyed?: boolean;
  readonly roll: RollSettings;
}

/** What a batch needs of its log to stand there. */
export interface RoomHost {
  /** There is one open batch at most, so one builder serves all. */
  readonly builder: BatchBuilder;
  readonly segments: SegmentList;
  /** Begins a new segment at the log's end. */
  roll(): void;
  /** The batch is no more. */
  drop(error: Error): void;
}

const FIRST_SIZE = 16 * 1024;
const NOWHERE = byteWindow(Buffer.alloc(0));

export class OpenBatchRoom {
  readonly #host: RoomHost;
  readonly #builder: BatchBuilder;
  readonly #plan: BatchPlan;
  /** Of the segment that the batch stands in; null when it stands in memory. */
  #writer: SegmentWriter | null = null;
  #window = NOWHERE;
  /** Where the batch begins: in its segment's file, or in its memory. */
  #begin = 0;

  /** Begins the batch that `plan` says. Throws TOO_LARGE, NO_SPACE, IO. */
  constructor(host: RoomHost, plan: BatchPlan) {
    this.#host = host;
    this.#builder = host.builder;
    this.#plan = plan;
    if (plan.codec !== 'none') {
      this.#window = byteWindow(new ArrayBuffer(Math.min(FIRST_SIZE, plan.batchBytesMax)));
      host.builder.begin(this.#window, 0, this.#window.bytes.length, plan);
    } else if (!this.#place(BATCH_HEADER_SIZE, plan.timestamp)) this.beginNext(plan.timestamp);
  }

  /** The batch stands in a segment. */
  get isPlaced(): boolean {
    return this.#writer !== null;
  }

  /** What the batch stands in. */
  get window(): ByteWindow {
    return this.#window;
  }

  /** A segment is as old as its records say (`segment.ms`), and its offsets are relative: such a record begins the next one. */
  isPastSegment(timestamp: Timestamp, now: Timestamp): boolean {
    const writer = this.#writer;
    return writer !== null && writer.shouldRoll(this.#plan.roll, 0, timestamp, this.#builder.lastOffset + 1, now);
  }

  /** To the beginning of a new segment at `now`, with no record yet. When that fails the batch stands nowhere, and is no more. */
  beginNext(now: Timestamp, bytes = BATCH_HEADER_SIZE): void {
    this.#writer = null;
    try {
      this.#host.roll();
      if (!this.#place(bytes, now)) throw largerThanSegment(this.#host.segments.directory, bytes);
    } catch (error) {
      this.#host.drop(error as Error);
      throw error;
    }
  }

  /** Makes room for a batch of `size` bytes in all at `now`; false when the segment has none, and the batch has records that stay in it. */
  reach(size: number, now: Timestamp): boolean {
    if (this.#writer === null) {
      // One that stood in a segment goes back to one.
      if (size > this.#plan.roll.segmentBytes) return false;
      this.#growMemory(size);
      return true;
    }
    const { tail } = this.#writer;
    let isThere = false;
    try {
      isThere = tail.cover(this.#begin, this.#begin + size);
    } finally {
      // The tail may have gone on to another window even when it could not reach as far as this.
      this.#follow(tail);
    }
    if (isThere) return true;
    if (this.#builder.count > 0) return false;
    if (this.#begin === 0) throw largerThanSegment(this.#host.segments.directory, size);
    this.beginNext(now, size);
    return true;
  }

  /** Finishes the batch in its segment, where it must stand, and makes it visible there. After a throw it stands in memory. */
  publish(): void {
    const builder = this.#builder;
    const writer = this.#writer!;
    const { lastOffset, maxTimestamp } = builder;
    const size = builder.finish();
    const { tail } = writer;
    const { view, start } = tail.window;
    try {
      tail.store(this.#begin, this.#begin + size);
      publishBatch(view, this.#begin - start, size);
      tail.store(this.#begin, this.#begin + BATCH_LOG_OVERHEAD);
    } catch (error) {
      this.#keepInMemory();
      throw error;
    }
    writer.add(size, lastOffset, maxTimestamp);
    writer.publish();
  }

  /** What was written from the byte `from` of the batch on, up to `to`, does not stay in the tail. */
  wipe(from: number, to: number): void {
    if (this.#writer !== null) this.#writer.tail.discard(this.#begin + from, this.#begin + to);
  }

  /** Begins the batch at the end of the active segment, which must have room for `bytes` there. */
  #place(bytes: number, now: Timestamp): boolean {
    const { writer } = this.#host.segments;
    const { tail } = writer;
    if (!tail.cover(tail.end, tail.end + bytes)) return false;
    this.#writer = writer;
    this.#begin = tail.end;
    this.#window = tail.window;
    this.#builder.begin(tail.window, this.#begin - tail.window.start, tail.room, this.#plan);
    // A batch may have been open for long before its first record comes.
    this.#builder.setTime(now);
    return true;
  }

  #follow({ window, room }: SegmentTail): void {
    const begin = this.#begin - window.start;
    this.#window = window;
    // The batch may have come further than `segment.bytes` is now.
    this.#builder.rebase(window, begin, Math.max(room, begin + this.#builder.size));
  }

  #growMemory(size: number): void {
    const { bytes } = this.#window;
    const most = Math.min(this.#plan.batchBytesMax, this.#plan.roll.segmentBytes);
    const larger = byteWindow(new ArrayBuffer(Math.min(most, Math.max(size, 2 * bytes.length))));
    larger.bytes.set(bytes.subarray(this.#begin, this.#begin + this.#builder.size));
    this.#window = larger;
    this.#begin = 0;
    this.#builder.rebase(larger, 0, larger.bytes.length);
  }

  /** A copied window that the tail has let go is still memory. */
  #keepInMemory(): void {
    const { bytes } = this.#window;
    this.#begin = this.#builder.position;
    this.#writer = null;
    this.#builder.rebase(this.#window, this.#begin, bytes.length);
  }
}
