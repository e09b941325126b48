/**
 * A consumer that shares the partitions of its topics with the other members of its group, in this process, in worker threads of it, or on the wire.
 *
 *     const consumer = store.consumer({ groupId: 'billing', topics: ['orders'] });
 *     await consumer.each((record) => charge(record.value));
 *
 * Joins when it is read for the first time, and stays a member until it is closed. Promises: each partition is read by one member of the group at a time; before it goes to
 * another one, what is in hand is finished, and, with `autoCommit`, what was handled is committed, so that no record is missed; records whose offsets were not committed
 * come again. Not promised: exactly once, without a transaction. One loop, handler or stream at a time.
 */
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import type { ConsumerRun, RunDoor } from '../consumer/consumer-run.ts';
import type { ConsumerStatistics } from '../consumer/consumer-statistics.ts';
import { misused, PartitionConsumer } from '../consumer/partition-consumer.ts';
import { checkPartitions, partitionKey, type TopicLogs } from '../consumer/topic-logs.ts';
import { isMillraceError, MillraceError } from '../errors.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import { checkOffsets } from '../producer/offset-input.ts';
import type { ConsumerGroupMetadata, OffsetToCommit, TopicPartition } from '../types.ts';
import { AutoCommit } from './auto-commit.ts';
import type { CheckedGroupOptions } from './group-consumer-options.ts';
import { HandlingWatch } from './handling-watch.ts';
import { MemberEnding } from './member-ending.ts';
import { Membership } from './membership.ts';
import { type GroupStatistics, MembershipCounters } from './membership-counters.ts';
import type { MembershipEnvironment, MembershipHost } from './membership-parts.ts';
import { type CommitCallback, OffsetCommits } from './offset-commits.ts';
import { PartitionHandover } from './partition-handover.ts';
import { checkTopics, resolveTopics, type SubscribedTopic } from './topic-subscription.ts';
import { Waiters } from './waiters.ts';

export interface GroupConsumerEnvironment extends Omit<MembershipEnvironment, 'counters'> {
  /** Called once, when it has been closed and has left. */
  readonly onClosed?: (consumer: GroupConsumer) => void;
}

export class GroupConsumer extends PartitionConsumer {
  readonly #group: CheckedGroupOptions;
  readonly #environment: GroupConsumerEnvironment;
  readonly #counters = new MembershipCounters();
  readonly #watch: HandlingWatch;
  readonly #membership: Membership;
  readonly #commits: OffsetCommits;
  readonly #handover: PartitionHandover;
  #topics: readonly SubscribedTopic[];
  /** It cannot be a member any more, whatever it does. */
  #failure: MillraceError | null = null;
  /** Those who wait for an assignment. */
  readonly #joining = new Waiters();
  readonly #ending = new MemberEnding(() => this.#leave());
  readonly #autoCommit: AutoCommit;

