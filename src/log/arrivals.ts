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

interface Waiter {
  readonly offset: number;
  settle(error: MillraceError | null): void;
}

/** A listener that waits: one small object, since brokers keep thousands of them for seconds. */
export class Listening implements Waiter {
  readonly offset: number;
  readonly #arrivals: Arrivals;
  readonly #listener: () => void;

  constructor(arrivals: Arrivals, offset: number, listener: () => void) {
    this.offset = offset;
    this.#arrivals = arrivals;
    this.#listener = listener;
  }

  settle(): void {
    if (this.#arrivals.remove(this)) this.#listener();
  }

  /** Nothing is told any more. */
  cancel(): void {
    this.#arrivals.remove(this);
  }
}

export class Arrivals {
  readonly #waiters = new Set<Waiter>();
  readonly #watch: (isWaiting: boolean) => void;

  /** `watch` hears when somebody has begun to wait, and when nobody waits any more. */
  constructor(watch: (isWaiting: boolean) => void = () => {}) {
    this.#watch = watch;
  }

  get isEmpty(): boolean {
    return this.#waiters.size === 0;
  }

  /** Settles when `moved` is told of an end past `offset`, or `cut` of one before it. */
  async wait(offset: number, { signal }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted === true) throw aborted(signal);
    let onAbort: (() => void) | undefined;
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = {
          offset,
          settle: (error) => {
            this.remove(waiter);
            if (error === null) resolve();
            else reject(error);
          },
        };
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
    const waited = this.#waiters.delete(waiter);
    if (waited && this.#waiters.size === 0) this.#watch(false);
    return waited;
  }

  /** The log ends at `endOffset` now. */
  moved(endOffset: number): void {
    for (const waiter of this.#waiters) if (waiter.offset < endOffset) waiter.settle(null);
  }

  /** The log was cut and ends at `endOffset`: who waits for more than that must look again, since other records will have those offsets. */
  cut(endOffset: number): void {
    for (const waiter of this.#waiters) if (waiter.offset > endOffset) waiter.settle(null);
  }

  /** Nothing will come any more. */
  fail(error: MillraceError): void {
    for (const waiter of this.#waiters) waiter.settle(error);
  }

  #add(waiter: Waiter): void {
    this.#waiters.add(waiter);
    this.#watch(true);
    // Who watches has looked, and may have found what the waiter was to wait for.
    if (this.isEmpty) this.#watch(false);
  }
}

function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_MILLRACE_ABORTED', 'the wait was ended by its signal', { cause: signal.reason });
}
