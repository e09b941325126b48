/**
 * The mappings that reads go through: bounded in number and in bytes, whatever the number of segments.
 *
 * A window begins at a multiple of the step and is two steps long, so that a read of up to one step lies in one window wherever it
 * begins. Beyond a bound the least recently used window is let go. "Let go" means that the cache forgets it: the mapping itself lives
 * as long as a view of it, since the view's ArrayBuffer owns the mapping. Nothing is ever unmapped under a reader. Where windows are
 * copies all of this holds too, in smaller steps: then the bounds are those of memory.
 *
 * A file that is used as a whole, such as an index, is kept under the same bounds: as what was made of its bytes.
 */
import { assert } from '../assert.ts';
import { READ_WINDOW_BYTES_MAX, READ_WINDOW_STEP, READ_WINDOWS_MAX, WHOLE_COPIED_MAX } from '../limits.ts';
import type { CopiedWindows, FileSystem, FileWindow } from './file-system.ts';
import { type Kept, KeptList } from './kept-list.ts';
import { staleFile } from './stale-file.ts';
import { readWholeFile, type WholeFile } from './whole-file.ts';

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

/** A window that is kept: one object in place of two, since most reads of another segment find neither in the CPU's caches. */
class KeptWindow implements FileWindow, Kept {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly start: number;
  readonly length: number;
  used = false;
  readonly path: string;
  readonly source: WindowSource;
  older: Kept | null = null;
  newer: Kept | null = null;

  constructor({ bytes, view, start, length, path }: FileWindow, source: WindowSource) {
    this.bytes = bytes;
    this.view = view;
    this.start = start;
    this.length = length;
    this.path = path;
    this.source = source;
  }

  get size(): number {
    return this.length;
  }

  get window(): FileWindow {
    return this;
  }

  has(from: number, to: number): boolean {
    return from >= this.start && to <= this.start + this.length;
  }

  left(): void {
    this.source.windows.delete(this.start);
    if (this.source.latest === this) this.source.latest = null;
  }
}

/** A file that is read through the cache. Its windows are asked for by position and forgotten together. */
export class WindowSource {
  readonly path: string;
  /** By where they begin. */
  readonly windows = new Map<number, KeptWindow>();
  /** The one that the last read used: sequential readers, and those of small files, find it without a look-up. */
  latest: KeptWindow | null = null;
  /** How often its windows were forgotten: one that was on its way meanwhile is not kept. */
  forgotten = 0;
  /** The file that the path must lead to still, where another process may put another one in its place; null accepts any. */
  inode: number | null = null;

  constructor(path: string) {
    this.path = path;
  }
}

export class WindowCache {
  readonly #system: FileSystem;
  readonly #step: number;
  readonly #kept: KeptList;

  constructor(system: FileSystem, limits: Partial<WindowCacheLimits> = {}) {
    const { step, windowsMax, bytesMax } = { ...DEFAULT_LIMITS, ...system.copies?.cache, ...limits };
    this.#system = system;
    this.#step = step;
    this.#kept = new KeptList({ countMax: windowsMax, bytesMax }, (window) => system.release(window));
  }

  get count(): number {
    return this.#kept.count;
  }

  get bytes(): number {
    return this.#kept.bytes;
  }

  /**
   * A window of `source` that has [from, to). `mappable` is how many bytes of the file have blocks now: a window never goes past
   * that, since touching what lies beyond a file's end kills the process. Of a file that is copied it is what has been published.
   * Throws ERR_MILLRACE_IO with ESTALE when the path leads to another file than the source's.
   */
  window(source: WindowSource, from: number, to: number, mappable: number): FileWindow {
    return this.#known(source, from, to) ?? this.#open(source, from, to, mappable);
  }

  /** Gets what `window` would show into memory, on another thread; null when it is there. Then neither it nor touching the bytes stalls. */
  bringIn(source: WindowSource, from: number, to: number, mappable: number): Promise<void> | null {
    const { copies } = this.#system;
    if (copies !== undefined) {
      return this.#known(source, from, to) === null ? this.#copy(copies, source, from, to, mappable) : null;
    }
    const window = this.window(source, from, to, mappable);
    return this.#bringIn(window, from - window.start, to - window.start);
  }

  /** What `make` makes of all bytes of a file, or of none where there is no file: made once for as long as the cache keeps it. */
  whole<T>(file: WholeFile<T>, make: (bytes: Uint8Array) => T): T {
    file.used = true;
    return file.made ?? this.#make(file, make);
  }

