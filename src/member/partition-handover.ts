/**
 * Partitions that a consumer gets from its group and gives back to it.
 *
 * Promises: nothing of a partition is handed out before its offset is known and `onAssigned` has returned, nor from the time on when it is to be given back; it is given
 * back when nothing of it is in hand any more and its offset is committed, if that is done automatically. Who has been given up gives up at once.
 */
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { ConsumerRun } from '../consumer/consumer-run.ts';
import { partitionKey } from '../consumer/topic-logs.ts';
import type { Clock } from '../clock.ts';
import { isMillraceError, MillraceError } from '../errors.ts';
import { RETRY_BACKOFF_MS } from '../limits.ts';
import type { Logger, OffsetToCommit, TopicPartition } from '../types.ts';
import type { PartitionsHandler } from './group-consumer-options.ts';
import type { MembershipState } from './membership-state.ts';
import type { OffsetCommits } from './offset-commits.ts';

/** The consumer, as far as its partitions are concerned. */
export interface Holder {
  readonly assigned: ReadonlyMap<string, AssignedPartition>;
  run(): ConsumerRun | null;
  /** Held, so that nothing is handed out yet. Throws what opening a log throws. */
  add(place: TopicPartition): AssignedPartition;
  remove(partition: AssignedPartition): void;
  /** A handler of its user, or what loads offsets, has failed. */
  failed(error: unknown): void;
}

export interface HandoverParts {
  readonly holder: Holder;
  readonly commits: OffsetCommits;
  readonly state: MembershipState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly autoCommit: boolean;
  readonly onAssigned: PartitionsHandler;
  readonly onRevoked: PartitionsHandler;
  readonly onLost: PartitionsHandler;
}

export class PartitionHandover {
  readonly #parts: HandoverParts;
  /** Assigned, and not there: the store of a reader may be behind. */
  #missing: TopicPartition[] = [];
  /** They are being given back. */
  readonly #leaving = new Set<AssignedPartition>();
  /** Their offsets are not known yet; with how often they had been moved: who moves one meanwhile has the last word. */
  readonly #unknown = new Map<AssignedPartition, number>();
  /** Steps that are being taken or wait for their turn, and the last of them. */
  #steps = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Ends the wait for what is in hand. */
  #hurry: () => void = () => undefined;
  #isHurried = false;
  #isTelling = false;

  constructor(parts: HandoverParts) {
    this.#parts = parts;
  }

  /** Nothing is on its way. */
  get isSettled(): boolean {
    return this.#steps === 0 && this.#unknown.size === 0;
  }

  /** The user's handler of partitions is at work: who waits for a step in it waits for itself. */
  get isTelling(): boolean {
    return this.#isTelling;
  }

  /** What is in hand is not waited for, from now on or just this time. */
  hurry(forEver: boolean): void {
    this.#isHurried ||= forEver;
    this.#hurry();
  }

