/**
 * Who gives way: a consumer that always finds something to hand out would go on from promise to promise, and timers, sockets and signals
 * of the program would wait for as long as that lasts.
 */
import { EVENT_LOOP_SHARE_MS } from '../limits.ts';

/** A pause that was longer than this was one of the event loop. */
const PAUSE_MS = 1;

export class EventLoopShare {
  #since = performance.now();

  /** Has its time, and should give way. */
  get isUsed(): boolean {
    return performance.now() - this.#since >= EVENT_LOOP_SHARE_MS;
  }

  /** Lets the event loop turn once. */
  async giveWay(): Promise<void> {
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
    this.#since = performance.now();
  }

  /** Waits for `wake`, which should come without delay after a long pause: others had their turn in it. */
  async rest(wake: Promise<void>): Promise<void> {
    const began = performance.now();
    await wake;
    const now = performance.now();
    if (now - began >= PAUSE_MS) this.#since = now;
  }
}
