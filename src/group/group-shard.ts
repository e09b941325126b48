/**
 * The groups of one partition of `__consumer_offsets`, loaded from it: members ask here, and what they are answered stands in the log as safely as the
 * topic's settings say. A group without members that has committed offsets is one too, an empty one.
 */
import type { Clock } from '../clock.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Logger, RecordInput } from '../types.ts';
import { ClassicGroup } from './classic/classic-group.ts';
import { nobodyLeft, refusedJoin, refusedSync } from './classic/group-answers.ts';
import type { GroupEnvironment, GroupSettings } from './classic/group-environment.ts';
import { tombstones } from './commit-records.ts';
import type { ConsumerEnvironment, ConsumerGroupSettings } from './consumer/consumer-environment.ts';
import { ConsumerGroups } from './consumer/consumer-groups.ts';
import {
  type ConsumerHeartbeatAnswer,
  type ConsumerHeartbeatRequest,
  refusedHeartbeat,
} from './consumer/consumer-requests.ts';
import type { GroupTopics } from './consumer/group-topics.ts';
import type { TopicsHash } from './consumer/topics-hash.ts';
import { groupFailure } from './coordinator-failure.ts';
import { type CommitSettings, GroupCommits } from './group-commits.ts';
import type { GroupCounters } from './group-counters.ts';
import { encodeGroupKey, encodeGroupMetadata } from './group-metadata-format.ts';
import type {
  GroupDescription,
  GroupError,
  GroupListing,
  JoinAnswer,
  JoinRequest,
  LeaveAnswer,
  LeavingMember,
  MemberIdentity,
  SyncAnswer,
  SyncRequest,
} from './group-requests.ts';
import type { GroupSummary } from './group-view.ts';
import type { DowngradedGroup } from './migration/group-downgrade.ts';
import { upgrade } from './migration/group-upgrade.ts';
import { OffsetsPartition } from './offsets-partition.ts';
import type { RecordedGroups } from './recorded-groups.ts';
import { shownClassic, shownConsumer, type ShownGroup } from './shown-group.ts';
import { describeWritten, unknownGroup } from './written-group.ts';

export interface ShardOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: GroupSettings & CommitSettings & ConsumerGroupSettings;
  readonly counters: GroupCounters;
  readonly newMemberId: (prefix: string) => string;
  readonly topics: GroupTopics;
}

export interface LoadOptions extends ShardOptions {
  readonly hash: TopicsHash;
  readonly overridesOf: ConsumerEnvironment['overridesOf'];
}

export class GroupShard {
  readonly commits: GroupCommits;
  readonly consumers: ConsumerGroups;
  readonly #partition: OffsetsPartition;
  readonly #environment: GroupEnvironment & ShardOptions;
  readonly #hash: TopicsHash;
  readonly #groups = new Map<string, ClassicGroup>();
  /** Of the last record of a group. */
  #receipt: Receipt | null = null;

  /** Errors: as a read, and CORRUPT. */
  static async load(log: PartitionLog, options: LoadOptions): Promise<GroupShard> {
    const partition = new OffsetsPartition(log, options);
    const groups = await partition.load();
    if (groups.consumer.size > 0) await options.hash.prepare();
    return new GroupShard(partition, groups, options);
  }

