/**
 * A stream of the records that a consumer reads, for `pipeline`.
 *
 *     await pipeline(consumer.readable({ untilEnd: true }), async function* (records) { ... }, process.stdout);
 *
 * Reads on only when there is room for records (`highWaterMark` counts them). Takes the consumer until it has ended or was destroyed; then the
 * position of each partition is at the first record that nobody has taken out of the stream. The stream ends when the consumer is closed.
 *
 * For a consumer of a group a record that was taken is dealt with when the next one is asked for, or when the listeners of `data` have returned; and what is in the
 * buffer of a partition that the group takes away is given up: nobody gets it from this stream any more.
 */
import { Readable } from 'node:stream';
import type { LogRecord } from '../record/record.ts';
import type { AssignedPartition } from './assigned-partition.ts';
import { ConsumerRecord } from './consumer-record.ts';
import type { CheckedReadableOptions } from './consumer-options.ts';
import type { ConsumerRun } from './consumer-run.ts';

/** How many times the buffer is remembered before what has left it is forgotten. */
const PUSHED_KEPT_FACTOR = 4;

/** A record in the stream's buffer, or one that was: only the buffer's length tells. */
interface Pushed {
  readonly partition: AssignedPartition;
  readonly offset: number;
  /** The position was moved by the caller since, if the partition counts more of that now. */
  readonly seeks: number;
  readonly record: ConsumerRecord;
}

export class RecordReadable extends Readable {
  readonly #run: ConsumerRun;
  readonly #release: () => Promise<void> | null;
  #partition: AssignedPartition | null = null;
  #records: Iterator<LogRecord> | null = null;
  /** What was pushed last: at least all that the buffer has. */
  #pushed: Pushed[] = [];
  #isPushing = false;
  /** What was taken last, for as long as it may be in somebody's hands. */
  #taken: Pushed | null = null;
  /** In the buffer, and given up. */
  #void: WeakSet<ConsumerRecord> | null = null;

  /** Made by `consumer.readable(options)`, which gives it the consumer; `release` takes that back. */
  constructor(run: ConsumerRun, release: () => Promise<void> | null, { highWaterMark }: CheckedReadableOptions) {
    super({ objectMode: true, highWaterMark });
    this.#run = run;
    this.#release = release;
    // Also while nobody reads.
    run.onFailure = (error) => this.destroy(error as Error);
    if (!run.commits) return;
    run.onWithdrawn = (partition) => this.#giveUp(partition);
    run.dealtWith = (partition) => this.#left(partition)?.offset ?? partition.position;
    run.isInHand = () => this.#taken !== null || this.#partition !== null;
    run.isUnread = () => this.readableLength > 0;
    run.isDealingWith = (partition) => this.#taken?.partition === partition;
  }

