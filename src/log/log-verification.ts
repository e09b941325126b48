/**
 * Checks one partition: its segments, one after another, and what lies beside them: leader epochs, transaction indexes, producer snapshots. Changes nothing.
 *
 * Yields what it finds and how far it is, and lets others work in between. Works beside a writer, and on what Kafka wrote: then the log is not settled, and its end may be behind
 * its batches, or ahead of them. A segment that retention removes meanwhile is passed over.
 */
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { isMillraceError } from '../errors.ts';
import { readCheckpoint } from '../file/checkpoint.ts';
import type { FileSystem } from '../file/file-system.ts';
import { isGone } from '../file/stale-file.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { type AbortedTransaction, decodeTransactionIndex, TRANSACTION_ENTRY_SIZE } from '../index/transaction-index.ts';
import { Findings, type Finding } from '../segment/finding.ts';
import { LOG_SUFFIX, segmentFile, SNAPSHOT_SUFFIX, TRANSACTION_INDEX_SUFFIX } from '../segment/segment-files.ts';
import { SegmentVerification } from '../segment/segment-verification.ts';
import { EpochAudit } from './epoch-audit.ts';
import { EPOCH_CHECKPOINT, readEpochs } from './epoch-checkpoint.ts';
import type { EpochEntry } from './leader-epochs.ts';
import { checkNames, isUnwritten, snapshotsIn } from './log-directory-check.ts';
import { listSegments, type SegmentFiles } from './log-directory.ts';
import type { LogSettings } from './log-settings.ts';
import { decodeProducerSnapshot, type ProducerEntry } from './producer-snapshot.ts';
import { indexSettings } from './segment-list.ts';
import { compareAborted, TransactionAudit } from './transaction-audit.ts';

export interface LogVerificationOptions {
  readonly directory: string;
  /** The last stop was a clean one, and nobody has written since. */
  readonly settled: boolean;
  /** By which the indexes were made; null where that is not known. */
  readonly settings: LogSettings | null;
  /** The log was compacted: offsets may be missing. */
  readonly compacted: boolean;
  /** Where the log was last said to start. */
  readonly startOffset: number;
}

export interface LogSummary {
  readonly segments: number;
  readonly batches: number;
  readonly records: number;
  /** Bytes of the `.log` files that were walked. */
  readonly bytes: number;
  readonly startOffset: number;
  /** Null where the log cannot be read up to its end. */
  readonly endOffset: number | null;
  readonly findings: readonly Finding[];
}

/** A writer puts right within that time what only looks wrong. */
const PAUSE_MS = 5;

/** Yields the bytes of the log that were walked so far. */
export async function* verifyLog(
  system: FileSystem,
  options: LogVerificationOptions,
): AsyncGenerator<number, LogSummary> {
  const run = new LogVerification(system, options);
  yield* run.segments();
  return run.summary();
}

class LogVerification {
  readonly #system: FileSystem;
  readonly #options: LogVerificationOptions;
  readonly #findings = new Findings();
  readonly #files: readonly SegmentFiles[];
  readonly #epochs: EpochAudit;
  readonly #hasEpochs: boolean;
  /** Null where it cannot be known which transactions there are. */
  readonly #transactions: TransactionAudit | null;
  readonly #counts = { batches: 0, records: 0, bytes: 0 };
  #nextOffset: number | null;
  /** Every byte of every segment could be read. */
  #isWhole = true;
  #hasBatchEpochs = false;

