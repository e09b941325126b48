/** For how long no request of a client begins, since it was above its quota: the longest that was said holds. */
import type { Clock } from '../clock.ts';

export class Mute {
  readonly #clock: Clock;
  readonly #onEnd: () => void;
  /** 0: not muted. */
  #until = 0;
  #cancel: () => void = () => undefined;

  constructor(clock: Clock, onEnd: () => void) {
    this.#clock = clock;
    this.#onEnd = onEnd;
  }

  get isOn(): boolean {
    return this.#until > 0;
  }

  begin(ms: number): void {
    const until = this.#clock.now() + ms;
    if (until <= this.#until) return;
    this.#until = until;
    this.#cancel();
    this.#cancel = this.#clock.schedule(ms, () => {
      this.#until = 0;
      this.#onEnd();
    });
  }

  /** Is not told to `onEnd`. */
  cancel(): void {
    this.#cancel();
  }
}
