/**
 * A partition that a consumer reads: where it stands, what of it is in a caller's hands, and whether it waits for more.
 *
 * The position is the offset of the next record to be handed out, and moves past a batch when that has been dealt with. One reader at a time:
 * consumer-run.ts sees to it.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { BatchRun } from '../record/batches.ts';
import type { Offset, TopicPartition } from '../types.ts';
import { type Judge, surveyRun } from './batch-survey.ts';
import { committedOnly } from './committed-records.ts';
import { ConsumerBatch } from './consumer-batch.ts';
import type { CheckedConsumerOptions } from './consumer-options.ts';
import { type ConsumerPartitionStatistics, TopicCounters } from './consumer-statistics.ts';
import type { EventLoopShare } from './event-loop-share.ts';
import { presentEnd, resolveTarget, showPartition, type TopicLogs } from './topic-logs.ts';

const NO_EPOCH = -1;

/** On whose behalf a partition is read. */
export interface PartitionReader {
  readonly share: EventLoopShare;
  readonly isOver: boolean;
}

export class AssignedPartition implements TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly log: LogReader;
  isPaused = false;
  /** Its consumer's group does not let it be handed out: it is about to be taken away, or it is not known yet where it begins. */
  isHeld = false;
  /** Called once when nobody has it in hand any more. */
  onIdle: (() => void) | null = null;
  /** False from the time when it is not this consumer's any more. */
  isAssigned = true;
  /** It is being read, or what was read of it is in a caller's hands. */
  isBusy = false;
  /** What was handed out and is not yet dealt with; null too when the position was moved meanwhile. */
  inHand: ConsumerBatch | null = null;
  readonly #logs: TopicLogs;
  readonly #options: CheckedConsumerOptions;
  readonly #counters: TopicCounters;
  /** Records of the batch that was read last. */
  #recordsRead = 0;
  /** Records of transactions that are open or aborted are not handed out. */
  readonly #isCommitted: boolean;
  #position: Offset | null;
  /** Where the position was put last otherwise than by reading on, and the leader epoch of the record before it; -1 for none that is known. */
  #placed: { readonly offset: Offset | null; readonly leaderEpoch: number };
  /** How often the position was moved by a caller: what was on its way from the old one is not handed out. */
  #seeks = 0;
  /** Ends the wait for records, if there is one. */
  #waiting: AbortController | null = null;
  /** Why the wait ended, if not by records. */
  #problem: unknown = null;
  /** What is to be waited for when `read` has found nothing. */
  #waitFrom: Offset = 0;
  /** Records have come that nobody has read: they are in memory. */
  #isHot = false;

  constructor(
    logs: TopicLogs,
    { topic, partition }: TopicPartition,
    options: CheckedConsumerOptions,
    counters = new TopicCounters(),
  ) {
    this.topic = topic;
    this.partition = partition;
    this.log = logs.partition(topic, partition);
    this.#logs = logs;
    this.#options = options;
    this.#counters = counters;
    this.#isCommitted = options.isolation === 'read_committed';
    const { autoOffsetReset } = options;
    if (autoOffsetReset === 'none') this.#position = null;
    else
      this.#position = autoOffsetReset === 'earliest' ? this.log.startOffset : presentEnd(this.log, options.isolation);
    this.#placed = { offset: this.#position, leaderEpoch: NO_EPOCH };
  }

  /** Throws OFFSET_OUT_OF_RANGE when nothing has said where to begin. */
  get position(): Offset {
    if (this.#position !== null) return this.#position;
    throw this.#outOfRange(`${showPartition(this)} has no position, and autoOffsetReset is 'none'`);
  }

  /** Its records may be handed out. */
  get isWanted(): boolean {
    return this.isAssigned && !this.isPaused && !this.isHeld;
  }

  /** Null when nothing has said where to begin. */
  get knownPosition(): Offset | null {
    return this.#position;
  }

  get endOffset(): Offset {
    return this.#explaining(() => presentEnd(this.log));
  }

  /** A reader of committed records may stand in a transaction that is open: nothing is there for it then. */
  get lag(): number {
    const end = this.#explaining(() => presentEnd(this.log, this.#options.isolation));
    return Math.max(0, end - this.position);
  }

  get statistics(): ConsumerPartitionStatistics {
    const { topic, partition, isPaused, log } = this;
    const position = this.#position;
    let [lag, lead]: [number | null, number | null] = [null, null];
    try {
      if (position !== null) {
        lag = Math.max(0, presentEnd(log, this.#options.isolation) - position);
        lead = Math.max(0, position - log.startOffset);
      }
    } catch {
      // Closed, or not readable: who reads is told, and who only counts goes without.
    }
    return { topic, partition, position, lag, lead, isPaused };
  }

  /** What was read before is not handed out any more; what is in hand does not move the position. */
  seek(target: unknown): void {
    this.#moveTo(this.#explaining(() => resolveTarget(this.log, target, this.#options.isolation)));
  }

  /** Goes back to what was handed out and not dealt with, or to what was committed, unless a caller has moved the position since `seeks` was read. */
  rewind(offset: Offset, seeks: number, leaderEpoch = this.leaderEpochBefore(offset)): void {
    if (seeks === this.#seeks) this.#moveTo(offset, leaderEpoch);
  }

  /** The leader epoch of the last record that was read before `offset`, which is committed with it (KIP-320); -1 where it was not read, or nobody knows. */
  leaderEpochBefore(offset: Offset): number {
    if (offset === this.#placed.offset) return this.#placed.leaderEpoch;
    return this.log.isClosed ? NO_EPOCH : this.log.leaderEpochAt(offset - 1);
  }

  /** How often the position was moved otherwise than by reading on. */
  get seeks(): number {
    return this.#seeks;
  }

  /** The next records below `limit`; null when there are none, or when they are not wanted any more. */
  async read(limit: Offset, reader: PartitionReader): Promise<ConsumerBatch | null> {
    const problem = this.#problem;
    this.#problem = null;
    if (problem !== null) throw this.#explained(problem);
    const { log } = this;
    for (;;) {
      if (reader.share.isUsed) await reader.share.giveWay();
      if (reader.isOver) return null;
      const position = this.#explaining(() => this.#positionInLog());
      const { endOffset } = log;
      // Asked once: what is decided now stays so, and what is decided later is read later.
      const stable = this.#isCommitted ? this.#explaining(() => log.lastStableOffset) : endOffset;
      // A transaction ends with a marker, which is at the log's end.
      this.#waitFrom = position < stable ? position : endOffset;
      if (position >= limit || position >= stable) return null;
      const seeks = this.#seeks;
      const run = await this.#bring(position);
      if (run === null || seeks !== this.#seeks) continue;
      const until = Math.min(limit, stable);
      const judge = this.#isCommitted ? this.#judgeOf(run, until) : null;
      if (judge === 'outdated') continue;
      const survey = surveyRun(run, until, judge);
      if (survey.size > 0) {
        this.#recordsRead = survey.records;
        return new ConsumerBatch(this, run, survey, { highWatermark: log.endOffset, stable });
      }
      // Markers of transactions, what was aborted, or a gap that compaction has left.
      this.#position = survey.nextOffset;
    }
  }

  handOut(batch: ConsumerBatch): void {
    this.inHand = batch;
    this.#counters.batches++;
    this.#counters.records += this.#recordsRead;
    this.#counters.bytes += batch.size;
  }

  /** The records of `batch` before `offset` are dealt with. False when the others are not wanted any more. */
  moveWithin(batch: ConsumerBatch, offset: Offset): boolean {
    if (this.inHand !== batch) return false;
    this.#position = offset;
    return !this.isPaused && !this.isHeld;
  }

  /** All of `batch` is dealt with. */
  release(batch: ConsumerBatch): void {
    if (this.inHand === batch) this.#position = batch.nextOffset;
    this.letGo();
  }

  /** Nobody has it in hand any more: the position stays. */
  letGo(): void {
    this.inHand = null;
    this.isBusy = false;
    const { onIdle } = this;
    if (onIdle === null) return;
    this.onIdle = null;
    onIdle();
  }

  /** Calls `arrived` once when there is more to read, or when there will never be; `read` then says which. */
  watch(arrived: () => void): void {
    const waiting = new AbortController();
    this.#waiting = waiting;
    const settle = (problem: unknown): void => {
      if (this.#waiting !== waiting) return;
      this.#waiting = null;
      this.#problem = problem;
      this.#isHot = this.#waitFrom === this.#position;
      arrived();
    };
    this.log.waitFor(this.#waitFrom, { signal: waiting.signal }).then(() => settle(null), settle);
  }

  stopWatching(): void {
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.abort();
  }

  async #bring(position: Offset): Promise<BatchRun | null> {
    const { maxBytes } = this.#options;
    const isHot = this.#isHot;
    this.#isHot = false;
    try {
      return isHot ? this.log.read(position, { maxBytes }) : await this.log.readAsync(position, { maxBytes });
    } catch (error) {
      // The log's start, or its end, has moved past the position meanwhile.
      if (isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) return null;
      throw this.#explained(error);
    }
  }

  /** What of the run was committed; `outdated` when the log was cut below it, or begins behind it, meanwhile. */
  #judgeOf(run: BatchRun, until: Offset): Judge | null | 'outdated' {
    const { log } = this;
    if (log.endOffset < run.nextOffset) return 'outdated';
    try {
      return committedOnly(log.abortedTransactions(run.startOffset, Math.min(run.nextOffset, until)));
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) return 'outdated';
      throw this.#explained(error);
    }
  }

  #moveTo(position: Offset, leaderEpoch = NO_EPOCH): void {
    this.#position = position;
    this.#placed = { offset: position, leaderEpoch };
    this.#seeks++;
    this.inHand = null;
  }

  /** The position, where the reset policy has it when the log does not go there. */
  #positionInLog(): Offset {
    const { position: from, log } = this;
    // Says that it is closed, where nothing would be asked of it at its end.
    if (log.isClosed) presentEnd(log);
    const { startOffset, endOffset } = log;
    if (from >= startOffset && from <= endOffset) return from;
    const { autoOffsetReset, onReset } = this.#options;
    if (autoOffsetReset === 'none') {
      throw this.#outOfRange(`position ${from} of ${showPartition(this)}: the log has ${startOffset} to ${endOffset}`);
    }
    const to = autoOffsetReset === 'earliest' ? startOffset : presentEnd(log, this.#options.isolation);
    this.#position = to;
    this.#placed = { offset: to, leaderEpoch: NO_EPOCH };
    onReset({ topic: this.topic, partition: this.partition, from, to, startOffset, endOffset });
    return to;
  }

  #outOfRange(message: string): MillraceError {
    return new MillraceError('ERR_MILLRACE_OFFSET_OUT_OF_RANGE', message, { path: this.log.directory });
  }

  #explaining<T>(call: () => T): T {
    try {
      return call();
    } catch (error) {
      throw this.#explained(error);
    }
  }

  /** A log is closed with its store, or because its topic was deleted: the store knows. */
  #explained(error: unknown): unknown {
    if (!isMillraceError(error, 'ERR_MILLRACE_CLOSED')) return error;
    try {
      this.#logs.partition(this.topic, this.partition);
    } catch (reason) {
      return reason;
    }
    const message = `topic "${this.topic}" was deleted while it was consumed, and there is another one of its name now`;
    return new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', message, { cause: error });
  }
}