  /** Made by `store.consumer({ groupId, … })`. */
  constructor(logs: TopicLogs, options: CheckedGroupOptions, environment: GroupConsumerEnvironment) {
    super(logs, options.consumer);
    const { coordinator, clock, logger } = environment;
    this.#group = options;
    this.#environment = environment;
    this.#topics = options.topics;
    this.#watch = new HandlingWatch(options.rebalanceTimeoutMs);
    const counters = this.#counters;
    const { assigned, clientId } = this;
    this.#membership = new Membership({ ...options, clientId }, { ...environment, counters }, this.#host());
    const { state } = this.#membership;
    const doubt = (): void => this.#membership.doubt();
    this.#commits = new OffsetCommits({ coordinator, clock, counters, state, assigned, doubt });
    const holder = {
      assigned,
      run: (): ConsumerRun | null => this.run,
      add: (place: TopicPartition): AssignedPartition => this.#add(place),
      remove: (partition: AssignedPartition): void => this.takeAway(partition),
      failed: (error: unknown): void => this.#failed(error),
    };
    this.#handover = new PartitionHandover({ ...options, holder, commits: this.#commits, state, clock, logger });
    this.#autoCommit = new AutoCommit(clock, options.autoCommitIntervalMs, () =>
      this.#handover.commitHandled(assigned.values()),
    );
  }

  get groupId(): string {
    return this.#group.groupId;
  }

  /** Empty while it is no member. */
  get memberId(): string {
    return this.#membership.state.memberId;
  }

  /** -1 while it is in none. */
  get generationId(): number {
    return this.#membership.state.generationId;
  }

  override get statistics(): ConsumerStatistics & { readonly group: GroupStatistics } {
    const { groupId, memberId, generationId } = this;
    const { isLeader } = this.#membership.state;
    const counted = this.#counters.snapshot(this.#environment.clock.now());
    return { ...super.statistics, group: { ...counted, groupId, memberId, generationId, isLeader } };
  }

  /** What a transaction commits offsets with: `tx.sendOffsets(consumer, offsets)` asks for it. */
  groupMetadata(): ConsumerGroupMetadata {
    return this.#membership.state.identity;
  }

  /** Reads other topics from now on; a member joins its group anew for that. */
  subscribe(topics: SubscribedTopic | readonly SubscribedTopic[]): void {
    this.checkOpen();
    this.#topics = checkTopics(topics);
    this.#membership.rejoin('the subscription has changed');
  }

  subscription(): readonly SubscribedTopic[] {
    return this.#topics;
  }

  /** Has the whole group assign its partitions anew (`enforceRebalance`). Does not wait for it. */
  rejoin(reason = 'asked for'): void {
    this.checkOpen();
    this.#membership.rejoin(reason);
  }

  /**
   * Joins now, and settles with what is assigned. Reading does the same by itself; a member that nobody reads leaves after `rebalanceTimeoutMs`. Errors: GROUP_REFUSED,
   * MEMBER_FENCED, CLOSED.
   */
  async join(): Promise<TopicPartition[]> {
    this.#start();
    if (!this.#isSettled) await this.#joining.wait();
    return this.assignment();
  }

  /**
   * Commits where the group is to go on: these offsets, or up to where records were handled, of all partitions that are assigned. Settles when they are committed; what
   * may pass is tried again for a minute. Errors: UNKNOWN_MEMBER for partitions that it does not have any more, UNKNOWN_TOPIC, MEMBER_FENCED, INVALID_ARGUMENT, NO_SPACE, TIMED_OUT, CLOSED.
   */
  async commit(offsets?: readonly OffsetToCommit[]): Promise<void> {
    this.#checkCommits();
    await this.#commits.commit(this.#offsets(offsets));
  }

  /**
   * As `commit`, and tries it once: a commit that comes after it says more. Nobody has to wait for what it returns. Errors: as `commit`, and REBALANCE_IN_PROGRESS.
   */
  commitAsync(offsets?: readonly OffsetToCommit[], callback?: CommitCallback): Promise<void> {
    this.#checkCommits();
    return this.#commits.tried(this.#offsets(offsets), callback);
  }

  /** What the group has committed for partitions, by default those assigned; nothing where it has not. Waits for open transactions that may set it. Errors: TIMED_OUT. */
  async committed(partitions: readonly TopicPartition[] = this.assignment()): Promise<CommittedOffset[]> {
    this.checkOpen();
    return this.#commits.committed(checkPartitions(partitions));
  }

  /**
   * Ends the loop, the handling or the stream that is going on, after what is in hand; then commits what was handled, if that is done automatically, gives the partitions back
   * and leaves the group. Settles when all that is done; with records in hand, or while `onAssigned`, `onRevoked` or `onLost` is at work, at once, and the loop, handling or stream
   * when all that is done. Idempotent.
   */
  override async close(): Promise<void> {
    await super.close();
    const left = this.run === null ? this.#ending.begin() : null;
    if (this.#handover.isTelling) return;
    if (left !== null) await left;
    else if (this.run?.isInHand() === false && !this.run.isUnread()) await this.#ending.over();
  }

  /** As `close`, for a store that is being closed: what is in hand is not waited for, nor a handler of partitions that is at work. */
  async abandon(): Promise<void> {
    await super.close();
    this.#handover.hurry(true);
    const left = this.#ending.begin();
    await (this.#handover.isTelling ? this.#handover.commitHandled(this.assigned.values()) : left);
  }

  protected override ready(): RunDoor {
    if (this.#topics.length === 0) throw misused('the consumer has no topics: subscribe to some first');
    this.#start();
    return {
      isSettled: () => this.#isSettled,
      onAsked: () => {
        if (!this.isClosed && !this.#membership.isAlive && this.#failure === null) this.#membership.start();
      },
      onUnreadable: (partition, error) => this.#isGone(partition, error),
      commits: true,
    };
  }

  protected override ended(): Promise<void> | null {
    return this.isClosed || this.options.signal?.aborted === true ? this.#ending.begin() : null;
  }

  get #isSettled(): boolean {
    const { phase, rejoinReason } = this.#membership.state;
    return phase === 'stable' && rejoinReason === null && this.#handover.isSettled;
  }

  #host(): MembershipHost {
    const subscribed = (): string[] => resolveTopics(this.#topics, this.#environment.topics);
    return {
      subscribed,
      owned: () => this.assignment(),
      giveBack: (which) => {
        const kept = new Set(which === 'unsubscribed' ? subscribed() : []);
        return this.#handover.giveBack(({ topic }) => !kept.has(topic), which === 'lost');
      },
      take: (partitions) => this.#handover.take(partitions),
      settled: () => {
        this.#joining.resolve();
        this.run?.look();
      },
      lost: () => this.#handover.hurry(false),
      free: () => this.#free(),
      failed: (error) => {
        if (isMillraceError(error, 'ERR_MILLRACE_MEMBER_FENCED')) this.#failure = error;
        this.#failed(error);
      },
      beaten: () => this.#beaten(),
    };
  }

  /** Settles when nobody has anything in hand that was taken away. */
  async #free(): Promise<true> {
    const { run } = this;
    if (run?.isInHand() !== true) return true;
    return new Promise((resolve) => {
      run.onFree = () => resolve(true);
    });
  }

  #start(): void {
    this.checkOpen();
    if (this.#failure !== null) throw this.#failure;
    if (this.#membership.isAlive) return;
    this.#watch.reset();
    this.#membership.start();
    if (this.#group.autoCommit) this.#autoCommit.start();
  }

  #add(place: TopicPartition): AssignedPartition {
    const partition = this.read(place);
    partition.isHeld = true;
    this.assigned.set(partitionKey(place), partition);
    return partition;
  }

  /** What its group or a handler of the user's has met: whoever reads or waits is told. */
  #failed(error: unknown): void {
    if (this.run === null && this.#joining.count === 0 && !this.isClosed)
      this.#environment.logger.error?.({ err: error, groupId: this.groupId }, 'a consumer of a group has failed');
    this.#joining.reject(error);
    this.run?.fail(error);
  }

  /** With each heartbeat: is it still being read, and is there what was not there before? */
  #beaten(): void {
    const { clock, logger } = this.#environment;
    if (!this.#membership.state.isMember) return;
    const reason = this.#watch.problem(clock.now(), this.run, this.assigned.values());
    if (reason === null) return void this.#handover.lookAgain();
    logger.warn?.(
      { groupId: this.groupId, reason },
      'a consumer leaves its group: it takes longer than rebalanceTimeoutMs',
    );
    this.#watch.reset();
    void this.#membership.expel(reason);
  }

  #isGone(partition: AssignedPartition, error: unknown): boolean {
    if (!isMillraceError(error, 'ERR_MILLRACE_UNKNOWN_TOPIC')) return false;
    partition.isHeld = true;
    this.#membership.look();
    return true;
  }

  #offsets(offsets?: readonly OffsetToCommit[]): readonly OffsetToCommit[] {
    return offsets === undefined ? this.#handover.handled(this.assigned.values()) : checkOffsets(offsets);
  }

  async #leave(): Promise<void> {
    this.#autoCommit.stop();
    this.#joining.reject(closed());
    try {
      await this.#membership.end('the consumer was closed');
    } finally {
      this.#environment.onClosed?.(this);
    }
  }

  /** One that is being closed still commits. */
  #checkCommits(): void {
    if (this.#ending.isOver) throw closed();
    if (this.#failure !== null) throw this.#failure;
  }
}

function closed(): MillraceError {
  return new MillraceError('ERR_MILLRACE_CLOSED', 'the consumer is closed');
}
