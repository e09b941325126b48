/**
 * A member of a group of the consumer protocol (KIP-848): what it has said of itself, and how far it is on the way to what it is to have. Values that do not
 * change: a member that goes on is another value.
 */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { MemberProtocol } from '../group-requests.ts';
import { sameProtocols } from '../member-protocols.ts';
import { NO_PARTITIONS, samePartitions } from './partition-sets.ts';

/** What a member sends to leave, and a static one to leave for a time. */
export const LEAVING_EPOCH = -1;
export const PAUSING_EPOCH = -2;

/** Of one that goes on with the classic protocol while its group is already of the new one. */
export interface ClassicMember {
  readonly sessionTimeoutMs: number;
  readonly protocols: readonly MemberProtocol[];
}

export interface MemberSubscription {
  readonly instanceId: string | null;
  readonly rackId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly topicNames: ReadonlySet<string>;
  /** A regular expression; empty and null for none. */
  readonly topicPattern: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly assignor: string | null;
  readonly classic: ClassicMember | null;
}

/**
 * `stable`: it has what it is to have. `unrevoked`: it has to let go of something first. `unreleased`: it waits for what others have to let go of.
 * `unknown`: a later version wrote it.
 */
export type MemberState = 'stable' | 'unrevoked' | 'unreleased' | 'unknown';

export interface CurrentAssignment {
  readonly epoch: number;
  /** Who shows this one has not heard of the other. */
  readonly previousEpoch: number;
  readonly state: MemberState;
  readonly assigned: PartitionsById;
  /** What it has to let go of, and has not yet. */
  readonly revoking: PartitionsById;
}

export interface ConsumerMember {
  readonly memberId: string;
  readonly subscription: MemberSubscription;
  readonly current: CurrentAssignment;
}

export const NOTHING_ASSIGNED: CurrentAssignment = {
  epoch: 0,
  previousEpoch: -1,
  state: 'stable',
  assigned: NO_PARTITIONS,
  revoking: NO_PARTITIONS,
};

export const NOTHING_SAID: MemberSubscription = {
  instanceId: null,
  rackId: null,
  clientId: '',
  clientHost: '',
  topicNames: new Set(),
  topicPattern: '',
  rebalanceTimeoutMs: -1,
  assignor: null,
  classic: null,
};

export function newMember(memberId: string): ConsumerMember {
  return { memberId, subscription: NOTHING_SAID, current: NOTHING_ASSIGNED };
}

/** Null for none. */
export function patternOf({ topicPattern }: MemberSubscription): string | null {
  return topicPattern === '' ? null : topicPattern;
}

export function isReconciledTo({ current }: ConsumerMember, targetEpoch: number): boolean {
  return current.state === 'stable' && current.epoch === targetEpoch;
}

export function sameTopics(one: ReadonlySet<string>, other: ReadonlySet<string>): boolean {
  if (one.size !== other.size) return false;
  for (const name of one) if (!other.has(name)) return false;
  return true;
}

export function sameSubscription(one: MemberSubscription, other: MemberSubscription): boolean {
  return (
    one.instanceId === other.instanceId &&
    one.rackId === other.rackId &&
    one.clientId === other.clientId &&
    one.clientHost === other.clientHost &&
    one.topicPattern === other.topicPattern &&
    one.rebalanceTimeoutMs === other.rebalanceTimeoutMs &&
    one.assignor === other.assignor &&
    sameClassic(one.classic, other.classic) &&
    sameTopics(one.topicNames, other.topicNames)
  );
}

function sameClassic(one: ClassicMember | null, other: ClassicMember | null): boolean {
  if (one === null || other === null) return one === other;
  return one.sessionTimeoutMs === other.sessionTimeoutMs && sameProtocols(one.protocols, other.protocols);
}

export function sameAssignment(one: CurrentAssignment, other: CurrentAssignment): boolean {
  return (
    one.epoch === other.epoch &&
    one.previousEpoch === other.previousEpoch &&
    one.state === other.state &&
    samePartitions(one.assigned, other.assigned) &&
    samePartitions(one.revoking, other.revoking)
  );
}
