/**
 * The end of a `.log` file, where batches are encoded: reserved, mapped, and brought in ahead of the writer.
 *
 * Every byte that can be written has a block behind it (a store into a mapping without blocks kills the process). Reservation grows in
 * steps that double, so an idle partition holds little and a busy one rarely waits; from `AHEAD_FROM` on the next step is reserved, mapped
 * and its first pages are brought in by the pager's thread while the writer fills this one.
 *
 * Where windows are copies, what is stored into one is not in the file yet: `store` writes it there.
 *
 * All positions are bytes in the file. The tail knows no batch: who writes publishes.
 */
import { assert } from '../assert.ts';
import { isMillraceError } from '../errors.ts';
import type { CopiedWindows, FileSystem, FileWindow, LogFile, PreparedWindow } from '../file/file-system.ts';
import { POPULATE_AHEAD_BYTES, POPULATE_STEP_BYTES, RESERVE_STEP_MAX, RESERVE_STEP_MIN } from '../limits.ts';

/** Windows below this are made by the writer itself: the thread would cost more than it saves. */
const AHEAD_FROM = 1024 * 1024;
/** How much the next window overlaps this one, so that a batch that begins before the border lies in one window. */
const OVERLAP_MAX = 2 * 1024 * 1024;

/** A step that is used up sooner is followed by a larger one, so that an append seldom waits for one; one that lasts longer by a smaller one. */
const STEP_SHORT_MS = 250;
const STEP_LONG_MS = 1000;

/** A file that was flushed so often while a step lasted is one whose flushes somebody waits for. */
const FLUSHED_OFTEN = 8;

export interface TailOptions {
  /** Where the last batch ends. */
  readonly end: number;
  /** No byte at or past it is ever reserved. */
  readonly sizeMax: number;
  /** The first step: a hint from the segment before. */
  readonly firstStep?: number;
  /** Milliseconds that only go forward. */
  readonly now?: () => number;
}

export class SegmentTail {
  readonly file: LogFile;
  readonly #system: FileSystem;
  readonly #copies: CopiedWindows | undefined;
  #sizeMax: number;
  /** Where the last published batch ends. */
  #end: number;
  #reserved: number;
  #step: number;
  #window: FileWindow | null = null;
  /** Where in the file the window ends, or `sizeMax` before that: it may have been made under a larger one. */
  #windowEnd = 0;
  #next: PreparedWindow | null = null;
  #nextStart = 0;
  /** When `end` passes this, there is something to do ahead. */
  #attention = 0;
  #populated = 0;
  readonly #now: () => number;
  /** When the last step was taken, and how many flushes there had been. */
  #grownAt: number;
  #flushesBefore: number;
  /** The file is flushed all the time: what is made ahead must not be left for its flushes to write. */
  #flushedOften = false;

  constructor(system: FileSystem, file: LogFile, options: TailOptions) {
    this.#system = system;
    this.#copies = system.copies;
    this.file = file;
    this.#end = options.end;
    this.#sizeMax = options.sizeMax;
    this.#reserved = options.end;
    this.#step = options.firstStep ?? RESERVE_STEP_MIN;
    this.#now = options.now ?? (() => performance.now());
    this.#grownAt = this.#now();
    this.#flushesBefore = file.flushes;
  }

  get end(): number {
    return this.#end;
  }

  /** Bytes that have blocks. */
  get reserved(): number {
    return this.#reserved;
  }

  /** What readers may map when batches up to `end` are published: all that has blocks, but a copy must not have what is still to come. */
  mappable(end: number): number {
    return this.#copies === undefined ? this.#reserved : end;
  }

  /** The size of the last reservation: the hint for the next segment. */
  get step(): number {
    return this.#step;
  }

