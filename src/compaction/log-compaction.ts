/**
 * One pass of compaction over a log: its dirty keys into the map, then its segments group by group, each swapped in when it is on stable storage.
 *
 * The reading and writing is done by an executor, in a worker thread; what happens here are the swaps, one turn of the event loop each. The log goes on
 * meanwhile: is a segment of it cut or deleted that a group has, or is the log closed, the pass ends there and leaves what it did so far. After a throw the log is whole,
 * too, with the groups that were done.
 */
import type { FileSystem } from '../file/file-system.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { indexSettings } from '../log/segment-list.ts';
import { dropCleaned, type NewSegment } from '../log/segment-swap.ts';
import {
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';
import type { Segment } from '../segment/segment.ts';
import { fromPlainError } from '../worker/error-transfer.ts';
import type { Executor } from '../worker/executor.ts';
import type { FilterRules } from './batch-filter.ts';
import type { CleanableRange } from './cleanable-range.ts';
import { type TransactionsState, transactionsFrom } from './cleaned-transactions.ts';
import { type CompactionControl, isGivenUp } from './compaction-control.ts';
import type { CompactionOutcome, CompactionTask } from './compaction-task.ts';
import { OffsetMap, type OffsetMapState } from './offset-map.ts';
import type { CleaningReport } from './segment-cleaning.ts';
import { type GroupedSegment, groupSegments } from './segment-groups.ts';
import { lastRecords } from './stable-part.ts';

export type CompactionExecutor = Executor<CompactionTask, CompactionOutcome>;

export interface PassOptions {
  readonly system: FileSystem;
  readonly executor: CompactionExecutor;
  readonly control: CompactionControl;
  /** Memory for the map, at most. */
  readonly bufferBytes: number;
  readonly now: number;
}

/** What a pass did. */
export interface PassReport {
  /** Everything before it is clean now; the first dirty offset as it was when the pass was given up. */
  endOffset: number;
  isGivenUp: boolean;
  keys: number;
  /** Of the dirty part for the map, and of all for the new segments. */
  bytesRead: number;
  bytesWritten: number;
  recordsRead: number;
  recordsKept: number;
  recordsWithoutKey: number;
  segmentsBefore: number;
  segmentsAfter: number;
}

const NEW_SUFFIXES = [LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX];

interface Member extends GroupedSegment {
  readonly segment: Segment;
}

export function compactOnce(log: PartitionLog, range: CleanableRange, options: PassOptions): Promise<PassReport> {
  return new Pass(log, range, options).run();
}

class Pass {
  readonly #log: PartitionLog;
  readonly #range: CleanableRange;
  readonly #options: PassOptions;
  readonly #report: PassReport;

  constructor(log: PartitionLog, range: CleanableRange, options: PassOptions) {
    this.#log = log;
    this.#range = range;
    this.#options = options;
    this.#report = {
      endOffset: range.firstDirtyOffset,
      isGivenUp: false,
      keys: 0,
      bytesRead: 0,
      bytesWritten: 0,
      recordsRead: 0,
      recordsKept: 0,
      recordsWithoutKey: 0,
      segmentsBefore: 0,
      segmentsAfter: 0,
    };
  }

  async run(): Promise<PassReport> {
    const { firstDirtyOffset, bound, segments } = this.#range;
    const report = this.#report;
    if (firstDirtyOffset >= bound || segments.length === 0) return report;
    const members = this.#members();
    const map = await this.#index(members);
    if (map === null) return this.#givenUp();
    // A record that is on stable storage may go when what outdates it is there, too.
    if (this.#log.durableOffset < bound && !(await this.#flush())) return this.#givenUp();
    const groups = groupSegments(
      members.filter(({ baseOffset }) => baseOffset <= map.latestOffset),
      { segmentBytes: this.#log.settings.segmentBytes, indexBytes: this.#log.settings.segmentIndexBytes },
    );
    const from = members[0].baseOffset;
    let transactions = transactionsFrom(this.#log.abortedInSegments(from, bound), from);
    for (const group of groups) {
      const cleaned = await this.#clean(map, group, transactions);
      if (cleaned === null) return this.#givenUp();
      transactions = cleaned;
    }
    report.endOffset = map.latestOffset + 1;
    return report;
  }

  async #index(members: readonly Member[]): Promise<OffsetMapState | null> {
    const { firstDirtyOffset, bound } = this.#range;
    const { bufferBytes } = this.#options;
    const task: CompactionTask = {
      kind: 'index',
      ...this.#work(OffsetMap.allocate(bufferBytes, bound - firstDirtyOffset)),
      options: {
        directory: this.#log.directory,
        segments: members.filter(({ endOffset }) => endOffset > firstDirtyOffset).map(plain),
        startOffset: firstDirtyOffset,
        aborted: this.#log.abortedInSegments(firstDirtyOffset, bound),
      },
    };
    const outcome = await this.#run(task, []);
    if (outcome === null || outcome.kind !== 'indexed') return null;
    const { map, report } = outcome;
    this.#report.keys = map.count;
    this.#report.bytesRead += report.bytesRead;
    return map;
  }

  /** Compacts a group and swaps it in. Null when it was given up. */
  async #clean(
    map: OffsetMapState,
    group: readonly Member[],
    transactions: TransactionsState,
  ): Promise<TransactionsState | null> {
    const log = this.#log;
    const { now, executor } = this.#options;
    const { settings } = log;
    const rules: FilterRules = {
      producers: lastRecords(log),
      highWatermark: log.highWatermark,
      now,
      deleteRetentionMs: settings.deleteRetentionMs,
    };
    const task: CompactionTask = {
      kind: 'clean',
      ...this.#work(map),
      options: {
        directory: log.directory,
        segments: group.map(plain),
        transactions,
        rules,
        indexes: indexSettings(settings),
      },
    };
    const outcome = await this.#run(task, group);
    if (outcome === null || outcome.kind !== 'cleaned') return null;
    const { report } = outcome;
    const old = group.map(({ segment }) => segment);
    const left = log.replaceSegments(old, report.segments);
    if (left === null) return null;
    // The names must be durable before the files go that would be needed without them.
    if (!(await this.#flush())) return null;
    const removal = await executor.run({ kind: 'remove', paths: left });
    if (removal.kind === 'failed' && !log.isClosed) throw fromPlainError(removal.error);
    this.#count(report, group.length);
    return report.transactions;
  }

  /** False: the log was closed meanwhile. */
  async #flush(): Promise<boolean> {
    try {
      await this.#log.flush();
    } catch (error) {
      if (this.#log.isClosed) return false;
      throw error;
    }
    return true;
  }

  /** Null when it was given up, or failed because what it read is there no more; then nothing of it is left. */
  async #run(task: CompactionTask, group: readonly Member[]): Promise<CompactionOutcome | null> {
    const { control, executor, system } = this.#options;
    const outcome = await executor.run(task);
    if (outcome.kind !== 'given up' && outcome.kind !== 'failed') return outcome;
    if (group.length > 0) dropCleaned(system, this.#log.directory, this.#leftOf(group));
    const isWanted = !isGivenUp(control) && this.#isUnchanged(group);
    if (outcome.kind === 'failed' && isWanted) throw fromPlainError(outcome.error);
    return null;
  }

  #isUnchanged(group: readonly Member[]): boolean {
    if (this.#log.isClosed) return false;
    const present = new Set(this.#log.sealedSegments);
    return (group.length > 0 ? group : this.#members()).every(({ segment }) => present.has(segment));
  }

  /** Any of the files that an unfinished group may have left. */
  #leftOf(group: readonly Member[]): NewSegment[] {
    return group.map(({ baseOffset }) => ({ baseOffset, size: 0, suffixes: NEW_SUFFIXES }));
  }

  #members(): Member[] {
    const { segments, bound } = this.#range;
    return segments.map((segment, i) => ({
      segment,
      baseOffset: segment.baseOffset,
      size: segment.size,
      endOffset: segments[i + 1]?.baseOffset ?? bound,
      offsetIndexBytes: Math.max(0, this.#options.system.sizeOf(segment.path(OFFSET_INDEX_SUFFIX))),
      timeIndexBytes: Math.max(0, this.#options.system.sizeOf(segment.path(TIME_INDEX_SUFFIX))),
    }));
  }

  #work(map: OffsetMapState): Pick<PassOptions, 'control'> & { readonly map: OffsetMapState } {
    return { control: this.#options.control, map };
  }

  #givenUp(): PassReport {
    this.#report.isGivenUp = true;
    return this.#report;
  }

  #count(cleaned: CleaningReport, segmentsBefore: number): void {
    const report = this.#report;
    report.bytesRead += cleaned.bytesRead;
    report.bytesWritten += cleaned.bytesWritten;
    report.recordsRead += cleaned.recordsRead;
    report.recordsKept += cleaned.recordsKept;
    report.recordsWithoutKey += cleaned.recordsWithoutKey;
    report.segmentsBefore += segmentsBefore;
    report.segmentsAfter += cleaned.segments.length;
  }
}

function plain({ baseOffset, size, endOffset }: Member): { baseOffset: number; size: number; endOffset: number } {
  return { baseOffset, size, endOffset };
}
