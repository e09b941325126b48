/**
 * The segments of a log in the order of their base offsets; the last one is the active one.
 *
 * Finding the segment of an offset is a binary search over an array, and usually the one that was found last time.
 */
import { assert } from '../assert.ts';
import type { LogFile } from '../file/file-system.ts';
import { GrowingIndexes } from '../segment/growing-indexes.ts';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from '../segment/segment-files.ts';
import { SegmentWriter } from '../segment/segment-writer.ts';
import { Segment, type SegmentEnvironment } from '../segment/segment.ts';
import type { LogSettings } from './log-settings.ts';
import { SegmentRemoval } from './segment-removal.ts';
import { type UnmadeOptions, UnmadeSegment } from './unmade-segment.ts';

export class SegmentList {
  readonly environment: SegmentEnvironment;
  readonly directory: string;
  readonly #segments: Segment[] = [];
  /** Their base offsets, side by side: the search for one segment touches no other. */
  readonly #baseOffsets: number[] = [];
  /** Running maximum of the segments' largest timestamps, as far as it was asked for; the active segment is never in it. */
  #maxTimestamps: number[] = [];
  #latest = 0;
  #writer: SegmentWriter | null = null;
  readonly #removal: SegmentRemoval;
  #unmade: UnmadeSegment | null = null;

  constructor(environment: SegmentEnvironment, directory: string) {
    this.environment = environment;
    this.directory = directory;
    this.#removal = new SegmentRemoval(environment.system);
  }

  get all(): readonly Segment[] {
    return this.#segments;
  }

  get count(): number {
    return this.#segments.length;
  }

  get first(): Segment {
    return this.#segments[0];
  }

  get active(): Segment {
    return this.#segments[this.#segments.length - 1];
  }

