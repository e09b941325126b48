/**
 * What the requests of all connections may take together (`queued.max.request.bytes`): who wants more waits for its turn, with its socket paused.
 *
 * Room for a frame is taken as a whole when its length has come in, so that a frame that has begun to come can always end; one that is larger than all the
 * room there is has it for itself. A client that announces much and sends nothing is closed as an idle one.
 */
export class RequestMemory {
  readonly #most: number;
  readonly #waiting = new Set<{ readonly size: number; readonly granted: () => void }>();
  #used = 0;

  /** 0 and -1: no bound. */
  constructor(most: number) {
    this.#most = most > 0 ? most : Infinity;
  }

  get used(): number {
    return this.#used;
  }

  /** Connections that wait for their turn. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** What is there already. */
  add(size: number): void {
    this.#used += size;
  }

  /** True: it is taken. Otherwise `granted` is called when it is, unless the function that `cancel` gets is called before. */
  take(size: number, granted: () => void, cancel: (stop: () => void) => void): boolean {
    if (this.#waiting.size === 0 && this.#fits(size)) {
      this.#used += size;
      return true;
    }
    const turn = { size, granted };
    this.#waiting.add(turn);
    cancel(() => {
      this.#waiting.delete(turn);
      this.#grant();
    });
    return false;
  }

  release(size: number): void {
    this.#used -= size;
    this.#grant();
  }

  #fits(size: number): boolean {
    return this.#used === 0 || this.#used + size <= this.#most;
  }

  /** In the order in which they came. */
  #grant(): void {
    for (const turn of this.#waiting) {
      if (!this.#fits(turn.size)) return;
      this.#waiting.delete(turn);
      this.#used += turn.size;
      turn.granted();
    }
  }
}
