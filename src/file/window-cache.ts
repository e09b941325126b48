/**
 * The mappings that reads go through: bounded in number and in bytes, whatever the number of segments.
 *
 * A window begins at a multiple of the step and is two steps long, so that a read of up to one step lies in one window wherever it
 * begins. Beyond a bound the least recently used window is let go. "Let go" means that the cache forgets it: the mapping itself lives
 * as long as a view of it, since the view's ArrayBuffer owns the mapping. Nothing is ever unmapped under a reader. Where windows are
 * copies all of this holds too, in smaller steps: then the bounds are those of memory.
 */
import { assert } from '../assert.ts';
import { READ_WINDOW_BYTES_MAX, READ_WINDOW_STEP, READ_WINDOWS_MAX } from '../limits.ts';
import type { CopiedWindows, FileSystem, FileWindow } from './file-system.ts';

export interface WindowCacheLimits {
  readonly step: number;
  readonly windowsMax: number;
  readonly bytesMax: number;
}

const DEFAULT_LIMITS: WindowCacheLimits = {
  step: READ_WINDOW_STEP,
  windowsMax: READ_WINDOWS_MAX,
  bytesMax: READ_WINDOW_BYTES_MAX,
};

interface Entry {
  readonly source: WindowSource;
  readonly slot: number;
  readonly window: FileWindow;
  /** What a caller made of the window (an index); forgotten with it. */
  made: unknown;
  older: Entry | null;
  newer: Entry | null;
}

/** A file that is read through the cache. Its windows are asked for by position and forgotten together. */
export class WindowSource {
  readonly path: string;
  readonly entries = new Map<number, Entry>();
  /** The entry that the last read used: sequential readers find it without a look-up. */
  latest: Entry | null = null;
  /** How often its windows were forgotten: one that was on its way meanwhile is not kept. */
  forgotten = 0;

  constructor(path: string) {
    this.path = path;
  }
}

export class WindowCache {
  readonly #system: FileSystem;
  readonly #limits: WindowCacheLimits;
  #oldest: Entry | null = null;
  #newest: Entry | null = null;
  #count = 0;
  #bytes = 0;

  constructor(system: FileSystem, limits: Partial<WindowCacheLimits> = {}) {
    this.#system = system;
    this.#limits = { ...DEFAULT_LIMITS, ...system.copies?.cache, ...limits };
  }

  get count(): number {
    return this.#count;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /**
   * A window of `source` that has [from, to). `mappable` is how many bytes of the file have blocks now: a window never goes past
   * that, since touching what lies beyond a file's end kills the process. Of a file that is copied it is what has been published.
   */
  window(source: WindowSource, from: number, to: number, mappable: number): FileWindow {
    return this.#known(source, from, to) ?? this.#map(source, from, to, mappable);
  }

  /** Gets what `window` would show into memory, on another thread; null when it is there. Then neither it nor touching the bytes stalls. */
  bringIn(source: WindowSource, from: number, to: number, mappable: number): Promise<void> | null {
    const { copies } = this.#system;
    if (copies !== undefined) {
      return this.#known(source, from, to) === null ? this.#copy(copies, source, from, to, mappable) : null;
    }
    const window = this.window(source, from, to, mappable);
    const at = from - window.start;
    return this.#system.resident(window, at, at + to - from) ? null : this.#system.bringIn(window, at, at + to - from);
  }

  /** What `make` makes of the whole of a small file: made once for as long as the window is kept. */
  whole<T>(source: WindowSource, length: number, make: (window: FileWindow) => T): T {
    this.window(source, 0, length, length);
    const entry = source.latest!;
    return (entry.made ??= make(entry.window)) as T;
  }

  /** The file is gone or replaced: forget its windows, and let the memory go as soon as no view is left. */
  forget(source: WindowSource): void {
    for (const entry of source.entries.values()) this.#drop(entry, true);
    source.forgotten++;
  }

  #known(source: WindowSource, from: number, to: number): FileWindow | null {
    const latest = source.latest;
    if (latest !== null && from >= latest.window.start && to <= latest.window.start + latest.window.length) {
      if (latest !== this.#newest) this.#touch(latest);
      return latest.window;
    }
    const known = source.entries.get(Math.floor(from / this.#limits.step));
    if (known === undefined || to > known.window.start + known.window.length) return null;
    this.#touch(known);
    source.latest = known;
    return known.window;
  }

  #map(source: WindowSource, from: number, to: number, mappable: number): FileWindow {
    const { start, length } = this.#extent(source, from, to, mappable);
    const file = this.#system.open(source.path, 'r');
    let window: FileWindow;
    try {
      window = file.mapPrivate(start, length);
    } finally {
      file.close();
    }
    this.#keep(source, window);
    return window;
  }

  async #copy(copies: CopiedWindows, source: WindowSource, from: number, to: number, mappable: number): Promise<void> {
    const { start, length } = this.#extent(source, from, to, mappable);
    const { forgotten } = source;
    const window = await copies.read(source.path, start, length);
    if (source.forgotten === forgotten) this.#keep(source, window);
  }

  #extent(source: WindowSource, from: number, to: number, mappable: number): { start: number; length: number } {
    assert(to <= mappable, `read of ${source.path} up to ${to}, mappable ${mappable}`);
    const { step } = this.#limits;
    const start = Math.floor(from / step) * step;
    return { start, length: Math.max(Math.min(2 * step, mappable - start), to - start) };
  }

  /** Puts a window into its slot, in place of a shorter one. */
  #keep(source: WindowSource, window: FileWindow): void {
    const { step, windowsMax, bytesMax } = this.#limits;
    const slot = Math.floor(window.start / step);
    const shorter = source.entries.get(slot);
    if (shorter !== undefined) this.#drop(shorter, false);
    const entry: Entry = { source, slot, window, made: null, older: this.#newest, newer: null };
    if (this.#newest !== null) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
    source.entries.set(slot, entry);
    source.latest = entry;
    this.#count++;
    this.#bytes += window.length;
    while ((this.#count > windowsMax || this.#bytes > bytesMax) && this.#oldest !== entry)
      this.#drop(this.#oldest, true);
  }

  #touch(entry: Entry): void {
    if (entry === this.#newest) return;
    this.#unlink(entry);
    entry.older = this.#newest;
    if (this.#newest !== null) this.#newest.newer = entry;
    this.#newest = entry;
    this.#oldest ??= entry;
  }

  #drop(entry: Entry, soon: boolean): void {
    this.#unlink(entry);
    entry.source.entries.delete(entry.slot);
    if (entry.source.latest === entry) entry.source.latest = null;
    this.#count--;
    this.#bytes -= entry.window.length;
    if (soon) this.#system.release(entry.window);
  }

  #unlink(entry: Entry): void {
    if (entry.older !== null) entry.older.newer = entry.newer;
    else this.#oldest = entry.newer;
    if (entry.newer !== null) entry.newer.older = entry.older;
    else this.#newest = entry.older;
    entry.older = null;
    entry.newer = null;
  }
}
