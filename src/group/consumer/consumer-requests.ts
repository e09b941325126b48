/** What members of groups of the consumer protocol ask, and what they are answered (KIP-848), without its bytes. */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { GroupError } from '../group-requests.ts';
import type { GroupOverrides } from './consumer-environment.ts';
import type { ConsumerGroupStateName } from './consumer-group-state.ts';

/** Null, and -1 of a time, where the member says nothing that it has not said already. */
export interface ConsumerHeartbeatRequest {
  readonly groupId: string;
  /** Empty where the client leaves it to the coordinator. */
  readonly memberId: string;
  /** 0 to join, -1 to leave, -2 of a static member that will be back. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly topicNames: readonly string[] | null;
  /** A regular expression of RE2. */
  readonly topicPattern: string | null;
  readonly assignor: string | null;
  /** What it has. */
  readonly owned: PartitionsById | null;
  /** From version 1 on it makes its id itself. */
  readonly requiresMemberId: boolean;
  /** What an expression stands for is for this member's eyes. */
  readonly mayDescribe: (topic: string) => boolean;
}

export interface ConsumerHeartbeatAnswer {
  readonly error: GroupError;
  /** Of an error, for people. */
  readonly message: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** Null where nothing has changed. */
  readonly assignment: PartitionsById | null;
}

export interface Refusal {
  readonly error: Exclude<GroupError, null>;
  readonly message: string;
}

export interface DescribedPartitions {
  readonly topicId: string;
  readonly topicName: string;
  readonly partitions: readonly number[];
}

export interface ConsumerMemberDescription {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly memberEpoch: number;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topicNames: readonly string[];
  readonly topicPattern: string | null;
  readonly assignment: readonly DescribedPartitions[];
  readonly target: readonly DescribedPartitions[];
  /** It uses the classic protocol. */
  readonly isClassic: boolean;
}

export interface ConsumerGroupDescription {
  readonly error: GroupError;
  readonly groupId: string;
  readonly state: ConsumerGroupStateName;
  readonly epoch: number;
  readonly assignmentEpoch: number;
  readonly assignor: string;
  readonly members: readonly ConsumerMemberDescription[];
}

/** The coordinator of groups of the consumer protocol. Throws where GroupCoordinator does. */
export interface ConsumerGroupCoordinator {
  /** Settles when the answer is as safe as the settings of `__consumer_offsets` say. */
  consumerHeartbeat(request: ConsumerHeartbeatRequest): Promise<ConsumerHeartbeatAnswer>;
  /** In the order of the request. Of a group that is not known, or of the classic protocol: GROUP_ID_NOT_FOUND. */
  describeConsumerGroups(groupIds: readonly string[]): Promise<ConsumerGroupDescription[]>;
  /** What groups have of their own from now on, by their ids; not written down. */
  overrideSettings(overrides: ReadonlyMap<string, GroupOverrides>): void;
}

/** Of an answer that is either. */
export function isRefusal(answer: object): answer is Refusal {
  return 'error' in answer && 'message' in answer;
}

export function refusedHeartbeat(error: GroupError, message: string | null): ConsumerHeartbeatAnswer {
  return { error, message, memberId: null, memberEpoch: 0, heartbeatIntervalMs: 0, assignment: null };
}

export function unknownConsumerGroup(groupId: string, error: GroupError): ConsumerGroupDescription {
  return { error, groupId, state: 'Dead', epoch: 0, assignmentEpoch: 0, assignor: '', members: [] };
}
