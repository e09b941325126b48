/**
 * Commits of a consumer of a group: in the name of the member that it is at the time, of partitions that it has. What was committed last is remembered, so that an automatic
 * commit says nothing that is known, and one that is tried again takes nothing back that a later one has said.
 */
import type { AssignedPartition } from '../consumer/assigned-partition.ts';
import { partitionKey, showPartition } from '../consumer/topic-logs.ts';
import type { Clock } from '../clock.ts';
import { invalidArgument, MillraceError } from '../errors.ts';
import type { CommitAnswer, GroupCoordinator, GroupError, MemberIdentity } from '../group/group-requests.ts';
import type { CommittedOffset } from '../group/offset-table.ts';
import { COMMIT_TIMEOUT_MS, RETRY_BACKOFF_MS } from '../limits.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { Offset, OffsetToCommit, TopicPartition } from '../types.ts';
import { type AskedCommit, CommitOrder } from './commit-order.ts';
import { groupError, isWorthAnother } from './group-error.ts';
import type { MembershipCounters } from './membership-counters.ts';
import type { MembershipState } from './membership-state.ts';

/** Told of what became of a commit: null, or why it failed. */
export type CommitCallback = (error: unknown, offsets: readonly OffsetToCommit[]) => void;

export interface CommitParts {
  readonly coordinator: GroupCoordinator;
  readonly clock: Clock;
  readonly counters: MembershipCounters;
  readonly state: MembershipState;
  readonly assigned: ReadonlyMap<string, AssignedPartition>;
  /** The coordinator does not know the member: told so that it finds out what has happened. */
  readonly doubt: () => void;
}

interface CommitFailure {
  /** What the coordinator has answered, or what that means. */
  readonly error: KafkaErrorName;
  /** What the user is told. */
  readonly told: MillraceError;
}

export class OffsetCommits {
  readonly #parts: CommitParts;
  readonly #order = new CommitOrder();

  constructor(parts: CommitParts) {
    this.#parts = parts;
  }

  /** Tries again what may pass, a rebalance too as long as the partitions stay. Errors: as `once`; TIMED_OUT, but for a disk that stays full. */
  async commit(offsets: readonly OffsetToCommit[]): Promise<void> {
    const { clock } = this.#parts;
    const until = clock.now() + COMMIT_TIMEOUT_MS;
    let asked = this.#asks(offsets);
    let failure = await this.#try(asked);
    while (failure !== null) {
      const { error, told } = failure;
      if (!isWorthAnother(error) && error !== 'REBALANCE_IN_PROGRESS') throw told;
      if (clock.now() >= until) {
        if (told.code === 'ERR_MILLRACE_NO_SPACE') throw told;
        const message = `the offsets could not be committed within ${COMMIT_TIMEOUT_MS} ms`;
        throw new MillraceError('ERR_MILLRACE_TIMED_OUT', message, { cause: told });
      }
      await pause(clock);
      asked = this.#order.left(asked);
      if (!this.#order.isBehind(asked)) failure = await this.#try(asked);
    }
  }

  /** Errors: UNKNOWN_MEMBER, MEMBER_FENCED, REBALANCE_IN_PROGRESS, UNKNOWN_TOPIC, TOO_LARGE, NO_SPACE, CLOSED. */
  async once(offsets: readonly OffsetToCommit[]): Promise<void> {
    const failure = await this.#try(this.#asks(offsets));
    if (failure !== null) throw failure.told;
  }

  /** As `once`; nobody has to wait for it, and who does not wait does not want to know. */
  tried(offsets: readonly OffsetToCommit[], callback: CommitCallback = () => undefined): Promise<void> {
    if (typeof callback !== 'function') throw invalidArgument('callback', 'a function', callback);
    const committing = this.#tell(offsets, callback);
    // Said above.
    committing.catch(() => undefined);
    return committing;
  }

  /** What the group has committed; waits for transactions that may still set an offset. Errors: TIMED_OUT, and as the coordinator's. */
  async committed(partitions: readonly TopicPartition[]): Promise<CommittedOffset[]> {
    const { clock } = this.#parts;
    const until = clock.now() + COMMIT_TIMEOUT_MS;
    for (;;) {
      const { found, unstable } = await this.look(partitions);
      if (unstable.length === 0) return found;
      if (clock.now() >= until) {
        const message = `an open transaction may still set the offset of ${unstable.map(showPartition).join(', ')}`;
        throw new MillraceError('ERR_MILLRACE_TIMED_OUT', message);
      }
      await pause(clock);
    }
  }

  /** `unstable`: to be asked for again. */
  async look(partitions: readonly TopicPartition[]): Promise<{ found: CommittedOffset[]; unstable: TopicPartition[] }> {
    if (partitions.length === 0) return { found: [], unstable: [] };
    const { coordinator, state } = this.#parts;
    const { groupId } = state;
    const { error, offsets } = await coordinator.offsets({ groupId, partitions, requireStable: true });
    if (error !== null) {
      if (isWorthAnother(error)) return { found: [], unstable: [...partitions] };
      throw groupError(error, groupId);
    }
    const found: CommittedOffset[] = [];
    const unstable: TopicPartition[] = [];
    for (const { topic, partition, error: problem, committed } of offsets) {
      if (problem !== null && !isWorthAnother(problem)) throw groupError(problem, groupId);
      if (problem !== null) unstable.push({ topic, partition });
      else if (committed !== null) found.push(committed);
    }
    return { found, unstable };
  }

  /** It begins where the group has committed. */
  begins(place: TopicPartition, offset: Offset): void {
    this.#order.begins(place, offset);
  }

  forget(place: TopicPartition): void {
    this.#order.forget(place);
  }

  /** Of these, the offsets that are not committed. */
  news(offsets: readonly OffsetToCommit[]): OffsetToCommit[] {
    return this.#order.news(offsets);
  }

  #asks(offsets: readonly OffsetToCommit[]): AskedCommit {
    return this.#order.asks(offsets, this.#parts.assigned);
  }