  constructor(system: FileSystem, options: LogVerificationOptions) {
    this.#system = system;
    this.#options = options;
    const { directory, settled, compacted, startOffset } = options;
    // What derives from the log is read before it: a writer adds to the log first.
    const checkpointPath = join(directory, EPOCH_CHECKPOINT);
    const entries = this.#readEpochs(checkpointPath);
    this.#hasEpochs = system.exists(checkpointPath);
    this.#epochs = new EpochAudit(this.#findings, {
      checkpointPath,
      entries,
      settled,
      startOffset,
      mayHaveGaps: compacted,
    });
    checkNames(system, directory, this.#findings, settled);
    this.#files = listSegments(system, directory);
    this.#nextOffset = this.#files[0]?.baseOffset ?? 0;
    this.#transactions = this.#startTransactions();
  }

  async *segments(): AsyncGenerator<number> {
    for (let i = 0; i < this.#files.length; i++) {
      const { baseOffset } = this.#files[i];
      try {
        yield* this.#segment(i);
      } catch (error) {
        if (this.#options.settled || !isGone(error) || this.#system.exists(this.#logPath(baseOffset))) throw error;
        this.#nextOffset = null;
        this.#isWhole = false;
      }
    }
  }

  summary(): LogSummary {
    const startOffset = this.#files[0]?.baseOffset ?? 0;
    const { directory } = this.#options;
    if (this.#isWhole && this.#nextOffset !== null) this.#epochs.end(startOffset, this.#nextOffset);
    if (!this.#hasEpochs && this.#hasBatchEpochs)
      this.#findings.add(
        'missing',
        join(directory, EPOCH_CHECKPOINT),
        null,
        'the checkpoint of the leader epochs is missing',
      );
    this.#checkSnapshots();
    return {
      segments: this.#files.length,
      ...this.#counts,
      startOffset,
      endOffset: this.#isWhole ? this.#nextOffset : null,
      findings: this.#findings.all,
    };
  }

  async *#segment(i: number): AsyncGenerator<number> {
    const { baseOffset } = this.#files[i];
    const { directory, settings, compacted } = this.#options;
    if (this.#nextOffset !== null && baseOffset < this.#nextOffset) {
      // An empty one is left of a roll that failed, after which the one before it was written on.
      if (this.#files[i].size === 0 && !this.#options.settled) return;
    }
    const expected = this.#nextOffset;
    if (expected !== null && baseOffset > expected && !compacted)
      this.#findings.add(
        'gap',
        this.#logPath(baseOffset),
        null,
        `the segment before it ends with offset ${expected - 1}`,
      );
    const settled = this.#options.settled || !this.#mayBeActive(i);
    const path = this.#logPath(baseOffset);
    const verification = new SegmentVerification(this.#system, this.#findings, {
      directory,
      baseOffset,
      settled,
      settings: settings === null ? null : indexSettings(settings),
      // A gap between two segments was told already.
      nextOffset: expected !== null && expected > baseOffset ? expected : baseOffset,
      mayHaveGaps: compacted,
      onBatch: (header, position, control) => {
        if (header.leaderEpoch >= 0) this.#hasBatchEpochs = true;
        this.#epochs.batch(header, path, position);
        this.#transactions?.batch(header, control);
      },
    });
    const before = this.#counts.bytes;
    try {
      for (let state = verification.step(); state !== 'done'; state = verification.step()) {
        if (state === 'again') await setTimeout(PAUSE_MS);
        else await setImmediate();
        yield before + verification.bytes;
      }
    } finally {
      verification.close();
      this.#counts.batches += verification.batches;
      this.#counts.records += verification.records;
      this.#counts.bytes = before + verification.bytes;
    }
    this.#nextOffset = verification.nextOffset;
    this.#isWhole &&= verification.isWhole;
    this.#checkTransactions(baseOffset, settled);
    // Its writer has removed it meanwhile, the log first: what was missing then is no fault.
    if (!this.#options.settled && !this.#system.exists(path))
      this.#findings.forget(segmentFile(directory, baseOffset, ''));
    yield this.#counts.bytes;
  }

  /** The last segment is written, and the one before it may be as long as the last one is empty. */
  #mayBeActive(i: number): boolean {
    const last = this.#files.length - 1;
    if (i === last) return true;
    return i === last - 1 && isUnwritten(this.#system, this.#logPath(this.#files[last].baseOffset));
  }

  /** As they stand in the file: reading them for use drops what contradicts the last. */
  #readEpochs(path: string): readonly EpochEntry[] | null {
    try {
      if (readEpochs(this.#system, this.#options.directory) === null) return null;
      const lines = readCheckpoint(this.#system, path, 2) ?? [];
      const entries = lines.map(([epoch, startOffset]) => ({ epoch: Number(epoch), startOffset: Number(startOffset) }));
      for (let i = 1; i < entries.length; i++) {
        const [before, after] = [entries[i - 1], entries[i]];
        if (after.epoch > before.epoch && after.startOffset > before.startOffset) continue;
        const message = `epoch ${before.epoch} from ${before.startOffset} is followed by epoch ${after.epoch} from ${after.startOffset}`;
        this.#findings.add('checkpoint', path, null, message);
        return null;
      }
      return entries;
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      this.#findings.add('checkpoint', path, null, error.message);
      return null;
    }
  }

  #startTransactions(): TransactionAudit | null {
    const [first] = this.#files;
    // Compaction takes markers and data away, and leaves the index what is left of them.
    if (first === undefined || this.#options.compacted) return null;
    if (first.baseOffset === 0) return new TransactionAudit();
    const producers = this.#producersAt(segmentFile(this.#options.directory, first.baseOffset, SNAPSHOT_SUFFIX));
    return producers === null ? null : new TransactionAudit(producers);
  }

  #producersAt(path: string): readonly ProducerEntry[] | null {
    if (!this.#system.exists(path)) return null;
    try {
      return decodeProducerSnapshot(readWholeFile(this.#system, path), path).entries;
    } catch (error) {
      // Told when all snapshots are looked at.
      if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) return null;
      throw error;
    }
  }

  #checkTransactions(baseOffset: number, settled: boolean): void {
    const path = segmentFile(this.#options.directory, baseOffset, TRANSACTION_INDEX_SUFFIX);
    const expected = this.#transactions?.takeAborted() ?? null;
    let found: AbortedTransaction[];
    try {
      found = decodeTransactionIndex(readWholeFile(this.#system, path), path, baseOffset);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      this.#findings.add('index', path, error.position ?? null, error.message);
      return;
    }
    if (expected === null || !this.#isWhole) return;
    const difference = compareAborted(found, expected, !settled);
    if (difference !== null)
      this.#findings.add('index', path, difference.slot * TRANSACTION_ENTRY_SIZE, difference.message);
  }

  #checkSnapshots(): void {
    const { directory } = this.#options;
    for (const { name, offset } of snapshotsIn(this.#system, directory)) {
      const path = join(directory, name);
      try {
        const { entries } = decodeProducerSnapshot(readWholeFile(this.#system, path), path);
        const endOffset = this.#isWhole ? this.#nextOffset : null;
        if (endOffset !== null && offset > endOffset)
          this.#findings.add(
            'snapshot',
            path,
            null,
            `the snapshot is of offset ${offset}, and the log ends at ${endOffset}`,
          );
        for (const { producerId, lastOffset, currentTransactionFirstOffset } of entries) {
          if (lastOffset >= offset || currentTransactionFirstOffset >= offset)
            this.#findings.add('snapshot', path, null, `producer ${producerId} has offsets at or past ${offset}`);
        }
      } catch (error) {
        if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT'))
          this.#findings.add('snapshot', path, error.position ?? null, error.message);
        else if (!isGone(error)) throw error;
      }
    }
  }

  #logPath(baseOffset: number): string {
    return segmentFile(this.#options.directory, baseOffset, LOG_SUFFIX);
  }
}
