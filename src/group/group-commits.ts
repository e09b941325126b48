/**
 * The offsets that groups of one partition of `__consumer_offsets` commit, ask for, delete and lose.
 *
 * Promises: nothing is committed in the name of a member that is fenced, unknown or of another generation; what was answered is to be seen by whoever
 * asks afterwards, and as safe as the topic's settings say. A group need not have members to commit: then anybody may who names none. (OffsetMetadataManager)
 */
import type { Clock } from '../clock.ts';
import { isMillraceError } from '../errors.ts';
import type { ProducerStamp } from '../log/producer-stamp.ts';
import type { Receipt } from '../log/receipt.ts';
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { RecordInput, TopicPartition } from '../types.ts';
import { commitRecords, tombstones } from './commit-records.ts';
import { coordinatorFailure } from './coordinator-failure.ts';
import type { GroupCounters } from './group-counters.ts';
import type {
  CommitAnswer,
  CommitRequest,
  GroupError,
  MemberIdentity,
  OffsetAnswer,
  OffsetDeletionAnswer,
  OffsetQuery,
  TransactionalCommitRequest,
} from './group-requests.ts';
import { answerOffsets } from './offset-answer.ts';
import { type DeletedTopic, deleteOffsets, offsetsOfGroup, offsetsOfTopics } from './offset-deletion.ts';
import { expire, type Expiry, type OffsetFacts } from './offset-expiry.ts';
import type { CommittedOffset, StoredOffset } from './offset-table.ts';
import type { OffsetsPartition } from './offsets-partition.ts';

/** Of a group that has only committed. */
const simple: OffsetFacts = {
  type: 'classic',
  state: 'Empty',
  protocolType: null,
  stateSince: null,
  subscribedTopics: null,
};

/** What a group has to say about its offsets. */
export interface CommittingGroup {
  readonly offsetFacts: OffsetFacts;
  checkCommit(
    identity: MemberIdentity,
    how: { readonly isTransactional: boolean; readonly knowsMemberEpochs?: boolean },
  ): GroupError;
  /** Of a group whose members show who they are when they ask. */
  checkFetch?(memberId: string | null, memberEpoch: number): GroupError;
}

export interface CommitSettings {
  /** `offset.metadata.max.bytes`, which Kafka counts in units of UTF-16. */
  readonly offsetMetadataMaxBytes: number;
}

interface CommitParts {
  readonly clock: Clock;
  readonly settings: CommitSettings;
  readonly counters: GroupCounters;
}

interface Commit {
  readonly groupId: string;
  readonly offsets: CommitRequest['offsets'];
  readonly retentionMs: number;
}

/** Why records do not stand in the log, or not safely. */
interface Unwritten {
  readonly error: KafkaErrorName;
  readonly isFull: boolean;
}

export class GroupCommits {
  readonly #partition: OffsetsPartition;
  readonly #clock: Clock;
  readonly #settings: CommitSettings;
  readonly #counters: GroupCounters;
  readonly #groupOf: (groupId: string) => CommittingGroup | undefined;

  constructor(
    partition: OffsetsPartition,
    { clock, settings, counters }: CommitParts,
    groupOf: (groupId: string) => CommittingGroup | undefined,
  ) {
    this.#partition = partition;
    this.#clock = clock;
    this.#settings = settings;
    this.#counters = counters;
    this.#groupOf = groupOf;
  }

  commit(request: CommitRequest): Promise<CommitAnswer> {
    return this.#write(request, this.#check(request, { ...request, isTransactional: false }));
  }

  commitInTransaction(request: TransactionalCommitRequest): Promise<CommitAnswer> {
    const { producerId, producerEpoch } = request;
    const refusal = this.#check(request, { isTransactional: true });
    return this.#write({ ...request, retentionMs: -1 }, refusal, { producerId, producerEpoch, isTransactional: true });
  }

