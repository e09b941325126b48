/**
 * Keeps the process alive while something is unfinished: timers and flushes of the library do not, and a program that ends with
 * `await producer.send(…)` must not end before the answer.
 */

/** The longest that a timer can be; it does nothing when it fires. */
const FOREVER_MS = 0x7fff_ffff;

export class KeepAlive {
  #timer: NodeJS.Timeout | null = null;

  hold(): void {
    if (this.#timer === null) this.#timer = setInterval(() => undefined, FOREVER_MS);
    else this.#timer.ref();
  }

  release(): void {
    this.#timer?.unref();
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }
}
