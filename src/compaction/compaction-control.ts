/**
 * What the worker thread asks between two pieces of its work: is it still wanted, and may it go on at once?
 *
 * `Brake` bounds the rate of bytes that are read and written, by sleeping, and ends the work with `GivenUp` when the flag that is shared with the
 * main thread says so: at the latest after `CHECK_BYTES` of work, and a sleep is cut short. (Kafka's `Throttler` and `checkDone`.)
 */

/** Shared with the worker: 0, or 1 when the work is to be given up. */
export type GiveUpFlag = Int32Array<SharedArrayBuffer>;

/** The work was given up: what it left is to be removed, and nobody is to be told of an error. */
export class GivenUp extends Error {}

/** Bytes of work between two looks at the flag and the clock. */
const CHECK_BYTES = 256 * 1024;

export function newGiveUpFlag(): GiveUpFlag {
  return new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
}

/** From the other thread: the work ends soon. */
export function giveUp(flag: GiveUpFlag): void {
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

export class Brake {
  readonly #flag: GiveUpFlag;
  readonly #bytesPerSecond: number;
  readonly #began = performance.now();
  #bytes = 0;
  #unchecked = CHECK_BYTES;

  /** `bytesPerSecond` may be Infinity. */
  constructor(flag: GiveUpFlag, bytesPerSecond: number) {
    this.#flag = flag;
    this.#bytesPerSecond = bytesPerSecond;
  }

  /** So many bytes were read or written. Throws `GivenUp`. */
  worked(bytes: number): void {
    this.#bytes += bytes;
    this.#unchecked += bytes;
    if (this.#unchecked < CHECK_BYTES) return;
    this.#unchecked = 0;
    const dueMs = (this.#bytes / this.#bytesPerSecond) * 1000;
    const aheadMs = dueMs - (performance.now() - this.#began);
    // A wake-up means that the flag was set.
    if (aheadMs >= 1) Atomics.wait(this.#flag, 0, 0, aheadMs);
    if (Atomics.load(this.#flag, 0) !== 0) throw new GivenUp('the compaction was given up');
  }
}
