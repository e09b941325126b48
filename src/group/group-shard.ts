/**
 * The groups of one partition of `__consumer_offsets`, loaded from it: members ask here, and what they are answered stands in the log as safely as the
 * topic's settings say. A group without members that has committed offsets is one too, an empty one.
 */
import type { Clock } from '../clock.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import type { Receipt } from '../log/receipt.ts';
import type { Logger, RecordInput } from '../types.ts';
import { ClassicGroup } from './classic/classic-group.ts';
import { refusedJoin, refusedSync } from './classic/group-answers.ts';
import type { GroupEnvironment, GroupSettings } from './classic/group-environment.ts';
import { tombstones } from './commit-records.ts';
import { coordinatorFailure } from './coordinator-failure.ts';
import { type CommitSettings, GroupCommits } from './group-commits.ts';
import type { GroupCounters } from './group-counters.ts';
import { encodeGroupKey, encodeGroupMetadata, type GroupMetadata } from './group-metadata-format.ts';
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
import { OffsetsPartition } from './offsets-partition.ts';

export interface ShardOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly settings: GroupSettings & CommitSettings;
  readonly counters: GroupCounters;
  readonly newMemberId: (prefix: string) => string;
}

export class GroupShard {
  readonly commits: GroupCommits;
  readonly #partition: OffsetsPartition;
  readonly #environment: GroupEnvironment;
  readonly #groups = new Map<string, ClassicGroup>();
  /** Of the last record of a group. */
  #receipt: Receipt | null = null;

  /** Errors: as a read, and CORRUPT. */
  static async load(log: PartitionLog, options: ShardOptions): Promise<GroupShard> {
    const partition = new OffsetsPartition(log, options);
    const groups = await partition.load();
    return new GroupShard(partition, groups, options);
  }

  private constructor(partition: OffsetsPartition, groups: ReadonlyMap<string, GroupMetadata>, options: ShardOptions) {
    this.#partition = partition;
    this.#environment = {
      ...options,
      write: (groupId, metadata) => this.#write(groupId, metadata),
      unused: (groupId) => void this.#groups.delete(groupId),
    };
    this.commits = new GroupCommits(partition, options, (groupId) => this.#groups.get(groupId));
    for (const [groupId, metadata] of groups)
      this.#groups.set(groupId, ClassicGroup.restore(groupId, metadata, this.#environment));
  }

  /** Its log is: the topic was deleted. */
  get isClosed(): boolean {
    return this.#partition.isClosed;
  }

  async join(request: JoinRequest): Promise<JoinAnswer> {
    const { groupId, memberId } = request;
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

  async sync(request: SyncRequest): Promise<SyncAnswer> {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) return refusedSync('UNKNOWN_MEMBER_ID');
    const answer = await new Promise<SyncAnswer>((resolve) => group.sync(request, resolve));
    return (await this.#isSafe()) ? answer : refusedSync('NOT_COORDINATOR');
  }

  heartbeat(request: MemberIdentity): GroupError {
    const group = this.#groups.get(request.groupId);
    return group === undefined ? 'UNKNOWN_MEMBER_ID' : group.heartbeat(request);
  }

  async untilRebalance(request: MemberIdentity): Promise<GroupError> {
    const group = this.#groups.get(request.groupId);
    if (group === undefined) return 'UNKNOWN_MEMBER_ID';
    return new Promise((resolve) => group.untilRebalance(request, resolve));
  }

  async leave(groupId: string, members: readonly LeavingMember[]): Promise<LeaveAnswer> {
    const group = this.#groups.get(groupId);
    if (group === undefined) return nobodyLeft(members);
    const answer = group.leave(members);
    return (await this.#isSafe()) ? answer : { error: 'NOT_COORDINATOR', members: [] };
  }

  describe(groupId: string): GroupDescription {
    const group = this.#groups.get(groupId);
    if (group !== undefined) return group.describe();
    const isKnown = this.commits.has(groupId);
    return {
      error: isKnown ? null : 'GROUP_ID_NOT_FOUND',
      groupId,
      state: isKnown ? 'Empty' : 'Dead',
      protocolType: '',
      protocolName: '',
      members: [],
    };
  }

  list(): GroupListing[] {
    const found = Array.from(this.#groups, ([groupId, { protocolType, state }]) =>
      listed(groupId, protocolType, state),
    );
    for (const groupId of this.commits.groups)
      if (!this.#groups.has(groupId)) found.push(listed(groupId, null, 'Empty'));
    return found;
  }

  summaries(): GroupSummary[] {
    return this.list().map(({ groupId, protocolType, state, type }) => {
      const group = this.#groups.get(groupId);
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
    const group = this.#groups.get(groupId);
    if (group === undefined && !this.commits.has(groupId)) return 'GROUP_ID_NOT_FOUND';
    if (group !== undefined && group.state !== 'Empty') return 'NON_EMPTY_GROUP';
    try {
      const { count } = this.commits;
      const receipt = this.#forget(groupId, this.commits.forgetAll(groupId));
      this.#environment.counters.offsetDeletions += count - this.commits.count;
      return (await this.#partition.isSafe(receipt)) ? null : 'NOT_COORDINATOR';
    } catch (error) {
      return coordinatorFailure(error);
    }
  }

  /** Forgets offsets that have had their time, and groups that have nothing left (KIP-211). What cannot be written is looked at again the next time. */
  expire(retentionMs: number): void {
    for (const groupId of new Set([...this.#groups.keys(), ...this.commits.groups])) {
      const { expired, groupGoes } = this.commits.expired(groupId, retentionMs);
      const records = tombstones(groupId, expired);
      try {
        // A group that somebody is on the way to is not gone.
        if (groupGoes && this.#groups.get(groupId)?.isAwaited !== true) this.#forget(groupId, records);
        else if (records.length > 0) this.#partition.append(records);
        this.#environment.counters.offsetExpirations += expired.length;
      } catch (error) {
        coordinatorFailure(error);
        this.#environment.logger.warn?.({ err: error, groupId }, 'expired offsets could not be deleted');
      }
    }
  }

  /** Whoever waits is told to look for the coordinator anew. */
  close(): void {
    for (const group of this.#groups.values()) group.end('NOT_COORDINATOR');
    this.#groups.clear();
  }

  #write(groupId: string, metadata: GroupMetadata): GroupError {
    try {
      this.#receipt = this.#partition.append([{ key: encodeGroupKey(groupId), value: encodeGroupMetadata(metadata) }]);
      return null;
    } catch (error) {
      const failure = coordinatorFailure(error);
      this.#environment.logger.warn?.({ err: error, groupId }, 'the state of a group could not be written');
      return failure;
    }
  }

  /** With its offsets, in one go. */
  #forget(groupId: string, offsets: readonly RecordInput[]): Receipt {
    const receipt = this.#partition.append([...offsets, { key: encodeGroupKey(groupId), value: null }]);
    this.#groups.get(groupId)?.end('GROUP_ID_NOT_FOUND');
    this.#groups.delete(groupId);
    return receipt;
  }

  async #isSafe(): Promise<boolean> {
    return this.#partition.isSafe(this.#receipt);
  }
}

/** Where there is no such group. */
export function nobodyLeft(members: readonly LeavingMember[]): LeaveAnswer {
  const error = 'UNKNOWN_MEMBER_ID';
  return {
    error: null,
    members: members.map(({ memberId, groupInstanceId }) => ({ memberId, groupInstanceId, error })),
  };
}

function listed(groupId: string, protocolType: string | null, state: GroupListing['state']): GroupListing {
  return { groupId, protocolType: protocolType ?? '', state, type: 'classic' };
}