  find(query: OffsetQuery): OffsetAnswer {
    const error = this.#checkFetch(query);
    if (error !== null) return { error, offsets: [] };
    return { error: null, offsets: answerOffsets(this.#partition.offsets, query) };
  }

  /** In the order of topics and partitions. */
  committed(groupId: string): CommittedOffset[] {
    return this.#partition.offsets.committed(groupId);
  }

  /** All that a group has committed, in no order. */
  stored(groupId: string): Iterable<[topic: string, partition: number, stored: StoredOffset]> {
    return this.#partition.offsets.stored(groupId);
  }

  /** Of all groups. */
  get count(): number {
    return this.#partition.offsets.count;
  }

  /** Is there a group of this name, be it by nothing but an offset that a transaction may commit, or that was forgotten? */
  has(groupId: string): boolean {
    return this.#partition.offsets.isKnown(groupId);
  }

  /** All of which `has` says so. */
  get groups(): ReadonlySet<string> {
    return this.#partition.offsets.groups();
  }

  /** What makes the log forget all offsets of a group, also those in open transactions: they must not come back. */
  forgetAll(groupId: string): RecordInput[] {
    return tombstones(groupId, offsetsOfGroup(this.#partition.offsets, groupId));
  }

  async delete(groupId: string, partitions: readonly TopicPartition[]): Promise<OffsetDeletionAnswer> {
    const facts = this.#groupOf(groupId)?.offsetFacts ?? (this.has(groupId) ? simple : null);
    const { error, errors, deleted } = deleteOffsets(this.#partition.offsets, groupId, facts, partitions);
    if (deleted.length === 0) return { error, errors };
    const failure = (await this.#append(tombstones(groupId, deleted)))?.error ?? null;
    if (failure === null) this.#counters.offsetDeletions += deleted.length;
    return { error: failure, errors: failure === null ? errors : partitions.map(() => failure) };
  }

  /** What was committed for topics that are no more, or is in an open transaction. On stable storage when it settles. Errors: as an append, OFFLINE. */
  async forgetTopics(topics: readonly DeletedTopic[]): Promise<void> {
    let receipt: Receipt | null = null;
    for (const [groupId, partitions] of offsetsOfTopics(this.#partition.offsets, topics))
      receipt = this.#partition.append(tombstones(groupId, partitions));
    await receipt?.durable;
  }

  /** Which offsets have had their time, and whether the group goes with them. */
  expired(groupId: string, retentionMs: number): Expiry {
    const facts = this.#groupOf(groupId)?.offsetFacts ?? simple;
    return expire(this.#partition.offsets, groupId, facts, { at: this.#clock.now(), retentionMs });
  }

  #checkFetch({ groupId, member }: OffsetQuery): GroupError {
    if (member === undefined || (member.memberId === null && member.memberEpoch < 0)) return null;
    return this.#groupOf(groupId)?.checkFetch?.(member.memberId, member.memberEpoch) ?? null;
  }

  #check(
    identity: MemberIdentity,
    how: { readonly isTransactional: boolean; readonly knowsMemberEpochs?: boolean },
  ): GroupError {
    const { isTransactional } = how;
    const group = this.#groupOf(identity.groupId);
    if (group !== undefined) return group.checkCommit(identity, how);
    if (identity.generationId < 0) return null;
    // A group that has only committed has no members.
    if (this.has(identity.groupId)) return 'UNKNOWN_MEMBER_ID';
    // Who names a generation was in a group that is no more; transactional clients have no name for that.
    return isTransactional ? 'ILLEGAL_GENERATION' : 'GROUP_ID_NOT_FOUND';
  }

  async #write(commit: Commit, refusal: GroupError, producer?: ProducerStamp): Promise<CommitAnswer> {
    const { groupId, offsets, retentionMs } = commit;
    if (refusal !== null) return { errors: offsets.map(() => refusal) };
    const metadataMax = this.#settings.offsetMetadataMaxBytes;
    const { records, errors } = commitRecords({ groupId, offsets, now: this.#clock.now(), retentionMs, metadataMax });
    if (records.length === 0) return { errors };
    const failure = await this.#append(records, producer);
    if (failure === null) this.#counters.offsetCommits += records.length;
    if (failure === null) return { errors };
    const { error: failed, isFull } = failure;
    return { errors: errors.map((error) => error ?? failed), ...(isFull && { isFull }) };
  }

  async #append(records: readonly RecordInput[], producer?: ProducerStamp): Promise<Unwritten | null> {
    try {
      const receipt = this.#partition.append(records, producer);
      return (await this.#partition.isSafe(receipt)) ? null : { error: 'NOT_COORDINATOR', isFull: false };
    } catch (error) {
      return { error: coordinatorFailure(error), isFull: isMillraceError(error, 'ERR_MILLRACE_NO_SPACE') };
    }
  }
}
