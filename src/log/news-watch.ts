/**
 * Looks for what is new in the logs that somebody waits for and that another process, or thread, writes.
 *
 * A writer stores into mapped files, and the system tells nobody of such stores (inotify stays silent): so each log is looked at, a millisecond
 * after there was something, then less and less often down to every `LOOK_INTERVAL_MAX_MS`. One timer for all logs of a store; it keeps the
 * process alive, and there is none while nobody waits.
 */
import type { Clock } from '../clock.ts';
import { LOOK_INTERVAL_MAX_MS, LOOK_INTERVAL_MIN_MS } from '../limits.ts';

/** A log that is looked at. */
export interface Watched {
  /** Looks; true when there was something new. Throws nothing: errors go to those who wait. */
  look(): boolean;
  /** Used by the watch alone. */
  readonly pace: Pace;
}

/** How often a log is looked at. Kept by the log, so that it goes on when somebody waits again. */
export class Pace {
  intervalMs = LOOK_INTERVAL_MIN_MS;
  /** Milliseconds until the next look. */
  leftMs = LOOK_INTERVAL_MIN_MS;

  looked(isNew: boolean): void {
    this.intervalMs = isNew ? LOOK_INTERVAL_MIN_MS : Math.min(2 * this.intervalMs, LOOK_INTERVAL_MAX_MS);
    this.leftMs = this.intervalMs;
  }
}

export class NewsWatch {
  readonly #clock: Clock;
  readonly #watched = new Set<Watched>();
  #delayMs = 0;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get count(): number {
    return this.#watched.size;
  }

  add(log: Watched): void {
    this.#watched.add(log);
    // A timer that runs is not set anew: who waits again and again would put it off for the others for ever.
    if (this.#cancel === null) this.#schedule(log.pace.leftMs);
  }

  delete(log: Watched): void {
    if (!this.#watched.delete(log) || this.#watched.size > 0) return;
    this.#cancel?.();
    this.#cancel = null;
  }

  #schedule(delayMs: number): void {
    this.#delayMs = delayMs;
    this.#cancel = this.#clock.schedule(delayMs, () => this.#tick(), true);
  }

  #tick(): void {
    this.#cancel = null;
    let nextMs = LOOK_INTERVAL_MAX_MS;
    for (const log of this.#watched) {
      const { pace } = log;
      pace.leftMs -= this.#delayMs;
      if (pace.leftMs <= 0) pace.looked(log.look());
      // Who was just woken will be back in a moment, and what comes then comes soon.
      nextMs = Math.min(nextMs, pace.leftMs);
    }
    if (this.#watched.size > 0) this.#schedule(nextMs);
  }
}