  private constructor(partition: OffsetsPartition, { classic, consumer }: RecordedGroups, options: LoadOptions) {
    this.#partition = partition;
    this.#environment = {
      ...options,
      write: (groupId, metadata) =>
        this.#write(groupId, () => [{ key: encodeGroupKey(groupId), value: encodeGroupMetadata(metadata) }]),
      unused: (groupId) => void this.#groups.delete(groupId),
    };
    this.consumers = new ConsumerGroups(consumer, {
      ...options,
      append: (groupId, encode) => this.#write(groupId, encode),
      downgrade: (groupId, encode, group) => this.#downgrade(groupId, encode, group),
    });
    this.#hash = options.hash;
    this.commits = new GroupCommits(
      partition,
      options,
      (groupId) => this.consumers.get(groupId) ?? this.#groups.get(groupId),
    );
    for (const [groupId, metadata] of classic)
      this.#groups.set(groupId, ClassicGroup.restore(groupId, metadata, this.#environment));
  }

  /** Its log is: the topic was deleted. */
  get isClosed(): boolean {
    return this.#partition.isClosed;
  }

  async join(request: JoinRequest): Promise<JoinAnswer> {
    const { groupId, memberId } = request;
    const consumers = this.consumers.get(groupId);
    if (consumers !== undefined && consumers.state.members.size > 0) {
      const answer = consumers.join(request);
      return (await this.#isSafe()) ? answer : refusedJoin('NOT_COORDINATOR', memberId);
    }
    const refusal = consumers === undefined ? null : this.#endConsumerGroup(groupId);
    if (refusal !== null) return refusedJoin(refusal, memberId);
    let group = this.#groups.get(groupId);
    if (group === undefined) {
      if (memberId !== '') return refusedJoin('UNKNOWN_MEMBER_ID', memberId);
      group = new ClassicGroup(groupId, this.#environment);
      this.#groups.set(groupId, group);
    }
    const answer = await new Promise<JoinAnswer>((resolve) => group.join(request, resolve));
    if (group.isUnused) this.#groups.delete(groupId);
    return (await this.#isSafe()) ? answer : refusedJoin('NOT_COORDINATOR', memberId);
  }

  /** A heartbeat of the consumer protocol. */
  async consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer> {
    const { groupId, memberEpoch } = request;
    const classic = this.#groups.get(groupId);
    const facts = { ...this.#environment, hash: this.#hash };
    const before = classic === undefined ? null : upgrade(classic, memberEpoch, facts);
    if (before !== null && 'error' in before) return refusedHeartbeat(before.error, before.message);
    const answer = this.consumers.heartbeat(request, before);
    if (classic !== undefined && answer.error === null) {
      // Its members join again, to be told what is left to them.
      classic.end('REBALANCE_IN_PROGRESS');
      this.#groups.delete(groupId);
    }
    const error = 'NOT_COORDINATOR';
    return (await this.#isSafe()) ? answer : refusedHeartbeat(error, 'the directory is offline, or closed');
  }

  async sync(request: SyncRequest): Promise<SyncAnswer> {
    const consumers = this.consumers.get(request.groupId);
    const group = this.#groups.get(request.groupId);
    if (consumers === undefined && group === undefined) return refusedSync('UNKNOWN_MEMBER_ID');
    const answer =
      consumers?.sync(request) ?? (await new Promise<SyncAnswer>((resolve) => group!.sync(request, resolve)));
    return (await this.#isSafe()) ? answer : refusedSync('NOT_COORDINATOR');
  }

  heartbeat(request: MemberIdentity): GroupError {
    const consumers = this.consumers.get(request.groupId);
    if (consumers !== undefined) return consumers.beat(request);
    const group = this.#groups.get(request.groupId);
    return group === undefined ? 'UNKNOWN_MEMBER_ID' : group.heartbeat(request);
  }

  async untilRebalance(request: MemberIdentity): Promise<GroupError> {
    const group = this.consumers.get(request.groupId) ?? this.#groups.get(request.groupId);
    if (group === undefined) return 'UNKNOWN_MEMBER_ID';
    return new Promise((resolve) => group.untilRebalance(request, resolve));
  }

  async leave(groupId: string, members: readonly LeavingMember[]): Promise<LeaveAnswer> {
    const answer = this.consumers.get(groupId)?.dismiss(members) ?? this.#groups.get(groupId)?.leave(members);
    if (answer === undefined) return nobodyLeft(members);
    return (await this.#isSafe()) ? answer : { error: 'NOT_COORDINATOR', members: [] };
  }

  describe(groupId: string): GroupDescription {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.describe();
    // Of a group of the other protocol this API knows nothing.
    const isKnown = this.consumers.get(groupId) === undefined && this.commits.has(groupId);
    return isKnown ? describeWritten(groupId, null) : unknownGroup(groupId);
  }

  show(groupId: string): ShownGroup | null {
    const group = this.consumers.get(groupId);
    return group === undefined ? shownClassic(this.describe(groupId)) : shownConsumer(group.describe());
  }

  list(): GroupListing[] {
    const found = Array.from(this.#groups, ([groupId, { protocolType, state }]) =>
      listed(groupId, protocolType, state),
    );
    found.push(...this.consumers.list());
    for (const groupId of this.commits.groups)
      if (!this.#groups.has(groupId) && this.consumers.get(groupId) === undefined)
        found.push(listed(groupId, null, 'Empty'));
    return found;
  }

  summaries(): GroupSummary[] {
    return this.list().map(({ groupId, protocolType, state, type }) => {
      const group = this.#groups.get(groupId) ?? this.consumers.size(groupId);
      const [protocolName, memberCount] = [group?.protocolName ?? '', group?.memberCount ?? 0];
      const offsets = (): ReturnType<GroupSummary['offsets']> => this.commits.stored(groupId);
      return { groupId, protocolType, state, type, protocolName, memberCount, offsets };
    });
  }

  /** Committed offsets, of all groups. */
  get offsetCount(): number {
    return this.commits.count;
  }

  /** With all that it has committed. */
  async delete(groupId: string): Promise<GroupError> {
    const state = this.#groups.get(groupId)?.state ?? this.consumers.get(groupId)?.state.state;
    if (state === undefined && !this.commits.has(groupId)) return 'GROUP_ID_NOT_FOUND';
    if (state !== undefined && state !== 'Empty') return 'NON_EMPTY_GROUP';
    try {
      const { count } = this.commits;
      const receipt = this.#forget(groupId, this.commits.forgetAll(groupId));
      this.#environment.counters.offsetDeletions += count - this.commits.count;
      return (await this.#partition.isSafe(receipt)) ? null : 'NOT_COORDINATOR';
    } catch (error) {
      return groupFailure(error);
    }
  }

  /** Forgets offsets that have had their time, and groups that have nothing left (KIP-211). What cannot be written is looked at again the next time. */
  expire(retentionMs: number): void {
    for (const groupId of new Set([...this.#groups.keys(), ...this.consumers.all.keys(), ...this.commits.groups])) {
      const { expired, groupGoes } = this.commits.expired(groupId, retentionMs);
      const records = tombstones(groupId, expired);
      try {
        // A group that somebody is on the way to is not gone.
        if (groupGoes && this.#groups.get(groupId)?.isAwaited !== true) this.#forget(groupId, records);
        else if (records.length > 0) this.#partition.append(records);
        this.#environment.counters.offsetExpirations += expired.length;
      } catch (error) {
        groupFailure(error);
        this.#environment.logger.warn?.({ err: error, groupId }, 'expired offsets could not be deleted');
      }
    }
  }

  /** Whoever waits is told to look for the coordinator anew. */
  close(): void {
    for (const group of this.#groups.values()) group.end('NOT_COORDINATOR');
    this.#groups.clear();
    this.consumers.close();
  }

  /** A group of the classic protocol takes the place of one of the other that has no members. */
  #endConsumerGroup(groupId: string): GroupError {
    const error = this.#write(groupId, () => this.consumers.tombstones(groupId));
    if (error === null) this.consumers.drop(groupId);
    return error;
  }

  /** What members are told that wait is that they have to join again, whether the classic group assigns anew or not. */
  #downgrade(groupId: string, encode: () => readonly RecordInput[], group: DowngradedGroup): GroupError {
    const error = this.#write(groupId, () => [
      ...encode(),
      { key: encodeGroupKey(groupId), value: encodeGroupMetadata(group.metadata) },
    ]);
    if (error !== null) return error;
    this.consumers.drop(groupId, 'REBALANCE_IN_PROGRESS');
    this.#groups.set(groupId, ClassicGroup.after(groupId, group, this.#environment));
    return null;
  }

  /** What cannot be put into bytes cannot be written. */
  #write(groupId: string, encode: () => readonly RecordInput[]): GroupError {
    try {
      this.#receipt = this.#partition.append(encode());
      return null;
    } catch (error) {
      const failure = groupFailure(error);
      this.#environment.logger.warn?.({ err: error, groupId }, 'the state of a group could not be written');
      return failure;
    }
  }

  /** With its offsets, in one go. */
  #forget(groupId: string, offsets: readonly RecordInput[]): Receipt {
    const isConsumer = this.consumers.get(groupId) !== undefined;
    const group = isConsumer ? this.consumers.tombstones(groupId) : [{ key: encodeGroupKey(groupId), value: null }];
    const receipt = this.#partition.append([...offsets, ...group]);
    this.consumers.drop(groupId);
    this.#groups.get(groupId)?.end('GROUP_ID_NOT_FOUND');
    this.#groups.delete(groupId);
    return receipt;
  }

  async #isSafe(): Promise<boolean> {
    return this.#partition.isSafe(this.#receipt);
  }
}

function listed(groupId: string, protocolType: string | null, state: GroupListing['state']): GroupListing {
  return { groupId, protocolType: protocolType ?? '', state, type: 'classic' };
}