  /** Gets what `whole` will look at into memory, on another thread. */
  async bringInWhole(file: WholeFile<unknown>): Promise<void> {
    const { made, path, window } = file;
    if (made !== null && window === null) return;
    const size = made === null ? this.#system.sizeOf(path) : file.size;
    if (size <= 0) return;
    if (window !== null) await this.#bringIn(window, 0, size);
    else await this.bringInPart({ path, inode: null }, 0, size);
  }

  /** Gets [from, to) of a file into memory, on another thread, for who reads it by calls: no window of it is kept. */
  async bringInPart({ path, inode }: Pick<WindowSource, 'path' | 'inode'>, from: number, to: number): Promise<void> {
    if (from >= to) return;
    const { copies, pageSize } = this.#system;
    const start = from - (from % pageSize);
    // What comes is dropped again: from here on the system has it in memory, and reading or mapping it is quick.
    if (copies !== undefined) await copies.read(path, start, to - start);
    else await this.#bringInUnkept(this.#map(path, start, to - start, inode));
  }

  /** The file is gone or replaced: forget its windows, and let the memory go as soon as no view is left. */
  forget(source: WindowSource): void {
    for (const window of source.windows.values()) this.#kept.letGo(window);
    source.forgotten++;
  }

  forgetWhole(file: WholeFile<unknown>): void {
    if (file.made !== null) this.#kept.letGo(file);
  }

  async #bringInUnkept(window: FileWindow): Promise<void> {
    try {
      await this.#bringIn(window, 0, window.length);
    } finally {
      this.#system.unmap(window);
    }
  }

  #bringIn(window: FileWindow, from: number, to: number): Promise<void> | null {
    return this.#system.resident(window, from, to) ? null : this.#system.bringIn(window, from, to);
  }

  #known(source: WindowSource, from: number, to: number): FileWindow | null {
    let window = source.latest;
    if (window === null || !window.has(from, to)) {
      window = source.windows.get(this.#startOf(from)) ?? null;
      if (window === null || !window.has(from, to)) return null;
      source.latest = window;
    }
    window.used = true;
    return window;
  }

  #open(source: WindowSource, from: number, to: number, mappable: number): FileWindow {
    const { start, length } = this.#extent(source, from, to, mappable);
    return this.#keep(source, this.#map(source.path, start, length, source.inode));
  }

  #map(path: string, start: number, length: number, inode: number | null = null): FileWindow {
    const file = this.#system.open(path, 'r');
    try {
      if (inode !== null && file.inode !== inode) throw staleFile(path);
      return file.mapPrivate(start, length);
    } finally {
      file.close();
    }
  }

  /** As long as it is when it is open: another process may have put a shorter one in its place. */
  #mapWhole(path: string): FileWindow {
    const file = this.#system.open(path, 'r');
    try {
      const size = file.size();
      if (size === 0) throw staleFile(path);
      return file.mapPrivate(0, size);
    } finally {
      file.close();
    }
  }

  async #copy(copies: CopiedWindows, source: WindowSource, from: number, to: number, mappable: number): Promise<void> {
    const { start, length } = this.#extent(source, from, to, mappable);
    const { forgotten } = source;
    const window = await copies.read(source.path, start, length);
    // Asked afterwards: a file that still stands there has stood there all the time.
    if (source.inode !== null && this.#system.entry(source.path)?.inode !== source.inode) throw staleFile(source.path);
    if (source.forgotten === forgotten) this.#keep(source, window);
  }

  #extent(source: WindowSource, from: number, to: number, mappable: number): { start: number; length: number } {
    assert(to <= mappable, 'a read past what is mappable:', source.path, to, mappable);
    const start = this.#startOf(from);
    return { start, length: Math.max(Math.min(2 * this.#step, mappable - start), to - start) };
  }

  #startOf(position: number): number {
    return Math.floor(position / this.#step) * this.#step;
  }

  /** Keeps a window in place of a shorter one. */
  #keep(source: WindowSource, window: FileWindow): FileWindow {
    const shorter = source.windows.get(window.start);
    if (shorter !== undefined) this.#kept.remove(shorter);
    const kept = new KeptWindow(window, source);
    this.#kept.add(kept);
    source.windows.set(window.start, kept);
    source.latest = kept;
    return kept;
  }

  #make<T>(file: WholeFile<T>, make: (bytes: Uint8Array) => T): T {
    const { path } = file;
    const size = Math.max(this.#system.sizeOf(path), 0);
    const window = size > WHOLE_COPIED_MAX ? this.#mapWhole(path) : null;
    const made = make(window === null ? readWholeFile(this.#system, path, size) : window.bytes);
    file.made = made;
    file.window = window;
    file.size = window?.length ?? size;
    this.#kept.add(file);
    return made;
  }
}
