/** What compaction has done: one run, and all of a store together. Plain counters. */
import type { Clock } from '../clock.ts';
import type { PassReport } from '../compaction/log-compaction.ts';
import type { TopicPartition } from '../types.ts';

/** What one run over a log did. */
export interface CompactionResult {
  readonly topic: string;
  readonly partition: number;
  /** Where the dirty part began. */
  startOffset: number;
  /** Everything before it is clean now. */
  endOffset: number;
  /** More than one when the keys did not fit into the memory for them. */
  passes: number;
  /** The log was cut, deleted or closed meanwhile: only a part was done. */
  isGivenUp: boolean;
  /** Bytes read for the map of keys and for the new segments together. */
  bytesRead: number;
  bytesWritten: number;
  /** Records in the segments that were replaced, and in those that replaced them. */
  recordsRead: number;
  recordsKept: number;
  /** Records that had no key, and are gone. */
  recordsWithoutKey: number;
  segmentsBefore: number;
  segmentsAfter: number;
  elapsedMs: number;
}

export function newResult(topic: string, partition: number): CompactionResult {
  return {
    topic,
    partition,
    startOffset: 0,
    endOffset: 0,
    passes: 0,
    isGivenUp: false,
    bytesRead: 0,
    bytesWritten: 0,
    recordsRead: 0,
    recordsKept: 0,
    recordsWithoutKey: 0,
    segmentsBefore: 0,
    segmentsAfter: 0,
    elapsedMs: 0,
  };
}

export function addPass(result: CompactionResult, pass: PassReport): void {
  result.passes++;
  result.bytesRead += pass.bytesRead;
  result.bytesWritten += pass.bytesWritten;
  result.recordsRead += pass.recordsRead;
  result.recordsKept += pass.recordsKept;
  result.recordsWithoutKey += pass.recordsWithoutKey;
  result.segmentsBefore += pass.segmentsBefore;
  result.segmentsAfter += pass.segmentsAfter;
}

export class CompactionStatistics {
  readonly #clock: Clock;
  /** Runs that ended, and those of them that were given up. */
  runs = 0;
  givenUp = 0;
  /** Runs that threw. */
  failures = 0;
  bytesRead = 0;
  bytesWritten = 0;
  recordsRead = 0;
  recordsKept = 0;
  /** The largest part of a log that was dirty, when it was looked at last. */
  maxDirtyRatio = 0;
  /** How long the last run took, and the longest one. */
  lastRunMs = 0;
  maxRunMs = 0;
  /** When the last run ended, or the store was opened: milliseconds since 1970. */
  lastRunAt: number;
  /** Partitions that could not be compacted and are left alone, by topic and number. */
  readonly uncleanable = new Map<string, TopicPartition>();

  constructor(clock: Clock) {
    this.#clock = clock;
    this.lastRunAt = clock.now();
  }

  ran(result: CompactionResult): void {
    this.runs++;
    if (result.isGivenUp) this.givenUp++;
    this.bytesRead += result.bytesRead;
    this.bytesWritten += result.bytesWritten;
    this.recordsRead += result.recordsRead;
    this.recordsKept += result.recordsKept;
    this.lastRunMs = result.elapsedMs;
    this.maxRunMs = Math.max(this.maxRunMs, result.elapsedMs);
    this.lastRunAt = this.#clock.now();
  }
}
