/**
 * Who waits for all that was sent so far: sends are counted by generation, and a flush ends one. Later sends do not keep it waiting.
 */

export interface FlushGeneration {
  /** Sends that have records without an answer. */
  open: number;
}

interface Flush {
  readonly generation: FlushGeneration;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

export class FlushGenerations {
  #current: FlushGeneration = { open: 0 };
  #flushes: Flush[] = [];

  /** The generation of a send that begins now; it counts from here on. */
  begin(): FlushGeneration {
    this.#current.open++;
    return this.#current;
  }

  end(generation: FlushGeneration): void {
    generation.open--;
    if (generation.open === 0 && this.#flushes.length > 0) this.#finish();
  }

  /** Somebody waits. */
  get isFlushing(): boolean {
    return this.#flushes.length > 0;
  }

  /** Settles when everything that has begun so far has ended. */
  flush(): Promise<void> {
    if (this.#current.open === 0) return this.#flushes.at(-1)?.promise ?? Promise.resolve();
    let resolve!: () => void;
    const promise = new Promise<void>((settle) => (resolve = settle));
    this.#flushes.push({ generation: this.#current, promise, resolve });
    this.#current = { open: 0 };
    return promise;
  }

  #finish(): void {
    while (this.#flushes.length > 0 && this.#flushes[0].generation.open === 0) this.#flushes.shift()!.resolve();
  }
}
