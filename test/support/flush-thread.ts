/** A flush thread whose rounds end when the test says so. */
import type { FlushThread, FlushWork } from '#millrace/file/file-system.js';

export class ManualFlushThread implements FlushThread {
  readonly works: FlushWork[] = [];
  closed = false;
  readonly #done: ((error: Error | null, elapsedMs: number) => void)[] = [];

  flush(work: FlushWork, done: (error: Error | null, elapsedMs: number) => void): void {
    this.works.push(work);
    this.#done.push(done);
  }

  close(): void {
    this.closed = true;
  }

  /** Rounds that have begun and not ended. */
  get running(): number {
    return this.#done.length;
  }

  /** Waits until so many rounds have begun since the start. */
  async begun(rounds: number): Promise<void> {
    for (let turns = 0; this.works.length < rounds; turns++) {
      if (turns > 10) throw new Error(`${this.works.length} rounds have begun, expected ${rounds}`);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends the oldest round that runs, well or with an error. */
  async end(error: Error | null = null): Promise<void> {
    for (let turns = 0; this.#done.length === 0; turns++) {
      if (turns > 10) throw new Error('no round runs');
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.#done.shift()!(error, 1);
  }
}

export interface Settled {
  state: 'pending' | 'resolved' | 'rejected';
  reason: unknown;
  /** The state after all that is due has run. */
  now(): Promise<string>;
}

/** Tells a promise's state without waiting for it. */
export function settled(promise: Promise<unknown>): Settled {
  const state: Settled = {
    state: 'pending',
    reason: null,
    async now() {
      await new Promise((resolve) => setImmediate(resolve));
      return state.state;
    },
  };
  promise.then(
    () => (state.state = 'resolved'),
    (reason: unknown) => {
      state.state = 'rejected';
      state.reason = reason;
    },
  );
  return state;
}