  override read(size?: number): ConsumerRecord | null {
    // Node looks after its buffer, and takes nothing.
    if (size === 0 || !this.#run.commits) return super.read(size) as ConsumerRecord | null;
    this.#pass();
    for (;;) {
      const record = super.read(size) as ConsumerRecord | null;
      if (record === null) return null;
      if (this.#void?.has(record) === true) continue;
      this.#taken = this.#pushed[this.#pushed.length - this.readableLength - 1] ?? null;
      return record;
    }
  }

  override emit(event: string | symbol, ...values: unknown[]): boolean {
    return event === 'data' && this.#void?.has(values[0] as ConsumerRecord) === true
      ? true
      : super.emit(event as 'data', ...(values as [unknown]));
  }

  override [Symbol.asyncIterator](): NodeJS.AsyncIterator<ConsumerRecord, undefined> {
    return super[Symbol.asyncIterator]() as NodeJS.AsyncIterator<ConsumerRecord, undefined>;
  }

  override _read(): void {
    // Asked for while it is at it, or waits: it goes on until there is no more room anyway.
    if (this.#isPushing) return;
    this.#isPushing = true;
    try {
      if (this.#pushHeld()) this.#isPushing = false;
      // Fails by destroying the stream only.
      else void this.#pushMore();
    } catch (error) {
      this.destroy(error as Error);
    }
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const ending = this.#giveBack();
    if (ending === null) done(error);
    else void this.#destroyAfter(ending, error, done);
  }

  async #destroyAfter(ending: Promise<void>, error: Error | null, done: (error: Error | null) => void): Promise<void> {
    let failure = error;
    try {
      await ending;
    } catch (reason) {
      failure ??= reason as Error;
    }
    done(failure);
  }

  /** The batch in hand is done: takes others until there is no more room. */
  async #pushMore(): Promise<void> {
    try {
      while (!this.#pushHeld()) {
        this.#letGo();
        this.#partition = await this.#run.take();
        if (this.#partition === null) {
          this.push(null);
          return;
        }
        this.#records = this.#partition.inHand![Symbol.iterator]();
      }
    } catch (error) {
      this.destroy(error as Error);
    } finally {
      this.#isPushing = false;
    }
  }

  /** Pushes what is in hand until there is no more room; false when nothing is in hand any more. */
  #pushHeld(): boolean {
    const partition = this.#partition;
    const records = this.#records;
    const batch = partition?.inHand;
    if (partition === null || records === null || batch === null || batch === undefined) return this.destroyed;
    if (this.#pushed.length > PUSHED_KEPT_FACTOR * this.readableHighWaterMark) this.#forgetTaken();
    const { seeks } = partition;
    // Moved, paused or taken away by the caller: the rest of the batch is not wanted.
    while (partition.inHand === batch && partition.isWanted && !this.#run.isOver) {
      const next = records.next();
      if (next.done === true) {
        this.#records = null;
        break;
      }
      const { offset } = next.value;
      partition.moveWithin(batch, offset + 1);
      const record = new ConsumerRecord(batch, next.value);
      this.#pushed.push({ partition, offset, seeks, record });
      if (!this.push(record)) return true;
    }
    return this.destroyed;
  }

  /** The position is past what was pushed; past all of the batch, if all of it was. */
  #letGo(): void {
    if (this.#partition === null) return;
    if (this.#records === null) this.#run.release(this.#partition);
    else this.#run.drop(this.#partition);
    this.#partition = null;
    this.#records = null;
  }

  /** What was taken is dealt with. */
  #pass(): void {
    const taken = this.#taken;
    this.#taken = null;
    if (taken === null) return;
    this.#run.freed();
    if (!taken.partition.isHeld) return;
    taken.partition.rewind(taken.offset + 1, taken.seeks);
    const { onIdle } = taken.partition;
    taken.partition.onIdle = null;
    onIdle?.();
  }

  /** The first record of a partition that nobody has dealt with, of those that were pushed. */
  #left(partition: AssignedPartition): Pushed | null {
    if (this.#taken?.partition === partition && this.#taken.seeks === partition.seeks) return this.#taken;
    for (let i = this.#pushed.length - this.readableLength; i < this.#pushed.length; i++) {
      const pushed = this.#pushed[i];
      if (pushed.partition === partition && pushed.seeks === partition.seeks) return pushed;
    }
    return null;
  }

  #giveUp(partition: AssignedPartition): void {
    if (!partition.isHeld) return;
    const left = this.#left(partition);
    const buffered = this.#pushed.slice(this.#pushed.length - this.readableLength);
    this.#void ??= new WeakSet();
    for (const pushed of buffered) if (pushed.partition === partition) this.#void.add(pushed.record);
    if (this.#partition === partition) this.#letGo();
    if (left === null) return;
    partition.rewind(left.offset, left.seeks);
    // What is in somebody's hands may be finished yet.
    if (left === this.#taken) this.#taken = { ...left, seeks: partition.seeks };
  }

  #forgetTaken(): void {
    const taken = this.#pushed.length - this.readableLength;
    if (taken > 0) this.#pushed.splice(0, taken);
  }

  /** The position goes back to the first record that is still in the buffer. */
  #giveBack(): Promise<void> | null {
    this.#forgetTaken();
    const first = new Map<AssignedPartition, Pushed>();
    // Nobody has asked for the next one.
    if (this.#taken !== null) first.set(this.#taken.partition, this.#taken);
    for (const pushed of this.#pushed) if (!first.has(pushed.partition)) first.set(pushed.partition, pushed);
    this.#pushed = [];
    this.#taken = null;
    this.#run.end();
    for (const { partition, offset, seeks } of first.values()) partition.rewind(offset, seeks);
    return this.#release();
  }
}
