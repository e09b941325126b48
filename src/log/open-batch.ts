/**
 * A batch that is still being filled: each record has its offset when it is added, and stands where it will stay; nobody sees any of them
 * before the batch is sealed.
 *
 * A log has one open batch at most, at its end, and whatever else moves that end (an append, a roll, a cut, a close) seals it first. So
 * offsets need no taking back, and no bytes of two writers mix. A record that cannot be one, or finds no room, leaves the batch as it was. After
 * a crash before the seal there is nothing of it: recovery stops at the length that was never written.
 *
 * Where its bytes stand `open-batch-room.ts` knows: a batch that is to be compressed is filled in memory and written when it is sealed.
 */
import { assert } from '../assert.ts';
import { isMillraceError } from '../errors.ts';
import type { BatchBuilder } from '../record/batch-builder.ts';
import { completeBatch } from '../record/encode-batch.ts';
import type { CompressionName, Offset, RecordInput, Timestamp } from '../types.ts';
import { wroteToItsOwnLog } from './append-options.ts';
import { checkKeys, firstWithoutKey } from './key-check.ts';
import { type BatchPlan, OpenBatchRoom, type RoomHost } from './open-batch-room.ts';
import type { ProducerStamp } from './producer-stamp.ts';
import type { Receipt } from './receipt.ts';

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
export interface BatchHost extends RoomHost {
  seal(): Receipt;
  /** What is to be thrown for an error of the file: a disk that fails takes the directory offline. */
  judge(error: unknown): unknown;
}

const NO_RECORD: RecordInput = {};

export class OpenBatch {
  readonly baseOffset: Offset;
  readonly owner: BatchOwner;
  readonly plan: BatchPlan;
  readonly #host: BatchHost;
  readonly #builder: BatchBuilder;
  readonly #room: OpenBatchRoom;
  /** The builder takes arrays. Not shared with other batches, to which a getter of the record may add. */
  readonly #single: RecordInput[] = [NO_RECORD];
  #isOpen = true;
  #isAdding = false;

  constructor(host: BatchHost, plan: BatchPlan, owner: BatchOwner) {
    this.#host = host;
    this.#builder = host.builder;
    this.plan = plan;
    this.owner = owner;
    this.baseOffset = plan.baseOffset;
    this.#room = new OpenBatchRoom(host, plan);
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
    return this.#room.isPlaced;
  }

  /**
   * Adds a record; it gets the offset after the last one, and `now` as its timestamp when it has none. False when the batch cannot take
   * it: seal, and open another. Throws, and leaves the batch as it was: INVALID_ARGUMENT, INVALID_TIMESTAMP, INVALID_RECORD, TOO_LARGE, NO_SPACE.
   */
  add(record: RecordInput, now: Timestamp): boolean {
    assert(this.#isOpen, 'a record for a batch that is not open');
    this.checkIdle();
    const builder = this.#builder;
    const single = this.#single;
    builder.setTime(now);
    single[0] = record;
    this.#isAdding = true;
    try {
      if (this.plan.keyed === true) checkKeys(single);
      if (this.#isForNextSegment(record, now)) {
        if (builder.count > 0) return false;
        this.#room.beginNext(now);
      }
      while (builder.append(single, 0) === 0) {
        if (builder.stop === 'batch' || !this.#room.reach(builder.needed, now)) return false;
      }
      return true;
    } catch (error) {
      // A getter of the caller's threw in the middle: nobody knows what it left behind the last record.
      if (builder.isTorn || !isMillraceError(error)) this.#room.wipe(builder.size, Infinity);
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
    if (this.#isForNextSegment(NO_RECORD, now)) return from;
    const before = builder.count;
    builder.setTime(now);
    this.#isAdding = true;
    try {
      const end = this.plan.keyed === true ? firstWithoutKey(records, from, to) : to;
      let next = builder.append(records, from, end);
      while (next < end && builder.stop === 'window' && this.#room.reach(builder.needed, now)) {
        next = builder.append(records, next, end);
      }
    } catch {
      // It comes again when the record that is to blame is added alone; those before it may be in the batch.
      if (this.#isOpen) this.#room.wipe(builder.size, Infinity);
    }
    this.#isAdding = false;
    return this.#isOpen ? from + builder.count - before : from;
  }

  /** A getter of a record that is being added must not write to the same log. */
  checkIdle(): void {
    if (!this.#isAdding) return;
    throw wroteToItsOwnLog();
  }

  /** Makes all records visible. Throws as an append does; after NO_SPACE and IO the batch is as it was, and may be sealed later. */
  seal(): Receipt {
    assert(this.#isOpen && this.count > 0, 'a seal of a batch that is not open or has no record');
    this.checkIdle();
    return this.#host.seal();
  }

  /** Gives all records up, and tells the owner why. */
  discard(error: Error): void {
    if (!this.#isOpen) return;
    this.checkIdle();
    this.#host.drop(error);
  }

  /** For the log: finishes the batch where it stands, and publishes it in its segment. Returns its largest timestamp. */
  publish(now: Timestamp): Timestamp {
    this.#builder.setTime(now);
    this.#room.publish();
    return this.#builder.maxTimestamp;
  }

  /** For the log: the batch as ready bytes, when it stands in memory. */
  complete(now: Timestamp): Uint8Array {
    this.#builder.setTime(now);
    return completeBatch(this.#room.window, this.#builder, { ...this.plan, compression: this.plan.codec });
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
    this.#room.wipe(0, this.size);
  }

  #isForNextSegment(record: RecordInput, now: Timestamp): boolean {
    return this.#room.isPastSegment(
      this.plan.timestampType === 'LogAppendTime' ? now : (record?.timestamp ?? now),
      now,
    );
  }
}
