/** The clock that everything with a notion of time gets handed in, so that tests and simulations own time. */

export interface Clock {
  /** Milliseconds since 1970, whole. */
  now(): number;
  /** Calls `task` once after `delayMs`; does not keep the process alive. Returns a function that cancels it. */
  schedule(delayMs: number, task: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, task) {
    const timer = setTimeout(task, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
