/**
 * Who waits for records that are not there yet: woken when the log's end has passed what they wait for, in the order of their coming.
 *
 * Costs an append nothing while nobody waits, and no timer ever: who appends, or follows another process, says that the end has moved. A
 * waiter is woken once and then looks for itself.
 */
import { MillraceError } from '../errors.ts';

export interface WaitOptions {
  /** Ends the wait with ERR_MILLRACE_ABORTED; its reason becomes the cause. */
  readonly signal?: AbortSignal;
}

/**
 * A link of a log's list: a Set would make a new table each time its last one goes, and most logs have one at a time. Who has left still leads to those that came
 * after, so that others may leave while they are gone through.
 */
abstract class Waiter {
  readonly offset: number;
  waits = false;
  before: Waiter | null = null;
  after: Waiter | null = null;
  protected readonly arrivals: Arrivals;

  constructor(arrivals: Arrivals, offset: number) {
    this.arrivals = arrivals;
    this.offset = offset;
  }

  /** It waits no more: null when what it waited for is there. */
  abstract settle(error: MillraceError | null): void;
}

class Promised extends Waiter {
  readonly #settled: (error: MillraceError | null) => void;

  constructor(arrivals: Arrivals, offset: number, settled: (error: MillraceError | null) => void) {
    super(arrivals, offset);
    this.#settled = settled;
  }

  settle(error: MillraceError | null): void {
    this.arrivals.remove(this);
    this.#settled(error);
  }
}

/** A listener that waits: one small object, since brokers keep thousands of them for seconds. */
export class Listening extends Waiter {
  readonly #listener: () => void;

  constructor(arrivals: Arrivals, offset: number, listener: () => void) {
    super(arrivals, offset);
    this.#listener = listener;
  }

  settle(): void {
    if (this.arrivals.remove(this)) this.#listener();
  }

  /** Nothing is told any more. */
  cancel(): void {
    this.arrivals.remove(this);
  }
}

export class Arrivals {
  #first: Waiter | null = null;
  #last: Waiter | null = null;
  readonly #watch: (isWaiting: boolean) => void;

  /** `watch` hears when somebody has begun to wait, and when nobody waits any more. */
  constructor(watch: (isWaiting: boolean) => void = () => {}) {
    this.#watch = watch;
  }

  get isEmpty(): boolean {
    return this.#first === null;
  }

  /** Settles when `moved` is told of an end past `offset`, or `cut` of one before it. */
  async wait(offset: number, { signal }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted === true) throw aborted(signal);
    let onAbort: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter = new Promised(this, offset, (error) => {
          if (error === null) resolve();
          else reject(error);
        });
        this.#add(waiter);
        if (signal === undefined) return;
        onAbort = () => waiter.settle(aborted(signal));
        signal.addEventListener('abort', onAbort, { once: true });
      });
    } finally {
      if (onAbort !== undefined) signal?.removeEventListener('abort', onAbort);
    }
  }

  /** As `wait`, and tells by a call, also when nothing will come any more. */
  listen(offset: number, listener: () => void): Listening {
    const listening = new Listening(this, offset, listener);
    this.#add(listening);
    return listening;
  }

  /** Whether it was still waiting. */
  remove(waiter: Waiter): boolean {
    if (!waiter.waits) return false;
    waiter.waits = false;
    const { before, after } = waiter;
    if (before === null) this.#first = after;
    else before.after = after;
    if (after === null) this.#last = before;
    else after.before = before;
    waiter.before = null;
    if (this.isEmpty) this.#watch(false);
    return true;
  }

  /** The log ends at `endOffset` now. */
  moved(endOffset: number): void {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.after)
      if (waiter.waits && waiter.offset < endOffset) waiter.settle(null);
  }

  /** The log was cut and ends at `endOffset`: who waits for more than that must look again, since other records will have those offsets. */
  cut(endOffset: number): void {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.after)
      if (waiter.waits && waiter.offset > endOffset) waiter.settle(null);
  }

  /** Nothing will come any more. */
  fail(error: MillraceError): void {
    for (let waiter = this.#first; waiter !== null; waiter = waiter.after) if (waiter.waits) waiter.settle(error);
  }

  #add(waiter: Waiter): void {
    waiter.waits = true;
    waiter.before = this.#last;
    if (this.#last === null) this.#first = waiter;
    else this.#last.after = waiter;
    this.#last = waiter;
    this.#watch(true);
    // Who watches has looked, and may have found what the waiter was to wait for.
    if (this.isEmpty) this.#watch(false);
  }
}

function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_MILLRACE_ABORTED', 'the wait was ended by its signal', { cause: signal.reason });
}
