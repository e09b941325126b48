/**
 * When a log asks for a flush of its own accord: after so many records (`flush.messages`), or so long after a record (`flush.ms`).
 *
 * Neither is set by default: then the operating system decides, as with Kafka. `flush.messages=1` is commit durability: every append asks at
 * once, and all that ask in one turn share one round.
 */
import type { Clock } from '../clock.ts';
import type { Durability } from './durability.ts';
import type { LogSettings } from './log-settings.ts';

/** Timers take an int32 of milliseconds; what is longer counts as never. */
const TIMER_MAX_MS = 0x7fff_ffff;

export class FlushPolicy {
  readonly #clock: Clock;
  readonly #durability: Durability;
  #messages: number;
  #ms: number;
  #cancel: (() => void) | null = null;

  constructor(clock: Clock, durability: Durability, settings: LogSettings) {
    this.#clock = clock;
    this.#durability = durability;
    this.#messages = settings.flushMessages;
    this.#ms = settings.flushMs;
  }

  /** Counts for what has been appended already, too. */
  configure(settings: LogSettings): void {
    this.close();
    this.#messages = settings.flushMessages;
    this.#ms = settings.flushMs;
    if (this.#durability.unrequested > 0) this.appended();
  }

  /** Something was appended. */
  appended(): void {
    if (this.#durability.unrequested >= this.#messages) this.#durability.request();
    else if (this.#ms <= TIMER_MAX_MS && this.#cancel === null) {
      this.#cancel = this.#clock.schedule(this.#ms, () => {
        this.#cancel = null;
        if (this.#durability.unrequested > 0) this.#durability.request();
      });
    }
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = null;
  }
}
