/**
 * The coordinator of a store's consumer groups: what GroupCoordinator says, over the partitions of `__consumer_offsets`. Each is loaded when one of its
 * groups is first asked for; the topic is made when something must be written there.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import { coordinatorPartition } from '../protocol/coordinator-partition.ts';
import { guardedClock } from '../guarded-clock.ts';
import type { TopicPartition } from '../types.ts';
import { nobodyLeft, refusedJoin, refusedSync } from './classic/group-answers.ts';
import type { GroupOverrides } from './consumer/consumer-environment.ts';
import { newGroupCounters } from './group-counters.ts';
import { checkHeartbeat } from './consumer/heartbeat-check.ts';
import {
  type ConsumerGroupCoordinator,
  type ConsumerGroupDescription,
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  refusedHeartbeat,
  unknownConsumerGroup,
} from './consumer/consumer-requests.ts';
import { TopicsHash } from './consumer/topics-hash.ts';
import type {
  CommitAnswer,
  CommitRequest,
  GroupCoordinator,
  GroupDescription,
  GroupError,
  GroupListing,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberIdentity,
  OffsetAnswer,
  OffsetDeletionAnswer,
  OffsetQuery,
  SyncAnswer,
  SyncRequest,
  TransactionalCommitRequest,
} from './group-requests.ts';
import { GroupShard, type ShardOptions } from './group-shard.ts';
import { GroupShards } from './group-shards.ts';
import type { GroupSummary, GroupView } from './group-view.ts';
import { answerNothing } from './offset-answer.ts';
import type { DeletedTopic } from './offset-deletion.ts';
import type { CommittedOffset } from './offset-table.ts';
import type { OffsetsTopic } from './offsets-topic.ts';
import type { ShownGroup } from './shown-group.ts';
import { unknownGroup } from './written-group.ts';

export interface RetentionSettings {
  /** How long offsets are kept that nobody uses: `offsets.retention.minutes`. */
  readonly offsetsRetentionMs: number;
  /** `offsets.retention.check.interval.ms` */
  readonly offsetsRetentionCheckIntervalMs: number;
}

export interface GroupsOptions extends Omit<ShardOptions, 'counters'> {
  readonly settings: ShardOptions['settings'] & RetentionSettings;
  readonly topic: OffsetsTopic;
}

export class Groups implements GroupCoordinator, ConsumerGroupCoordinator, GroupView {
  readonly counters = newGroupCounters();
  readonly #options: GroupsOptions;
  readonly #hash: TopicsHash;
  readonly #shards: GroupShards;
  #overrides: ReadonlyMap<string, GroupOverrides> = new Map();
  #isClosed = false;
  #cancelExpiry: () => void = () => undefined;

  constructor(options: GroupsOptions) {
    this.#options = { ...options, clock: guardedClock(options.clock, options.logger, 'groups') };
    this.#hash = new TopicsHash(options.topics);
    const { topic, logger } = options;
    const load = (index: number): Promise<GroupShard> => this.#load(index);
    this.#shards = new GroupShards({ logger, partitionCount: () => topic.partitionCount, load });
    this.#awaitExpiry();
  }

