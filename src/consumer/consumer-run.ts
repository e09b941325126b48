/**
 * One use of a consumer, from the beginning of a loop to its end: whose turn it is, who waits for what, and what ends it.
 *
 * Fair: partitions that may have records stand in a queue, the one that was read goes to its end. One without records leaves it and comes back
 * when its log says that there are some; nothing is asked for again and again, and there is no timer. Several may `take` at once.
 */
import { MillraceError } from '../errors.ts';
import type { Offset } from '../types.ts';
import type { AssignedPartition, PartitionReader } from './assigned-partition.ts';
import { EventLoopShare } from './event-loop-share.ts';

/** Of a consumer whose partitions come and go by its group. */
export interface RunDoor {
  /** All partitions that it is to have now are there: with nothing to read in them it is at the end. */
  readonly isSettled?: () => boolean;
  /** Told of a partition that cannot be read. True when that is dealt with: it is not handed out any more, and the others go on. */
  readonly onUnreadable?: (partition: AssignedPartition, error: unknown) => boolean;
  /** Told whenever somebody asks for records. */
  readonly onAsked?: () => void;
  /** Positions are committed: what was handed out is dealt with when the next is asked for, and no sooner. */
  readonly commits?: boolean;
}

export interface RunOptions extends RunDoor {
  readonly signals: readonly (AbortSignal | undefined)[];
  /** End where the logs end now. */
  readonly untilEnd: boolean;
}

export class ConsumerRun implements PartitionReader {
  readonly share = new EventLoopShare();
  /** Told of what ends the run, at once. */
  onFailure: ((error: unknown) => void) | null = null;
  /** Told of a partition that is not wanted any more, so that what was read ahead of it is given up. */
  onWithdrawn: ((partition: AssignedPartition) => void) | null = null;
  /** Up to where a partition is dealt with, where that is not its position. */
  dealtWith: (partition: AssignedPartition) => Offset = ({ position }) => position;
  /** Whether somebody has records of a partition in hand that are not on its account. */
  isDealingWith: (partition: AssignedPartition) => boolean = () => false;
  /** How often somebody has asked for records. */
  takes = 0;
  /** Told when nobody has anything in hand any more. */
  onFree: (() => void) | null = null;
  /** Records wait for somebody to take them who may never come. */
  isUnread: () => boolean = () => false;
  readonly #door: RunDoor;
  readonly #partitions: ReadonlyMap<string, AssignedPartition>;
  readonly #signals: readonly AbortSignal[];
  /** Up to where each partition is read; null for no such bound. */
  readonly #limits: Map<AssignedPartition, Offset> | null;
  /** Those that may have records, in the order of their turns. */
  readonly #ready = new Set<AssignedPartition>();
  /** Those that were read up to their limit. */
  readonly #finished = new Set<AssignedPartition>();
  #sleepers: (() => void)[] = [];
  #failure: { readonly error: unknown } | null = null;
  /** What `take` gave and nobody has given back, partitions too that were taken away meanwhile. */
  #inHand = 0;
  #isStopping = false;
  #hasEnded = false;

