/** The clock that everything with a notion of time gets handed in, so that tests and simulations own time. */

export interface Clock {
  /** Milliseconds since 1970, whole. */
  now(): number;
  /**
   * Calls `task` once after `delayMs`. Keeps the process alive until then only with `keepAlive`: when somebody waits for it. Returns a function
   * that cancels it.
   */
  schedule(delayMs: number, task: () => void, keepAlive?: boolean): () => void;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, task, keepAlive = false) {
    const timer = setTimeout(task, delayMs);
    if (!keepAlive) timer.unref();
    return () => clearTimeout(timer);
  },
};
