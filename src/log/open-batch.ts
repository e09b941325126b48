/**
 * A batch that is still being filled: each record has its offset when it is added, and stands where it will stay; nobody sees any of them
 * before the batch is sealed.
 *
 * A log has one open batch at most, at its end, and whatever else moves that end (an append, a roll, a cut, a close) seals it first. So
 * offsets need no taking back, and no bytes of two writers mix. A record that cannot be one, or finds no room, leaves the batch as it was. After
 * a crash before the seal there is nothing of it: recovery stops at the length that was never written.
 *
 * A batch that is to be compressed is filled in memory and written when it is sealed; so is one whose copied window the disk refused.
 */
import { assert } from '../assert.ts';
import { isMillraceError, MillraceError } from '../errors.ts';
import type { FileWindow } from '../file/file-system.ts';
import { BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD } from '../limits.ts';
import { type BatchBuilder, publishBatch } from '../record/batch-builder.ts';
import type { BatchOptions } from '../record/batch-options.ts';
import { byteWindow } from '../record/byte-window.ts';
import { completeBatch } from '../record/encode-batch.ts';
import type { RollSettings, SegmentWriter } from '../segment/segment-writer.ts';
import type { CompressionName, Offset, RecordInput, Timestamp } from '../types.ts';
import { largerThanSegment } from './batch-appender.ts';
import type { ProducerStamp } from './producer-stamp.ts';
import type { Receipt } from './receipt.ts';
import type { SegmentList } from './segment-list.ts';

/** Who filled a batch is told what became of it, whoever ended it. Must not call the log from within. */
export interface BatchOwner {
  sealed(receipt: Receipt): void;
  /** The batch is gone, and none of its records was ever visible. */
  lost(error: Error): void;
}

export interface OpenBatchOptions {
  readonly owner: BatchOwner;
  /** As for an append: the topic's wins when it names one. */
  readonly compression?: CompressionName;
  readonly leaderEpoch?: number;
  readonly producer?: ProducerStamp;
}

/** What an open batch asks of its log. */
export interface BatchHost {
  /** One serves all: there is one open batch at most. */
  readonly builder: BatchBuilder;
  readonly segments: SegmentList;
  /** Begins a new segment at the log's end. */
  roll(): void;
  seal(): Receipt;
  drop(error: Error): void;
  /** What is to be thrown for an error of the file: a disk that fails takes the directory offline. */
  judge(error: unknown): unknown;
}

export interface BatchPlan extends BatchOptions {
  readonly codec: CompressionName;
  readonly roll: RollSettings;
}

const FIRST_SIZE = 16 * 1024;
const NOWHERE = byteWindow(Buffer.alloc(0));
const NO_RECORD: RecordInput = {};
/** The builder takes arrays; one of one serves all. */
const single: RecordInput[] = [NO_RECORD];

export class OpenBatch {
  readonly baseOffset: Offset;
  readonly owner: BatchOwner;
  readonly plan: BatchPlan;
  readonly #host: BatchHost;
  readonly #builder: BatchBuilder;
  #isOpen = true;
  #isAdding = false;
  /** Of the segment that it stands in; null when it stands in memory. */
  #writer: SegmentWriter | null = null;
  #window = NOWHERE;
  /** Where it begins: in its segment's file, or in its memory. */
  #begin = 0;