  async #tell(offsets: readonly OffsetToCommit[], callback: CommitCallback): Promise<void> {
    try {
      await this.once(offsets);
    } catch (error) {
      callback(error, offsets);
      throw error;
    }
    callback(null, offsets);
  }

  async #try(commit: AskedCommit): Promise<CommitFailure | null> {
    const { offsets } = commit;
    if (offsets.length === 0) return null;
    const { clock, counters, state, doubt } = this.#parts;
    this.#check(commit);
    const asked = state.identity;
    const began = clock.now();
    const { errors, isFull } = await this.#send(commit, asked);
    const error = errors.find((each) => each !== null) ?? null;
    if (error === null) counters.committed(clock.now() - began);
    else counters.failedCommits++;
    const meaning = this.#meaningOf(error, asked);
    if (meaning === 'UNKNOWN_MEMBER_ID' || meaning === 'ILLEGAL_GENERATION' || meaning === 'FENCED_INSTANCE_ID')
      doubt();
    return meaning && { error: meaning, told: groupError(meaning, state.groupId, isFull) };
  }

  async #send(commit: AskedCommit, asked: MemberIdentity): Promise<CommitAnswer> {
    const { offsets } = commit;
    this.#order.sent(commit);
    let answer: CommitAnswer | null = null;
    try {
      answer = await this.#parts.coordinator.commit({ ...asked, offsets, retentionMs: -1 });
      return answer;
    } finally {
      this.#order.answered(commit, answer?.errors);
    }
  }

  /** A generation that is just beginning, or has begun meanwhile, is a rebalance. */
  #meaningOf(error: GroupError, { memberId, generationId }: MemberIdentity): GroupError {
    const { state } = this.#parts;
    if (error !== 'ILLEGAL_GENERATION' || state.memberId !== memberId || !state.isMember) return error;
    return state.generationId !== generationId || state.phase !== 'stable' ? 'REBALANCE_IN_PROGRESS' : error;
  }

  #check({ offsets, held }: AskedCommit): void {
    const { state } = this.#parts;
    const other = offsets.find((each) => held.get(partitionKey(each))?.isAssigned !== true);
    if (state.isMember && other === undefined) return this.#checkThere(offsets, held);
    if (!state.isMember && !state.isLost && state.phase === 'joining')
      throw groupError('REBALANCE_IN_PROGRESS', state.groupId);
    const what =
      other === undefined ? 'the consumer is no member' : `the consumer does not have ${showPartition(other)}`;
    throw new MillraceError('ERR_MILLRACE_UNKNOWN_MEMBER', `group "${state.groupId}": ${what}, or not any more`);
  }

  /** Whoever makes a topic of that name must not find it read. */
  #checkThere(offsets: readonly OffsetToCommit[], held: AskedCommit['held']): void {
    const gone = offsets.find((each) => held.get(partitionKey(each))!.log.isClosed);
    if (gone !== undefined)
      throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `${showPartition(gone)} was deleted: nothing is committed`);
  }
}

function pause(clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule(RETRY_BACKOFF_MS, resolve, true);
  });
}