  /** The writer of the active segment; a log that is only read has none. */
  get writer(): SegmentWriter {
    assert(this.#writer !== null, 'log has no writer');
    return this.#writer;
  }

  get hasWriter(): boolean {
    return this.#writer !== null;
  }

  /** Total bytes of all segments. */
  get size(): number {
    return this.#segments.reduce((sum, segment) => sum + segment.size, 0);
  }

  /** Adds a segment behind the others. */
  push(segment: Segment): void {
    assert(this.count === 0 || segment.baseOffset > this.active.baseOffset, 'segments out of order');
    this.#segments.push(segment);
    this.#baseOffsets.push(segment.baseOffset);
  }

  write(writer: SegmentWriter): void {
    assert(writer.segment === this.active, 'writer of another segment');
    this.#writer = writer;
  }

  /** Slot of the last segment with a base offset of at most `offset`; 0 where all lie after it. */
  slotOf(offset: number): number {
    const baseOffsets = this.#baseOffsets;
    const latest = this.#latest;
    // Past the last one `undefined` stands, which is not above any offset.
    if (baseOffsets[latest] <= offset && !(baseOffsets[latest + 1] <= offset)) return latest;
    let low = 0;
    let high = baseOffsets.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (baseOffsets[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    this.#latest = low;
    return low;
  }

  /** Slot of the first segment that has a record with a timestamp of at least `timestamp`; `count` where none has. */
  slotOfTimestamp(timestamp: number): number {
    const sealed = this.count - 1;
    while (this.#maxTimestamps.length < sealed) {
      const slot = this.#maxTimestamps.length;
      const before = slot === 0 ? -1 : this.#maxTimestamps[slot - 1];
      this.#maxTimestamps.push(Math.max(before, this.#segments[slot].maxTimestamp));
    }
    let low = 0;
    let high = sealed;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#maxTimestamps[middle] >= timestamp) high = middle;
      else low = middle + 1;
    }
    return low === sealed && this.active.maxTimestamp < timestamp ? this.count : low;
  }

  /** Creates an empty segment behind the others and makes it the active one. Returns what sealing the one before left to sync. */
  roll(baseOffset: number, settings: LogSettings, now: number): LogFile[] {
    const path = segmentFile(this.directory, baseOffset, LOG_SUFFIX);
    const { system } = this.environment;
    // The new file first: when that fails, the old segment is still whole and active.
    system.open(path, 'w+').close();
    const before = this.#writer;
    let sealed: LogFile[] = [];
    const firstStep = before?.step;
    try {
      if (before !== null) sealed = before.seal();
    } catch (error) {
      system.remove(path);
      throw error;
    }
    this.#begin(baseOffset, settings, { now, firstStep });
    return sealed;
  }

  /**
   * As `roll`, when the segments before it are about to be removed: nothing of the active one is written down or synced, and the new one has no file
   * until it is written, the ones before it are removed, or the log is closed. Then `made` is called.
   */
  rollPast(baseOffset: number, settings: LogSettings, now: number, made: UnmadeOptions['made']): void {
    const before = this.#writer;
    const unmade = new UnmadeSegment(this.environment.system, {
      path: segmentFile(this.directory, baseOffset, LOG_SUFFIX),
      before,
      made,
    });
    this.#unmade = unmade;
    const make = (): void => {
      if (this.#unmade !== unmade) return;
      unmade.makeBehind();
      this.#unmade = null;
    };
    this.#begin(baseOffset, settings, { now, firstStep: before?.step, make });
  }

  /** Makes the file of the active segment if there is none, since those before it go now. Throws when that fails, and has changed nothing. */
  makeActive(): void {
    this.#unmade?.makeAlone();
    this.#unmade = null;
  }

  /** The `.log` that has what was written last, if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.#unmade?.openFile ?? this.#writer?.openFile ?? null;
  }

  #begin(
    baseOffset: number,
    settings: LogSettings,
    { now, firstStep, make }: { now: number; firstStep: number | undefined; make?: () => void },
  ): void {
    const segment = new Segment(this.environment, this.directory, baseOffset, 0);
    this.push(segment);
    const indexes = GrowingIndexes.empty(indexSettings(settings), baseOffset);
    this.write(
      new SegmentWriter(this.environment, segment, indexes, {
        segmentBytes: settings.segmentBytes,
        firstStep,
        now,
        make,
      }),
    );
  }

  /**
   * Removes segments [from, to): their names are gone when it returns, and views that readers hold stay valid. From the log's end on, or from its
   * beginning on, so that a crash in between leaves no hole; a power failure neither, when each removal is `synced` before the next.
   */
  remove(from: number, to: number, synced = false): void {
    const fromEnd = to === this.count;
    if (fromEnd && this.#writer !== null) {
      this.#unmade?.leave();
      this.#unmade = null;
      this.#writer.leave();
      this.#writer = null;
    }
    this.#latest = 0;
    this.#maxTimestamps.length = Math.min(this.#maxTimestamps.length, from);
    let removed = 0;
    try {
      for (; removed < to - from; removed++) {
        this.#removal.remove(this.#segments[fromEnd ? to - 1 - removed : from + removed]);
        if (synced) this.environment.system.syncDirectory(this.directory);
      }
    } finally {
      const first = fromEnd ? to - removed : from;
      this.#segments.splice(first, removed);
      this.#baseOffsets.splice(first, removed);
    }
  }

  /** Removes a segment that has nothing, and is not the active one. A snapshot of producers that begins there is still the newest, and stays. */
  removeEmpty(slot: number): void {
    assert(this.#segments[slot].size === 0 && slot < this.count - 1, 'a segment that has something');
    const segment = this.#segments[slot];
    segment.forget();
    for (const suffix of [LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX])
      this.environment.system.remove(segment.path(suffix));
    this.#segments.splice(slot, 1);
    this.#baseOffsets.splice(slot, 1);
    this.#maxTimestamps.length = Math.min(this.#maxTimestamps.length, slot);
    this.#latest = 0;
  }

  /**
   * Takes the first `count` segments out of the list; views that readers hold stay valid. Their files follow, on another thread: only for what lies
   * before a log start that is on stable storage.
   */
  leave(count: number): void {
    assert(count < this.count, 'the active segment stays');
    const leaving = this.#segments.splice(0, count);
    this.#baseOffsets.splice(0, count);
    this.#latest = 0;
    this.#maxTimestamps = [];
    this.#removal.leave(leaving, this.count > 1 || this.#unmade === null ? undefined : () => this.makeActive());
  }

  /** As `leave`, of segments that an opening has found and that are not in the list. */
  leaveFound(files: readonly { readonly baseOffset: number; readonly size: number }[]): void {
    const { environment, directory } = this;
    this.#removal.leave(files.map(({ baseOffset, size }) => new Segment(environment, directory, baseOffset, size)));
  }

  /** The files of some segments that left are still there. */
  get isRemoving(): boolean {
    return this.#removal.isPending;
  }

  /** Tries again what could not be removed. */
  retryRemoval(): void {
    this.#removal.retry();
  }

  /** The files of all segments that left are gone when this returns. Before a log goes back to where they were. */
  finishRemoval(): void {
    this.#removal.finish();
  }

  /** Settles when the files of all removed segments are gone. Rejects when one could not be removed. */
  removed(): Promise<void> {
    return this.#removal.settled();
  }

  /** Puts `added` in the place of `old`, which are neighbours. Their files have been moved; views that readers hold stay valid. */
  replace(old: readonly Segment[], added: readonly Segment[]): void {
    const slot = this.slotOfAll(old);
    assert(slot >= 0, 'segments to be replaced are not in the list');
    for (const segment of old) segment.forget();
    this.#segments.splice(slot, old.length, ...added);
    this.#baseOffsets.splice(slot, old.length, ...added.map(({ baseOffset }) => baseOffset));
    this.#maxTimestamps.length = Math.min(this.#maxTimestamps.length, slot);
    this.#latest = 0;
  }

  /** Where these segments, themselves and not others of their offsets, stand side by side and sealed; -1 where they do not. */
  slotOfAll(segments: readonly Segment[]): number {
    const slot = this.#segments.indexOf(segments[0]);
    const areSealed = slot >= 0 && slot + segments.length < this.count;
    return areSealed && segments.every((segment, i) => this.#segments[slot + i] === segment) ? slot : -1;
  }

  /** Takes the last segment out of the list and leaves its files; its windows are forgotten. */
  pop(): void {
    this.#writer?.leave();
    this.#writer = null;
    this.#segments.pop()?.forget();
    this.#baseOffsets.pop();
    this.#maxTimestamps.length = Math.min(this.#maxTimestamps.length, this.count);
    this.#latest = 0;
  }

  /** Forgets what was cached of all segments, and the writer. Files that were to go and are not gone yet stay. */
  close(): void {
    this.#removal.drop();
    for (const segment of this.#segments) segment.forget();
    this.#unmade?.abandon();
    this.#unmade = null;
    this.#writer = null;
  }
}

export function indexSettings(settings: LogSettings): { intervalBytes: number; bytesMax: number } {
  return { intervalBytes: settings.indexIntervalBytes, bytesMax: settings.segmentIndexBytes };
}