  constructor(host: BatchHost, plan: BatchPlan, owner: BatchOwner) {
    this.#host = host;
    this.#builder = host.builder;
    this.plan = plan;
    this.owner = owner;
    this.baseOffset = plan.baseOffset;
    if (plan.codec !== 'none') {
      this.#window = byteWindow(new ArrayBuffer(Math.min(FIRST_SIZE, plan.batchBytesMax)));
      host.builder.begin(this.#window, 0, this.#window.bytes.length, plan);
    } else if (!this.#place(BATCH_HEADER_SIZE)) this.#placeNext(BATCH_HEADER_SIZE);
  }

  /** Neither sealed nor lost; the rest may only be asked then. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get count(): number {
    return this.#builder.count;
  }

  /** Bytes so far, before compression, header included. */
  get size(): number {
    return this.#builder.size;
  }

  get lastOffset(): Offset {
    return this.#builder.lastOffset;
  }

  get isPlaced(): boolean {
    return this.#writer !== null;
  }

  /**
   * Adds a record; it gets the offset after the last one, and `now` as its timestamp when it has none. False when the batch cannot take
   * it: seal, and open another. Throws, and leaves the batch as it was: INVALID_ARGUMENT, TOO_LARGE, NO_SPACE.
   */
  add(record: RecordInput, now: Timestamp): boolean {
    assert(this.#isOpen, 'a record for a batch that is not open');
    this.checkIdle();
    const builder = this.#builder;
    builder.setTime(now);
    single[0] = record;
    this.#isAdding = true;
    try {
      if (this.#writer !== null && this.#isForNextSegment(this.#writer, record, now)) {
        if (builder.count > 0) return false;
        this.#placeNext(BATCH_HEADER_SIZE);
      }
      while (builder.append(single, 0) === 0) {
        if (builder.stop === 'batch' || !this.#reach(builder.needed)) return false;
      }
      return true;
    } catch (error) {
      // A getter of the caller's threw in the middle: nobody knows what it left behind the last record.
      if (!isMillraceError(error)) this.#wipe(builder.size, Infinity);
      throw this.#host.judge(error);
    } finally {
      single[0] = NO_RECORD;
      this.#isAdding = false;
    }
  }

  /**
   * Adds records[from] and what follows it up to `to`, none of which has a timestamp of its own, as far as it can; returns the index of the
   * first that was not added. Why it was not, `add` says.
   */
  addAll(records: readonly RecordInput[], from: number, to: number, now: Timestamp): number {
    assert(this.#isOpen, 'records for a batch that is not open');
    this.checkIdle();
    const builder = this.#builder;
    if (this.#writer !== null && this.#isForNextSegment(this.#writer, NO_RECORD, now)) return from;
    const before = builder.count;
    builder.setTime(now);
    this.#isAdding = true;
    try {
      let next = builder.append(records, from, to);
      while (next < to && builder.stop === 'window' && this.#reach(builder.needed)) {
        next = builder.append(records, next, to);
      }
    } catch {
      // It comes again when the record that is to blame is added alone; those before it may be in the batch.
      if (this.#isOpen) this.#wipe(builder.size, Infinity);
    }
    this.#isAdding = false;
    return this.#isOpen ? from + builder.count - before : from;
  }

  /** A getter of a record that is being added must not write to the same log. */
  checkIdle(): void {
    if (!this.#isAdding) return;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'a record wrote to its own log while it was being added');
  }

  /** Makes all records visible. Throws as an append does; after NO_SPACE and IO the batch is as it was, and may be sealed later. */
  seal(): Receipt {
    assert(this.#isOpen && this.count > 0, 'a seal of a batch that is not open or has no record');
    return this.#host.seal();
  }

  /** Gives all records up, and tells the owner why. */
  discard(error: Error): void {
    if (this.#isOpen) this.#host.drop(error);
  }

  /** For the log: finishes the batch where it stands, and publishes it in its segment. Returns its largest timestamp. */
  publish(now: Timestamp): Timestamp {
    const [builder, writer] = [this.#builder, this.#writer!];
    builder.setTime(now);
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
    return maxTimestamp;
  }

  /** For the log: the batch as ready bytes, when it stands in memory. */
  complete(now: Timestamp): Uint8Array {
    this.#builder.setTime(now);
    return completeBatch(this.#window, this.#builder, { ...this.plan, compression: this.plan.codec });
  }

  /** For the log: it was sealed, or is lost. */
  end(outcome: Receipt | Error | null): void {
    this.#isOpen = false;
    if (outcome === null || this.count === 0) return;
    if (outcome instanceof Error) this.owner.lost(outcome);
    else this.owner.sealed(outcome);
  }

  /** For the log: nothing of it stays in the tail. */
  wipe(): void {
    this.#wipe(0, this.size);
  }

  /** Begins the batch at the end of the active segment, which must have room for `bytes` there. */
  #place(bytes: number): boolean {
    const { writer } = this.#host.segments;
    const { tail } = writer;
    if (!tail.cover(tail.end, tail.end + bytes)) return false;
    this.#writer = writer;
    this.#begin = tail.end;
    this.#window = tail.window;
    this.#builder.begin(tail.window, this.#begin - tail.window.start, tail.window.length, this.plan);
    return true;
  }

  /** To the beginning of a new segment, with no record yet. When that fails the batch stands nowhere, and is no more. */
  #placeNext(bytes: number): void {
    this.#writer = null;
    try {
      this.#host.roll();
      if (!this.#place(bytes)) throw largerThanSegment(this.#host.segments.directory, bytes);
    } catch (error) {
      this.#host.drop(error as Error);
      throw error;
    }
  }

  /** A segment is as old as its records say (`segment.ms`), and its offsets are relative: such a record begins the next one. */
  #isForNextSegment(writer: SegmentWriter, record: RecordInput, now: Timestamp): boolean {
    const timestamp = this.plan.timestampType === 'LogAppendTime' ? now : (record?.timestamp ?? now);
    return writer.shouldRoll(this.plan.roll, 0, timestamp, this.#builder.lastOffset + 1, now);
  }

  /** Makes room for a batch of `size` bytes in all; false when the segment has none, and the batch has records that stay in it. */
  #reach(size: number): boolean {
    if (this.#writer === null) {
      this.#growMemory(size);
      return true;
    }
    const { tail } = this.#writer;
    try {
      if (tail.cover(this.#begin, this.#begin + size)) return true;
    } finally {
      // The tail may have gone on to another window even when it could not reach as far as this.
      this.#follow(tail.window);
    }
    if (this.count > 0) return false;
    if (this.#begin === 0) throw largerThanSegment(this.#host.segments.directory, size);
    this.#placeNext(size);
    return true;
  }

  #follow(window: FileWindow): void {
    if (window === this.#window) return;
    this.#window = window;
    this.#builder.rebase(window, this.#begin - window.start, window.length);
  }

  #growMemory(size: number): void {
    const { bytes } = this.#window;
    const larger = byteWindow(new ArrayBuffer(Math.min(this.plan.batchBytesMax, Math.max(size, 2 * bytes.length))));
    larger.bytes.set(bytes.subarray(this.#begin, this.#begin + this.size));
    this.#window = larger;
    this.#begin = 0;
    this.#builder.rebase(larger, 0, larger.bytes.length);
  }

  /** A copied window that the tail has let go is still memory. */
  #keepInMemory(): void {
    this.#begin = this.#builder.position;
    this.#writer = null;
    this.#builder.rebase(this.#window, this.#begin, this.#window.bytes.length);
  }

  #wipe(from: number, to: number): void {
    if (this.#writer !== null) this.#writer.tail.discard(this.#begin + from, this.#begin + to);
  }
}