  get window(): FileWindow {
    assert(this.#window !== null, 'tail has no window yet');
    return this.#window;
  }

  /** How many bytes of the window may be written, from its beginning on. */
  get room(): number {
    return this.#windowEnd - this.window.start;
  }

  /**
   * Makes the window reach over [from, to), where `from` is at or past `end`. False when `to` is past the largest size. Throws
   * ERR_MILLRACE_NO_SPACE when the disk is full; then everything is as before.
   */
  cover(from: number, to: number): boolean {
    const window = this.#window;
    if (window !== null && from >= window.start && to <= this.#windowEnd) return true;
    if (to > this.#sizeMax) return false;
    this.#grow(from, to);
    return true;
  }

  /** Another largest size. What has been reserved past a smaller one stays, and is not written. */
  limit(sizeMax: number): void {
    this.#sizeMax = sizeMax;
    this.#attention = 0;
    this.#boundWindow();
  }

  /** Batches up to `end` are published; brings in what comes next. */
  advance(end: number): void {
    this.#end = end;
    this.file.settled = end;
    if (end >= this.#attention) this.#lookAhead(end);
  }

  /**
   * Sees to it that the file has [from, to) as the window has it: nothing to do where the window is the file. When it cannot, the file ends
   * with the last published batch again: no piece of an append may stay behind it, where a later one might make it look whole.
   */
  store(from: number, to: number): void {
    if (this.#copies === undefined) return;
    const { bytes, start } = this.window;
    try {
      this.file.write(bytes, from - start, to - start, from);
    } catch (error) {
      this.trim();
      throw error;
    }
  }

  /** Zeroes what an append that failed had written. */
  discard(from: number, to: number): void {
    const window = this.#window;
    if (window === null || to <= from) return;
    window.bytes.fill(0, Math.max(from - window.start, 0), Math.min(to - window.start, window.length));
  }

  /** Gives back what was reserved past the end: the file is then what Kafka would have written. The tail can go on. */
  trim(): void {
    this.#dropNext();
    if (this.#window !== null) this.#system.unmap(this.#window);
    this.#window = null;
    if (this.file.size() !== this.#end) this.file.truncate(this.#end);
    this.#reserved = this.#end;
  }

  /** Lets the window go and closes; leaves the file as it is. */
  abandon(): void {
    this.#dropNext();
    if (this.#window !== null) this.#system.unmap(this.#window);
    this.#window = null;
    this.file.close();
  }

  #grow(from: number, to: number): void {
    if (this.#next !== null && from >= this.#nextStart && this.#takeNext() && to <= this.#reserved) return;
    this.#dropNext();
    // An append that outgrows its window again and again is copied each time: twice the room keeps that to once a byte.
    const wanted = this.#copies === undefined ? to : Math.min(to + (to - from), this.#sizeMax);
    const size = this.#reserve(to, wanted);
    const start = from - (from % this.#system.pageSize);
    this.#use(this.file.mapShared(start, size - start), 0);
    this.#adaptStep();
  }

  /** A step that lasted long was large enough: what lies ahead of a slow writer is zeros that its next flush must write. */
  #adaptStep(): void {
    const now = this.#now();
    const lasted = now - this.#grownAt;
    this.#grownAt = now;
    const { flushes } = this.file;
    this.#flushedOften = flushes - this.#flushesBefore >= FLUSHED_OFTEN;
    this.#flushesBefore = flushes;
    if (lasted < STEP_SHORT_MS) this.#step = Math.min(this.#step * 2, this.#stepMax);
    else if (lasted > STEP_LONG_MS) this.#step = Math.max(this.#step / 2, RESERVE_STEP_MIN);
  }

  get #stepMax(): number {
    return this.#copies?.reserveStepMax ?? RESERVE_STEP_MAX;
  }

  /** Reserves a step, and up to `wanted` at least; where the disk has no room for that, just what is needed now. */
  #reserve(to: number, wanted: number): number {
    const size = this.#sizeFor(wanted);
    try {
      this.file.reserve(size);
      return size;
    } catch (error) {
      const least = Math.min(Math.ceil(to / this.#system.pageSize) * this.#system.pageSize, this.#sizeMax);
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE') || least >= size) throw error;
      this.file.reserve(least);
      // Asking for a large step at each page would take all that is left from everybody, again and again, for a moment.
      this.#step = RESERVE_STEP_MIN;
      return least;
    }
  }

  #takeNext(): boolean {
    const next = this.#next!;
    this.#next = null;
    try {
      this.#use(next.take(), POPULATE_AHEAD_BYTES);
      return true;
    } catch (error) {
      // It was more than is needed now, and there may be room again: the caller tries for itself.
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) throw error;
      this.#step = RESERVE_STEP_MIN;
      return false;
    }
  }

  #use(window: FileWindow, populated: number): void {
    const before = this.#window;
    if (before !== null) {
      if (this.#copies !== undefined) carryOver(before, window);
      this.#system.unmap(before);
    }
    this.#window = window;
    this.#reserved = window.start + window.length;
    this.#boundWindow();
    this.#populated = populated;
    this.#attention = 0;
  }

  #boundWindow(): void {
    this.#windowEnd = Math.min(this.#reserved, this.#sizeMax);
  }

  #sizeFor(to: number): number {
    const pageSize = this.#system.pageSize;
    const wanted = Math.max(this.#reserved + this.#step, to);
    return Math.min(Math.ceil(wanted / pageSize) * pageSize, this.#sizeMax);
  }

  #lookAhead(end: number): void {
    const window = this.#window;
    if (window === null || window.length < AHEAD_FROM) {
      this.#attention = Infinity;
      return;
    }
    const at = end - window.start;
    const to = Math.min(at + POPULATE_AHEAD_BYTES, window.length);
    const from = Math.max(at, this.#populated);
    if (to > from && !this.#flushedOften) this.#system.populate(window, from, to);
    this.#populated = Math.max(to, this.#populated);
    if (this.#next === null && at > window.length / 2 && this.#reserved < this.#sizeMax) this.#prepareNext(window);
    this.#attention = end + Math.min(POPULATE_STEP_BYTES, Math.ceil(window.length / 8));
  }

  #prepareNext(window: FileWindow): void {
    const size = this.#sizeFor(this.#reserved);
    const overlap = Math.min(window.length / 4, OVERLAP_MAX);
    const start = this.#reserved - overlap;
    this.#nextStart = start - (start % this.#system.pageSize);
    this.#adaptStep();
    const populate = Math.min(size - this.#nextStart, POPULATE_AHEAD_BYTES);
    this.#next = this.file.prepare(size, this.#nextStart, populate, this.#flushedOften);
  }

  #dropNext(): void {
    this.#next?.cancel();
    this.#next = null;
  }
}

/** What an append has encoded so far stands in no file yet. */
function carryOver(before: FileWindow, after: FileWindow): void {
  const from = Math.max(before.start, after.start);
  const to = Math.min(before.start + before.length, after.start + after.length);
  if (to > from) after.bytes.set(before.bytes.subarray(from - before.start, to - before.start), from - after.start);
}
