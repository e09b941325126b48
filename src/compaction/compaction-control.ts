/**
 * What the worker thread asks between two pieces of its work: is it still wanted, and may it go on at once?
 *
 * `Brake` bounds the rate of bytes that are read and written, by sleeping, and ends the work with `GivenUp` when the control that is shared with the main
 * thread says so. Both are seen after `CHECK_BYTES` of work at the latest, and a sleep is cut short. (Kafka's `Throttler` and `checkDone`.)
 */

/** Shared with the worker: int32 changes that there were, which it sleeps on; int32 1 when the work is to be given up; int64 bytes a second, 0: no bound. */
export type CompactionControl = SharedArrayBuffer;

/** The work was given up: what it left is to be removed, and nobody is to be told of an error. */
export class GivenUp extends Error {}

/** Bytes of work between two looks at the control and the clock. */
const CHECK_BYTES = 256 * 1024;
const CONTROL_SIZE = 16;
/** In words of 4 bytes, and of 8. */
const [CHANGES, GIVEN_UP, RATE] = [0, 1, 1];

/** `bytesPerSecond`: read and written together, a whole number; 0: as fast as it can. */
export function newControl(bytesPerSecond: number): CompactionControl {
  const control = new SharedArrayBuffer(CONTROL_SIZE);
  changeRate(control, bytesPerSecond);
  return control;
}

/** From the other thread: what is being done goes on at this rate, from now on. */
export function changeRate(control: CompactionControl, bytesPerSecond: number): void {
  Atomics.store(new BigInt64Array(control), RATE, BigInt(bytesPerSecond));
  wake(control);
}

/** From the other thread: the work ends soon. */
export function giveUp(control: CompactionControl): void {
  Atomics.store(new Int32Array(control), GIVEN_UP, 1);
  wake(control);
}

export function isGivenUp(control: CompactionControl): boolean {
  return Atomics.load(new Int32Array(control), GIVEN_UP) !== 0;
}

function wake(control: CompactionControl): void {
  const words = new Int32Array(control);
  Atomics.add(words, CHANGES, 1);
  Atomics.notify(words, CHANGES);
}

export class Brake {
  readonly #control: CompactionControl;
  readonly #words: Int32Array;
  readonly #rates: BigInt64Array;
  #changes: number;
  /** Infinity: no bound. */
  #bytesPerSecond: number;
  /** Since when this is the rate, and what was done since. */
  #began = performance.now();
  #bytes = 0;
  #unchecked = CHECK_BYTES;

  constructor(control: CompactionControl) {
    this.#control = control;
    this.#words = new Int32Array(control);
    this.#rates = new BigInt64Array(control);
    this.#changes = Atomics.load(this.#words, CHANGES);
    this.#bytesPerSecond = this.#rate();
  }

  /** So many bytes were read or written. Throws `GivenUp`. */
  worked(bytes: number): void {
    this.#bytes += bytes;
    this.#unchecked += bytes;
    if (this.#unchecked < CHECK_BYTES) return;
    this.#unchecked = 0;
    for (;;) {
      this.#lookForChanges();
      const aheadMs = (this.#bytes / this.#bytesPerSecond) * 1000 - (performance.now() - this.#began);
      if (aheadMs < 1) return;
      Atomics.wait(this.#words, CHANGES, this.#changes, aheadMs);
    }
  }

  #lookForChanges(): void {
    const changes = Atomics.load(this.#words, CHANGES);
    if (isGivenUp(this.#control)) throw new GivenUp('the compaction was given up');
    if (changes === this.#changes) return;
    this.#changes = changes;
    // What was done at the other rate is paid for.
    this.#bytesPerSecond = this.#rate();
    this.#began = performance.now();
    this.#bytes = 0;
  }

  #rate(): number {
    const rate = Number(Atomics.load(this.#rates, RATE));
    return rate === 0 ? Infinity : rate;
  }
}