  async join(request: JoinRequest): Promise<JoinAnswer> {
    const { groupId, memberId, sessionTimeoutMs } = request;
    const { groupMinSessionTimeoutMs, groupMaxSessionTimeoutMs } = this.#options.settings;
    if (groupId === '') return refusedJoin('INVALID_GROUP_ID', memberId);
    if (sessionTimeoutMs < groupMinSessionTimeoutMs || sessionTimeoutMs > groupMaxSessionTimeoutMs)
      return refusedJoin('INVALID_SESSION_TIMEOUT', memberId);
    return (await this.#making(groupId)).join(request);
  }

  async sync(request: SyncRequest): Promise<SyncAnswer> {
    if (request.groupId === '') return refusedSync('INVALID_GROUP_ID');
    const shard = await this.#shardOf(request.groupId);
    return shard === null ? refusedSync('UNKNOWN_MEMBER_ID') : shard.sync(request);
  }

  async heartbeat(request: MemberIdentity): Promise<GroupError> {
    if (request.groupId === '') return 'INVALID_GROUP_ID';
    const shard = await this.#shardOf(request.groupId);
    return shard === null ? 'UNKNOWN_MEMBER_ID' : shard.heartbeat(request);
  }

  async untilRebalance(request: MemberIdentity): Promise<GroupError> {
    if (request.groupId === '') return 'INVALID_GROUP_ID';
    const shard = await this.#shardOf(request.groupId);
    return shard === null ? 'UNKNOWN_MEMBER_ID' : shard.untilRebalance(request);
  }

  async consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer> {
    const { settings, newMemberId } = this.#options;
    const refusal = checkHeartbeat(request, settings.groupConsumerAssignors);
    if (refusal !== null) return refusedHeartbeat(refusal.error, refusal.message);
    const { groupId, memberId } = request;
    await this.#hash.prepare();
    const shard = await this.#making(groupId);
    return shard.consumerHeartbeat({ ...request, memberId: memberId === '' ? newMemberId('') : memberId });
  }

  async describeConsumerGroups(groupIds: readonly string[]): Promise<ConsumerGroupDescription[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        if (groupId === '') return unknownConsumerGroup(groupId, 'INVALID_GROUP_ID');
        const shard = await this.#shardOrError(groupId);
        if (typeof shard === 'string') return unknownConsumerGroup(groupId, shard);
        return shard?.consumers.get(groupId)?.describe() ?? unknownConsumerGroup(groupId, 'GROUP_ID_NOT_FOUND');
      }),
    );
  }

  overrideSettings(overrides: ReadonlyMap<string, GroupOverrides>): void {
    this.#overrides = overrides;
  }

  async leave(groupId: string, members: readonly LeavingMember[]): Promise<LeaveAnswer> {
    if (groupId === '') return { error: 'INVALID_GROUP_ID', members: [] };
    const shard = await this.#shardOf(groupId);
    return shard === null ? nobodyLeft(members) : shard.leave(groupId, members);
  }

  async commit(request: CommitRequest): Promise<CommitAnswer> {
    return (await this.#making(request.groupId)).commits.commit(request);
  }

  async commitInTransaction(request: TransactionalCommitRequest): Promise<CommitAnswer> {
    return (await this.#making(request.groupId)).commits.commitInTransaction(request);
  }

  async offsets(query: OffsetQuery): Promise<OffsetAnswer> {
    const shard = await this.#shardOf(query.groupId);
    return shard === null ? { error: null, offsets: answerNothing(query) } : shard.commits.find(query);
  }

  /** What a group has committed, in the order of topics and partitions. */
  async committed(groupId: string): Promise<CommittedOffset[]> {
    return (await this.#shardOf(groupId))?.commits.committed(groupId) ?? [];
  }

  async describe(groupIds: readonly string[]): Promise<GroupDescription[]> {
    return Promise.all(
      groupIds.map(async (groupId) => {
        const shard = await this.#shardOrError(groupId);
        if (typeof shard === 'string') return { ...unknownGroup(groupId), error: shard };
        return shard === null ? unknownGroup(groupId) : shard.describe(groupId);
      }),
    );
  }

  async show(groupId: string): Promise<ShownGroup | null> {
    return (await this.#shardOf(groupId))?.show(groupId) ?? null;
  }

  async list(): Promise<GroupListing[]> {
    return this.#each((shard) => shard.list());
  }

  async summaries(): Promise<GroupSummary[]> {
    return this.#each((shard) => shard.summaries());
  }

  /** Committed offsets, of all groups. */
  async offsetCount(): Promise<number> {
    return (await this.#each(({ offsetCount }) => [offsetCount])).reduce((sum, count) => sum + count, 0);
  }

  async deleteGroups(groupIds: readonly string[]): Promise<GroupError[]> {
    const errors: GroupError[] = [];
    for (const groupId of groupIds) {
      const shard = await this.#shardOrError(groupId);
      if (typeof shard === 'string') errors.push(shard);
      else errors.push(shard === null ? 'GROUP_ID_NOT_FOUND' : await shard.delete(groupId));
    }
    return errors;
  }

  async deleteOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<OffsetDeletionAnswer> {
    const error = groupId === '' ? 'INVALID_GROUP_ID' : 'GROUP_ID_NOT_FOUND';
    const shard = groupId === '' ? null : await this.#shardOf(groupId);
    return shard === null ? { error, errors: partitions.map(() => error) } : shard.commits.delete(groupId, partitions);
  }

  /** Has groups forget what they have committed for a topic that is no more, also in open transactions. False where some of it stays, in a log that cannot be read or written. */
  async forgetTopic(deleted: DeletedTopic): Promise<boolean> {
    const { topic, logger } = this.#options;
    let isForgotten = true;
    for (let index = 0; index < topic.partitionCount; index++) {
      // Where nobody has written anything.
      if (!this.#shards.has(index) && topic.endOffset(index) === 0) continue;
      try {
        await (await this.#shards.get(index)).commits.forgetTopics([deleted]);
      } catch (error) {
        isForgotten = false;
        logger.error?.({ err: error, topic: deleted.name }, 'offsets of a deleted topic could not be forgotten');
      }
    }
    return isForgotten;
  }

  /** Forgets committed offsets that have had their time: what is done by itself every `offsetsRetentionCheckIntervalMs`. */
  async expire(): Promise<void> {
    const { offsetsRetentionMs } = this.#options.settings;
    await this.#shards.each((shard) => {
      shard.expire(offsetsRetentionMs);
      return [];
    });
  }

  /** Answers whoever waits; what members have is in the log, and their sessions begin anew with the next one that loads it. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#cancelExpiry();
    await this.#shards.close();
  }

  /** Null where there is no topic, and so no group. */
  #shardOf(groupId: string): GroupShard | Promise<GroupShard> | null {
    this.#checkOpen();
    const { partitionCount } = this.#options.topic;
    return partitionCount === 0 ? null : this.#shards.get(coordinatorPartition(groupId, partitionCount));
  }

  /** As `#shardOf`, for who asks of several groups: what stands in the way of one is no answer for the others. Kafka has no coordinator where a log could not be loaded. */
  async #shardOrError(groupId: string): Promise<GroupShard | null | 'NOT_COORDINATOR'> {
    try {
      return await this.#shardOf(groupId);
    } catch (error) {
      this.#checkOpen();
      if (!isMillraceError(error)) throw error;
      this.#options.logger.warn?.({ err: error, groupId }, 'the groups of a partition could not be loaded');
      return 'NOT_COORDINATOR';
    }
  }

  async #each<T>(look: (shard: GroupShard) => readonly T[]): Promise<T[]> {
    this.#checkOpen();
    const found = await this.#shards.each(look);
    this.#checkOpen();
    return found;
  }

  async #making(groupId: string): Promise<GroupShard> {
    this.#checkOpen();
    const { topic } = this.#options;
    if (topic.partitionCount === 0) await topic.make();
    return this.#shards.get(coordinatorPartition(groupId, topic.partitionCount));
  }

  async #load(index: number): Promise<GroupShard> {
    const { topic, ...options } = this.#options;
    const overridesOf = (groupId: string): GroupOverrides => this.#overrides.get(groupId) ?? {};
    return GroupShard.load(topic.partition(index), {
      ...options,
      counters: this.counters,
      hash: this.#hash,
      overridesOf,
    });
  }

  #awaitExpiry(): void {
    const { clock, logger, settings } = this.#options;
    this.#cancelExpiry = clock.schedule(settings.offsetsRetentionCheckIntervalMs, () => {
      this.expire().catch((error: unknown) => {
        if (!this.#isClosed) logger.warn?.({ err: error }, 'it could not be looked for expired offsets');
      });
      this.#awaitExpiry();
    });
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new MillraceError('ERR_MILLRACE_CLOSED', 'the store is closed');
  }
}
