/**
 * A stream of the records that a consumer reads, for `pipeline`.
 *
 *     await pipeline(consumer.readable({ untilEnd: true }), async function* (records) { ... }, process.stdout);
 *
 * Reads on only when there is room for records (`highWaterMark` counts them). Takes the consumer until it has ended or was destroyed; then the
 * position of each partition is at the first record that nobody has taken out of the stream. The stream ends when the consumer is closed.
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
}

export class RecordReadable extends Readable {
  readonly #run: ConsumerRun;
  readonly #release: () => void;
  #partition: AssignedPartition | null = null;
  #records: Iterator<LogRecord> | null = null;
  /** What was pushed last: at least all that the buffer has. */
  #pushed: Pushed[] = [];
  #isPushing = false;

  /** Made by `consumer.readable(options)`, which gives it the consumer; `release` takes that back. */
  constructor(run: ConsumerRun, release: () => void, { highWaterMark }: CheckedReadableOptions) {
    super({ objectMode: true, highWaterMark });
    this.#run = run;
    this.#release = release;
    // Also while nobody reads.
    run.onFailure = (error) => this.destroy(error as Error);
  }

  override read(size?: number): ConsumerRecord | null {
    return super.read(size) as ConsumerRecord | null;
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
    this.#giveBack();
    done(error);
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
    while (partition.inHand === batch && !partition.isPaused && !this.#run.isOver) {
      const next = records.next();
      if (next.done === true) {
        this.#records = null;
        break;
      }
      const { offset } = next.value;
      partition.moveWithin(batch, offset + 1);
      this.#pushed.push({ partition, offset, seeks });
      if (!this.push(new ConsumerRecord(batch, next.value))) return true;
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

  #forgetTaken(): void {
    const taken = this.#pushed.length - this.readableLength;
    if (taken > 0) this.#pushed.splice(0, taken);
  }

  /** The position goes back to the first record that is still in the buffer. */
  #giveBack(): void {
    this.#forgetTaken();
    const first = new Map<AssignedPartition, Pushed>();
    for (const pushed of this.#pushed) if (!first.has(pushed.partition)) first.set(pushed.partition, pushed);
    this.#pushed = [];
    this.#release();
    for (const { partition, offset, seeks } of first.values()) partition.rewind(offset, seeks);
  }
}
