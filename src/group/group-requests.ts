/**
 * What members of a group ask its coordinator, and what they are answered: the classic protocol of Kafka's groups without its bytes, so that members on the
 * wire, in this process and in its worker threads ask the same coordinator. An error is the name of Kafka's; null for none.
 */
import type { KafkaErrorName } from '../protocol/error-code.ts';
import type { OffsetToCommit, TopicPartition } from '../types.ts';
import type { ConsumerGroupStateName } from './consumer/consumer-group-state.ts';
import type { CommittedOffset } from './offset-table.ts';

export type GroupError = KafkaErrorName | null;

/** Of a member that has joined: what it shows with each request. */
export interface MemberIdentity {
  readonly groupId: string;
  /** Empty for who is no member. */
  readonly memberId: string;
  /** `group.instance.id` of a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  /** -1 for who is no member. */
  readonly generationId: number;
}

/** An assignor that a member can use, with its subscription for it: bytes that the coordinator does not read. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

export interface JoinRequest {
  readonly groupId: string;
  /** Empty when it joins for the first time. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** `consumer`, `connect`, ... */
  readonly protocolType: string;
  /** The one that it likes best first. */
  readonly protocols: readonly MemberProtocol[];
  /** A new dynamic member is sent away once with an id, MEMBER_ID_REQUIRED, so that one that never hears its answer leaves nothing behind (KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** It understands `skipAssignment` (KIP-814). */
  readonly supportsSkippingAssignment: boolean;
  readonly reason: string | null;
}

export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Uint8Array;
}

export interface JoinAnswer {
  readonly error: GroupError;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** The member id of the leader, which assigns. */
  readonly leader: string;
  readonly skipAssignment: boolean;
  readonly memberId: string;
  /** All members for the leader, none for others. */
  readonly members: readonly JoinedMember[];
}

export interface MemberAssignment {
  readonly memberId: string;
  readonly assignment: Uint8Array;
}

export interface SyncRequest extends MemberIdentity {
  /** Null where the client does not say (before version 5). */
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** Of all members by the leader, none by others. */
  readonly assignments: readonly MemberAssignment[];
}

export interface SyncAnswer {
  readonly error: GroupError;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Uint8Array;
}

export interface LeavingMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly reason: string | null;
}

export interface LeaveAnswer {
  /** Of the request as a whole. */
  readonly error: GroupError;
  /** Of each member, in the order of the request. */
  readonly members: readonly (Omit<LeavingMember, 'reason'> & { readonly error: GroupError })[];
}

/** Where the client names the topic by its id (OffsetCommit and OffsetFetch since version 10). */
export interface TopicId {
  readonly topicId?: string;
}

export interface CommitRequest extends MemberIdentity {
  /** An id is kept with the offset: who asks by the id of another topic of that name does not get it. */
  readonly offsets: readonly (OffsetToCommit & TopicId)[];
  /** False before version 9 of OffsetCommit, which knows generations only. Default: true. */
  readonly knowsMemberEpochs?: boolean;
  /** Of versions 2 to 4: how long the offsets are kept after this; -1 for as long as the broker keeps them. */
  readonly retentionMs: number;
}

/** A commit in a transaction: it counts when the transaction is committed. */
export interface TransactionalCommitRequest extends MemberIdentity {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly offsets: readonly OffsetToCommit[];
}

export interface CommitAnswer {
  /** Of each offset, in the order of the request. */
  readonly errors: readonly GroupError[];
  /** COORDINATOR_NOT_AVAILABLE means that the disk is full: Kafka has no word for that. */
  readonly isFull?: boolean;
}

export interface OffsetQuery {
  readonly groupId: string;
  /** Of a group of the consumer protocol: who asks, and in which epoch. */
  readonly member?: { readonly memberId: string | null; readonly memberEpoch: number };
  /** Null: all that the group has committed. What was committed for another id than the one that is asked for counts as nothing. */
  readonly partitions: readonly (TopicPartition & TopicId)[] | null;
  /** Where an open transaction may still set the offset, the answer is UNSTABLE_OFFSET_COMMIT (KIP-447). */
  readonly requireStable: boolean;
}

export interface FoundOffset extends TopicPartition {
  readonly error: GroupError;
  /** Null where the group has committed nothing. */
  readonly committed: CommittedOffset | null;
}

export interface OffsetAnswer {
  readonly error: GroupError;
  readonly offsets: readonly FoundOffset[];
}

export interface OffsetDeletionAnswer {
  /** Of the request as a whole. */
  readonly error: GroupError;
  /** Of each partition, in the order of the request. */
  readonly errors: readonly GroupError[];
}

export type ClassicGroupState = 'Empty' | 'PreparingRebalance' | 'CompletingRebalance' | 'Stable' | 'Dead';

/** Of a group of either protocol. */
export type GroupState = ClassicGroupState | ConsumerGroupStateName;

export interface GroupListing {
  readonly groupId: string;
  readonly protocolType: string;
  readonly state: GroupState;
  /** KIP-848's `group.protocol`. */
  readonly type: 'classic' | 'consumer';
}

export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** For the protocol that the group has chosen; empty until it has. */
  readonly metadata: Uint8Array;
  readonly assignment: Uint8Array;
}

export interface GroupDescription {
  readonly error: GroupError;
  readonly groupId: string;
  readonly state: ClassicGroupState;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly members: readonly MemberDescription[];
}

/** A coordinator, whoever it is reached through. Requests never throw for what a member did; they do for a store that is closed, and where a log
 * cannot be read; who asks of several groups is answered NOT_COORDINATOR for those in it, and in lists they are missing. Where one cannot be written the answer is COORDINATOR_NOT_AVAILABLE, or NOT_COORDINATOR when the store is offline. */
export interface GroupCoordinator {
  /** Settles when the generation begins, or at once with an error. */
  join(request: JoinRequest): Promise<JoinAnswer>;
  /** Settles when the leader has assigned. */
  sync(request: SyncRequest): Promise<SyncAnswer>;
  heartbeat(request: MemberIdentity): Promise<GroupError>;
  /**
   * Settles when a heartbeat would tell the member to join again, and at once if it would now: for members in the same process, which need not ask for that. It keeps no
   * session. Of two calls of one member the later one counts; the other is answered null.
   */
  untilRebalance(request: MemberIdentity): Promise<GroupError>;
  leave(groupId: string, members: readonly LeavingMember[]): Promise<LeaveAnswer>;
  /** Settles when the offsets are as safe as the settings of `__consumer_offsets` say, and to be seen. */
  commit(request: CommitRequest): Promise<CommitAnswer>;
  commitInTransaction(request: TransactionalCommitRequest): Promise<CommitAnswer>;
  offsets(query: OffsetQuery): Promise<OffsetAnswer>;
  /** Of a group that is not known: GROUP_ID_NOT_FOUND, and `Dead`, which is all that clients of DescribeGroups before version 6 are told. */
  describe(groupIds: readonly string[]): Promise<GroupDescription[]>;
  list(): Promise<GroupListing[]>;
  /** Groups that have no members go, with their offsets: an error for each, in the order of the request. */
  deleteGroups(groupIds: readonly string[]): Promise<GroupError[]>;
  /** Offsets of partitions that no member of the group subscribes to (KIP-496). */
  deleteOffsets(groupId: string, partitions: readonly TopicPartition[]): Promise<OffsetDeletionAnswer>;
}
