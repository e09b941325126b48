/**
 * What a cache keeps, bounded in number and in bytes: beyond either, what was not used for longest goes.
 *
 * Using something is one store (`used = true`) and touches nothing else: in a list that is put in order at each use, a random one is four
 * cold cache lines of its neighbours. Room is made from the oldest on, and what was used since it was last the oldest becomes
 * the newest instead (the second-chance form of "least recently used").
 */
import type { FileWindow } from './file-system.ts';

export interface Kept {
  /** Was it used since it was last the oldest? Set by who uses it. */
  used: boolean;
  /** Bytes that it counts for. */
  readonly size: number;
  /** The window that it holds, if it holds one. */
  readonly window: FileWindow | null;
  older: Kept | null;
  newer: Kept | null;
  /** It is kept no more: to be forgotten by who could find it. */
  left(): void;
}

export interface KeptLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

export class KeptList {
  readonly #limits: KeptLimits;
  readonly #release: (window: FileWindow) => void;
  #oldest: Kept | null = null;
  #newest: Kept | null = null;
  #count = 0;
  #bytes = 0;

  /** `release` gets the windows that were let go. */
  constructor(limits: KeptLimits, release: (window: FileWindow) => void) {
    this.#limits = limits;
    this.#release = release;
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Makes room for what is not in the list, and adds it, whatever its size. */
  add(kept: Kept): void {
    const { countMax, bytesMax } = this.#limits;
    while (this.#oldest !== null && (this.#count >= countMax || this.#bytes + kept.size > bytesMax))
      this.#pass(this.#oldest);
    kept.used = false;
    this.#link(kept);
    this.#count++;
    this.#bytes += kept.size;
  }

  /** Takes out what is in the list, for something that takes its place. */
  remove(kept: Kept): void {
    this.#unlink(kept);
    this.#count--;
    this.#bytes -= kept.size;
    kept.left();
  }

  /** Takes out what is in the list and is not needed any more. */
  letGo(kept: Kept): void {
    const { window } = kept;
    this.remove(kept);
    if (window !== null) this.#release(window);
  }

  #pass(oldest: Kept): void {
    if (!oldest.used) return this.letGo(oldest);
    oldest.used = false;
    this.#unlink(oldest);
    this.#link(oldest);
  }

  #link(kept: Kept): void {
    kept.older = this.#newest;
    if (this.#newest !== null) this.#newest.newer = kept;
    this.#newest = kept;
    this.#oldest ??= kept;
  }

  #unlink(kept: Kept): void {
    if (kept.older !== null) kept.older.newer = kept.newer;
    else this.#oldest = kept.newer;
    if (kept.newer !== null) kept.newer.older = kept.older;
    else this.#newest = kept.older;
    kept.older = null;
    kept.newer = null;
  }
}
