/**
 * The producers of a log that is written: their states beside the log, and the files that tell of them.
 *
 * `check` before a write and `appended` after it: a write that fails changes nothing. Nothing is allocated for a log without producers. Snapshots are
 * written here and synced by the caller, with the log's other files.
 */
import type { Clock } from '../clock.ts';
import type { LogFile } from '../file/file-system.ts';
import { PRODUCER_ID_EXPIRATION_MS_DEFAULT } from '../limits.ts';
import type { Offset, Timestamp } from '../types.ts';
import { abortedIn } from './aborted-transactions.ts';
import type { FirstAppend, ProducedBatch, TransactionEnd } from './producer-state.ts';
import type { LoadedLog } from './log-loading.ts';
import { loadStates } from './producer-loading.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import { partlyAgain, ProducerStates } from './producer-states.ts';
import type { SegmentList } from './segment-list.ts';

export interface ProducersEnvironment {
  readonly clock: Clock;
  /** How long a producer is remembered that does not write (`producer.id.expiration.ms`); default: a day. */
  readonly producerIdExpirationMs?: number;
}

export class LogProducers {
  readonly #segments: SegmentList;
  readonly #snapshots: ProducerSnapshots;
  readonly #environment: ProducersEnvironment;
  #states: ProducerStates | null;

  /** Of a log that is opened. */
  static load(
    { segments, snapshots, hadProducers, endOffset }: Omit<LoadedLog, 'created'>,
    environment: ProducersEnvironment,
  ): LogProducers {
    const expiry = expiryOf(environment);
    // They tell of records that are no more.
    for (const offset of snapshots.offsets) if (offset > endOffset) snapshots.remove(offset);
    const states = hadProducers ? loadStates(segments, snapshots, endOffset, expiry) : null;
    snapshots.removeTorn();
    return new LogProducers(segments, snapshots, states, environment);
  }

  private constructor(
    segments: SegmentList,
    snapshots: ProducerSnapshots,
    states: ProducerStates | null,
    environment: ProducersEnvironment,
  ) {
    this.#segments = segments;
    this.#snapshots = snapshots;
    this.#states = states;
    this.#environment = environment;
  }

  /** Null for a log that has had no producer. */
  get states(): ProducerStates | null {
    return this.#states;
  }

  /** What is to be told of a batch that came before; null for one that may be appended. Throws for one that may not. */
  check(batch: ProducedBatch): FirstAppend | null {
    return this.#states === null ? null : this.#states.check(batch);
  }

  /** As `check`, for `count` batches that are to be appended together, of which `all` name a producer. */
  checkAll(all: readonly (ProducedBatch | TransactionEnd)[], count: number): FirstAppend | null {
    const [only] = all;
    if (count === 1 && !('offset' in only)) return this.check(only);
    const again = (this.#states ?? new ProducerStates()).checkAll(all);
    if (again !== null && all.length < count) throw partlyAgain();
    return again;
  }

  /** May a batch begin here of which it is not known yet where it ends? */
  checkNext(batch: ProducedBatch): void {
    this.#states?.get(batch.producerId)?.check(batch);
  }

  /** A producer's batch is about to be written at `endOffset`. Returns the file that must be durable with it, if there is one. */
  expect(endOffset: Offset): LogFile | null {
    if (this.#states !== null) return null;
    const file = this.#snapshots.write(endOffset, []);
    this.#states = new ProducerStates();
    return file;
  }

  /** The batch stands in the log. */
  appended(batch: ProducedBatch, now: Timestamp): void {
    this.#states!.append(batch, now);
  }

  /** All of them stand in the log, in the active segment. */
  appendedAll(all: readonly (ProducedBatch | TransactionEnd)[], highWatermark: Offset): void {
    const now = this.#environment.clock.now();
    for (const each of all) {
      if ('offset' in each) this.#ended(each, now, highWatermark);
      else this.appended(each, now);
    }
  }

  /** Writes what they are at `endOffset`, the log's end. Returns the file, to be synced; null when there is nothing to write. */
  snapshot(endOffset: Offset): LogFile | null {
    const states = this.#states;
    if (states === null) return null;
    this.expire();
    const file = this.#snapshots.write(endOffset, states.entries());
    if (file === null) return null;
    const bases = new Set(this.#segments.all.map((segment) => segment.baseOffset));
    this.#snapshots.prune((offset) => bases.has(offset));
    return file;
  }

  expire(): void {
    if (this.#states === null) return;
    const { now, expirationMs } = expiryOf(this.#environment);
    this.#states.expire(now, expirationMs);
  }

  /**
   * Gets ready for a cut to `endOffset`: what the producers were there is durable when this returns. The function returned is for when the log is
   * cut.
   */
  prepareCut(endOffset: Offset): () => void {
    const before = this.#states;
    if (before === null) return () => undefined;
    const states = loadStates(this.#segments, this.#snapshots, endOffset, expiryOf(this.#environment));
    this.#snapshots.removeTorn();
    const files: LogFile[] = [];
    try {
      // Of the part that stays nothing is looked at again after a crash, so its indexes go first.
      files.push(...this.#segments.writer.persistIndexes());
      const snapshot = this.#snapshots.write(endOffset, states.entries());
      if (snapshot !== null) files.push(snapshot);
      for (const file of files) file.sync();
    } finally {
      for (const file of files) file.close();
    }
    this.#segments.environment.system.syncDirectory(this.#segments.directory);
    return () => {
      states.keepUnreplicated(before, endOffset);
      this.#states = states;
      this.#snapshots.removed((offset) => offset > endOffset);
    };
  }

  /** The log was emptied. */
  clear(): void {
    this.#states = null;
    this.#snapshots.removed(() => true);
  }

  /** Compaction has removed the snapshots of segments that are no more. */
  snapshotsRemoved(isGone: (offset: Offset) => boolean): void {
    this.#snapshots.removed(isGone);
  }

  #ended(end: TransactionEnd, now: Timestamp, highWatermark: Offset): void {
    const aborted = this.#states!.end(end, now, highWatermark);
    if (aborted === null) return;
    const { active, count } = this.#segments;
    // An index that is not right is made again before it grows.
    abortedIn(this.#segments, count - 1);
    active.transactions.add(aborted);
  }
}

function expiryOf({ clock, producerIdExpirationMs = PRODUCER_ID_EXPIRATION_MS_DEFAULT }: ProducersEnvironment): {
  now: Timestamp;
  expirationMs: number;
} {
  return { now: clock.now(), expirationMs: producerIdExpirationMs };
}