  /** Throws ABORTED when it is too late to begin. */
  constructor(partitions: ReadonlyMap<string, AssignedPartition>, { signals, untilEnd, ...door }: RunOptions) {
    this.#partitions = partitions;
    this.#door = door;
    this.#signals = signals.filter((signal) => signal !== undefined);
    for (const signal of this.#signals) if (signal.aborted) throw abortedBy(signal);
    this.#limits = untilEnd ? new Map() : null;
    for (const partition of partitions.values()) {
      this.#limits?.set(partition, partition.endOffset);
      this.offer(partition);
    }
    for (const signal of this.#signals) signal.addEventListener('abort', this.#onAbort);
  }

  get commits(): boolean {
    return this.#door.commits === true;
  }

  /** Somebody waits for records. */
  get isAsked(): boolean {
    return this.#sleepers.length > 0;
  }

  /** Somebody has records in hand, also such as were taken away meanwhile. */
  isInHand: () => boolean = () => this.#inHand > 0;

  /** Nothing more is handed out: it failed, was stopped, or has ended. */
  get isOver(): boolean {
    return this.#failure !== null || this.#isStopping || this.#hasEnded;
  }

  /**
   * The partition whose turn it is, with a batch in hand that `release` takes back; null when the run was stopped or all is read. Throws what
   * ended the run otherwise.
   */
  async take(): Promise<AssignedPartition | null> {
    this.takes++;
    this.#door.onAsked?.();
    for (;;) {
      if (this.#failure !== null) throw this.#failure.error;
      if (this.isOver) return null;
      const [partition] = this.#ready;
      if (partition === undefined) {
        if (this.#isFinished()) this.stop();
        else await this.share.rest(this.#sleep());
      } else {
        this.#ready.delete(partition);
        if (!(await this.#read(partition))) continue;
        this.#inHand++;
        return partition;
      }
    }
  }

  /** What `take` gave is dealt with: the position moves past it, unless it was moved meanwhile. */
  release(partition: AssignedPartition): void {
    this.#givenBack();
    if (this.#hasEnded) return;
    if (partition.inHand === null) partition.letGo();
    else partition.release(partition.inHand);
    this.offer(partition);
  }

  /** What `take` gave is not wanted any more: the position stays where it is. */
  drop(partition: AssignedPartition): void {
    this.#givenBack();
    if (this.#hasEnded) return;
    partition.letGo();
    this.offer(partition);
  }

  /** There may be something to read: it was assigned, resumed, moved or given back. */
  offer(partition: AssignedPartition): void {
    if (this.isOver || partition.isBusy || !partition.isWanted) return;
    partition.stopWatching();
    this.#finished.delete(partition);
    this.#ready.add(partition);
    this.#sleepers.shift()?.();
  }

  /** It was paused or taken away. */
  withdraw(partition: AssignedPartition): void {
    partition.stopWatching();
    this.#ready.delete(partition);
    this.#finished.delete(partition);
    this.onWithdrawn?.(partition);
    this.look();
  }

  /** Perhaps all that is left is finished. */
  look(): void {
    if (this.#limits !== null) this.#wakeAll();
  }

  /** Everybody who takes gets this error. The first one counts. */
  fail(error: unknown): void {
    if (this.#failure !== null || this.#hasEnded) return;
    this.#failure = { error };
    this.#wakeAll();
    this.onFailure?.(error);
  }

  /** Who takes gets null, who handles a batch may finish what he has in hand. */
  stop(): void {
    this.#isStopping = true;
    this.#wakeAll();
  }

  /** Lets go of all partitions, signals and waits. Idempotent. */
  end(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#onAbort);
    for (const partition of this.#partitions.values()) {
      partition.stopWatching();
      partition.letGo();
    }
    this.#wakeAll();
    this.onFree?.();
  }

  /** Perhaps nobody has anything in hand any more. */
  freed(): void {
    if (this.onFree !== null && !this.isInHand()) this.onFree();
  }

  readonly #onAbort = ({ target }: Event): void => this.fail(abortedBy(target as AbortSignal));

  async #read(partition: AssignedPartition): Promise<boolean> {
    partition.isBusy = true;
    let batch;
    try {
      batch = await partition.read(this.#limitOf(partition), this);
    } catch (error) {
      if (!this.#hasEnded && this.#door.onUnreadable?.(partition, error) === true) partition.letGo();
      else this.fail(error);
      return false;
    }
    // Whoever came after this run has the partition now.
    if (this.#hasEnded) return false;
    if (batch !== null && !this.isOver && partition.isWanted) {
      partition.handOut(batch);
      return true;
    }
    partition.letGo();
    if (this.isOver || !partition.isWanted) return false;
    if (this.#limits === null) partition.watch(() => this.offer(partition));
    else this.#finished.add(partition);
    return false;
  }

  #limitOf(partition: AssignedPartition): Offset {
    if (this.#limits === null) return Number.POSITIVE_INFINITY;
    const known = this.#limits.get(partition);
    if (known !== undefined) return known;
    const limit = partition.endOffset;
    this.#limits.set(partition, limit);
    return limit;
  }

  #givenBack(): void {
    this.#inHand--;
    this.freed();
  }

  #isFinished(): boolean {
    if (this.#limits === null || this.#finished.size !== this.#partitions.size) return false;
    return this.#door.isSettled?.() ?? true;
  }

  #sleep(): Promise<void> {
    return new Promise((resolve) => this.#sleepers.push(resolve));
  }

  #wakeAll(): void {
    const sleepers = this.#sleepers;
    this.#sleepers = [];
    for (const wake of sleepers) wake();
  }
}

function abortedBy(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_MILLRACE_ABORTED', 'the consumer was ended by its signal', { cause: signal.reason });
}