  /** Those of which `isLeaving` says so. */
  giveBack(isLeaving: (partition: AssignedPartition) => boolean, isLost: boolean): Promise<void> {
    return this.#inTurn(() => {
      if (isLost) this.#missing = [];
      return this.#giveBack([...this.#parts.holder.assigned.values()].filter(isLeaving), isLost);
    });
  }

  async #giveBack(leaving: readonly AssignedPartition[], isLost: boolean): Promise<void> {
    if (leaving.length === 0) return;
    const { holder, state, onRevoked, onLost } = this.#parts;
    for (const partition of leaving) {
      this.#leaving.add(partition);
      partition.isHeld = true;
      holder.run()?.withdraw(partition);
    }
    if (!isLost && !state.isLost) {
      await this.#idle(leaving);
      if (!state.isLost) await this.commitHandled(leaving);
    }
    const places = leaving.map(({ topic, partition }) => ({ topic, partition }));
    if (isLost || state.isLost) {
      this.#remove(leaving);
      await this.#tell('onLost', onLost, places);
    } else {
      await this.#tell('onRevoked', onRevoked, places);
      this.#remove(leaving);
    }
  }

  /** Has these and no others from now on. True when some that it had are not among them. */
  take(partitions: readonly TopicPartition[]): Promise<boolean> {
    return this.#inTurn(() => this.#take(partitions));
  }

  async #take(partitions: readonly TopicPartition[]): Promise<boolean> {
    const { holder } = this.#parts;
    const wanted = new Set(partitions.map(partitionKey));
    const gone = [...holder.assigned.values()].filter((each) => !wanted.has(partitionKey(each)));
    await this.#giveBack(gone, false);
    const added = partitions.filter((each) => !holder.assigned.has(partitionKey(each)));
    this.#missing = [];
    await this.#begin(added, true);
    return gone.length > 0;
  }

  /** Looks again for what was assigned and not there, and for topics that were made anew. */
  async lookAgain(): Promise<void> {
    const { holder } = this.#parts;
    // What goes on now knows more.
    if (this.#steps > 0) return;
    const closed = [...holder.assigned.values()].filter(({ log, isBusy }) => log.isClosed && !isBusy);
    if (closed.length === 0 && this.#missing.length === 0) return;
    const places = [...this.#missing, ...closed.map(({ topic, partition }) => ({ topic, partition }))];
    this.#missing = [];
    await this.#inTurn(async () => {
      this.#remove(closed);
      await this.#begin(places, false);
    });
  }

  /** Commits what was handled of partitions, and says nothing of what is committed. A failure is logged: the next commit says the same. */
  async commitHandled(partitions: Iterable<AssignedPartition>): Promise<void> {
    const { autoCommit, commits, holder, logger, state } = this.#parts;
    if (!autoCommit || !state.isMember) return;
    const offsets = commits.news(this.handled(partitions));
    try {
      await commits.commit(offsets);
    } catch (error) {
      // What was given back meanwhile was committed then, and of what was lost the user is told.
      const level = offsets.every((each) => holder.assigned.has(partitionKey(each))) ? 'warn' : 'debug';
      logger[level]?.({ err: error, groupId: state.groupId, offsets }, 'offsets could not be committed automatically');
    }
  }

  /** Up to where records were handled, of those partitions of which that is known, and that are still there. */
  handled(partitions: Iterable<AssignedPartition>): OffsetToCommit[] {
    const run = this.#parts.holder.run();
    const offsets: OffsetToCommit[] = [];
    for (const each of partitions) {
      if (this.#unknown.has(each) || each.knownPosition === null || each.log.isClosed) continue;
      const { topic, partition } = each;
      const offset = run?.dealtWith(each) ?? each.position;
      const leaderEpoch = each.leaderEpochBefore(offset);
      offsets.push({ topic, partition, offset, ...(leaderEpoch >= 0 && { leaderEpoch }) });
    }
    return offsets;
  }

  async #begin(places: readonly TopicPartition[], isRebalance: boolean): Promise<void> {
    const { onAssigned } = this.#parts;
    const added = places.map((place) => this.#add(place)).filter((each) => each !== null);
    for (const each of added) this.#unknown.set(each, each.seeks);
    await this.#load(added);
    const told = added.map(({ topic, partition }) => ({ topic, partition }));
    if (isRebalance || told.length > 0) await this.#tell('onAssigned', onAssigned, told);
    for (const each of added) if (!this.#unknown.has(each)) this.#release(each);
    if (added.some((each) => this.#unknown.has(each))) void this.#loadLater(added);
  }

  #add(place: TopicPartition): AssignedPartition | null {
    try {
      return this.#parts.holder.add(place);
    } catch (error) {
      const isAbsent =
        isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC') || isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT');
      if (isAbsent) this.#missing.push(place);
      else this.#parts.holder.failed(error);
      return null;
    }
  }

  /** Those that stay unknown have an offset that an open transaction may still set. */
  async #load(partitions: readonly AssignedPartition[]): Promise<void> {
    const { commits, holder } = this.#parts;
    try {
      const { found, unstable } = await commits.look(partitions);
      const offsets = new Map(found.map((each) => [partitionKey(each), each]));
      const later = new Set(unstable.map(partitionKey));
      for (const each of partitions) {
        const key = partitionKey(each);
        if (later.has(key) || !this.#unknown.has(each)) continue;
        const committed = offsets.get(key);
        if (committed !== undefined) {
          commits.begins(each, committed.offset);
          each.rewind(committed.offset, this.#unknown.get(each)!, committed.leaderEpoch);
        }
        this.#unknown.delete(each);
      }
    } catch (error) {
      holder.failed(error);
    }
  }

  async #loadLater(partitions: readonly AssignedPartition[]): Promise<void> {
    const { clock, holder } = this.#parts;
    let waiting = partitions;
    for (;;) {
      waiting = waiting.filter((each) => this.#unknown.has(each));
      if (waiting.length === 0) return holder.run()?.look();
      await new Promise<void>((resolve) => {
        clock.schedule(RETRY_BACKOFF_MS, resolve);
      });
      const asked = waiting.filter((each) => this.#unknown.has(each));
      await this.#load(asked);
      for (const each of asked) if (!this.#unknown.has(each)) this.#release(each);
    }
  }

  #release(partition: AssignedPartition): void {
    if (!partition.isAssigned || this.#leaving.has(partition)) return;
    partition.isHeld = false;
    this.#parts.holder.run()?.offer(partition);
  }

  #remove(partitions: readonly AssignedPartition[]): void {
    const { commits, holder } = this.#parts;
    for (const partition of partitions) {
      this.#leaving.delete(partition);
      this.#unknown.delete(partition);
      commits.forget(partition);
      holder.remove(partition);
    }
  }

  /** Until nobody has any of them in hand, or that is not waited for. */
  async #idle(partitions: readonly AssignedPartition[]): Promise<void> {
    if (this.#isHurried) return;
    const { holder } = this.#parts;
    const hurried = new Promise<void>((resolve) => {
      this.#hurry = resolve;
    });
    const idle = partitions.map(
      (partition) =>
        new Promise<void>((resolve) => {
          const look = (): void => {
            if (partition.isBusy || holder.run()?.isDealingWith(partition) === true) partition.onIdle = look;
            else resolve();
          };
          look();
        }),
    );
    await Promise.race([Promise.all(idle), hurried]);
    for (const partition of partitions) partition.onIdle = null;
  }

  async #inTurn<T>(step: () => Promise<T>): Promise<T> {
    this.#steps++;
    const taken = this.#last.then(step);
    // Its failure is told to who has asked for it.
    this.#last = taken.catch(() => undefined);
    try {
      return await taken;
    } finally {
      this.#steps--;
      this.#parts.holder.run()?.look();
    }
  }

  async #tell(name: string, handler: PartitionsHandler, places: TopicPartition[]): Promise<void> {
    const { holder } = this.#parts;
    this.#isTelling = true;
    try {
      await handler(places);
    } catch (error) {
      const what = error instanceof Error ? error.message : String(error);
      holder.failed(new MillraceError('ERR_MILLRACE_HANDLER', `${name} failed: ${what}`, { cause: error }));
    } finally {
      this.#isTelling = false;
    }
  }
}
