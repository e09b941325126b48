/**
 * Which committed offsets of a group have had their time, and whether the group goes with them (KIP-211; OffsetMetadataManager.cleanupExpiredOffsets,
 * ClassicGroup.offsetExpirationCondition).
 *
 *     group                                    its offsets are kept for `offsets.retention.minutes` from
 *     empty                                    the moment when it became empty; from their commits where that is not known
 *     never had members (`simple`)             their commits
 *     stable, of consumers                     their commits, and only those of topics that no member subscribes to
 *     stable, of others; in a rebalance        not at all: they stay
 *     of the protocol of KIP-848               their commits, and only those of topics that no member subscribes to
 *
 * An offset with a time of its own (value 1, from a request of OffsetCommit 2 to 4) goes at that time, where any may go. One that an open transaction
 * is about to set stays, since its tombstone would take what the transaction has written too. A group goes when it is empty and has no offset any more, nor one in an open transaction.
 *
 * The caller looks every `offsets.retention.check.interval.ms`, appends the tombstones in one go with the group's own, and applies them from the log like any
 * others. No I/O.
 */
import type { Timestamp, TopicPartition } from '../types.ts';
import type { GroupState } from './group-requests.ts';
import type { OffsetTable, StoredOffset } from './offset-table.ts';

/** What has a say in it besides the offsets: told by whoever knows the group. */
export interface OffsetFacts {
  readonly type: 'classic' | 'consumer';
  readonly state: GroupState;
  /** Null for a group that has only committed: it never had members. Kafka calls it simple. Of type `consumer` it is not asked for. */
  readonly protocolType: string | null;
  /** Since when it is in its state; null where its record does not say, as before Kafka 2.1. */
  readonly stateSince: Timestamp | null;
  /** Topics that its members subscribe to: none without members; null where that is not known, since a subscription could not be read or is none of a consumer's. */
  readonly subscribedTopics: ReadonlySet<string> | null;
}

export interface Expiry {
  /** Whose offsets are to be forgotten. */
  readonly expired: TopicPartition[];
  /** With these no offset is left, and no member: the group is to be forgotten. */
  readonly groupGoes: boolean;
}

/** `at` is now; `retentionMs` how long offsets are kept. */
export function expire(
  table: OffsetTable,
  group: string,
  facts: OffsetFacts,
  { at, retentionMs }: { readonly at: Timestamp; readonly retentionMs: number },
): Expiry {
  const expired: TopicPartition[] = [];
  const basis = basisOf(facts);
  let left = 0;
  for (const [topic, partition, stored] of table.stored(group)) {
    const goes =
      basis !== 'never' &&
      !isSubscribed(facts, topic) &&
      hasHadItsTime(stored, basis === 'commit' ? stored.commitTimestamp : basis, { at, retentionMs }) &&
      !table.isPending(group, topic, partition);
    if (goes) expired.push({ topic, partition });
    else left++;
  }
  return { expired, groupGoes: left === 0 && facts.state === 'Empty' && !table.hasPending(group) };
}

/** Is some member subscribed to the topic? Where that is not known of consumers, they may be. */
export function isSubscribed({ type, protocolType, subscribedTopics }: OffsetFacts, topic: string): boolean {
  return subscribedTopics?.has(topic) ?? (type === 'consumer' || protocolType === CONSUMERS);
}

/** The protocol type of Kafka's consumers; Connect's workers, for instance, have another. */
export const CONSUMERS = 'consumer';

/** From when on an offset's time counts. */
function basisOf({
  type,
  state,
  protocolType,
  stateSince,
  subscribedTopics,
}: OffsetFacts): Timestamp | 'commit' | 'never' {
  if (type === 'consumer' || protocolType === null) return 'commit';
  if (state === 'Empty') return stateSince ?? 'commit';
  return state === 'Stable' && protocolType === CONSUMERS && subscribedTopics !== null ? 'commit' : 'never';
}

function hasHadItsTime(
  { expireTimestamp }: StoredOffset,
  since: Timestamp,
  { at, retentionMs }: { readonly at: Timestamp; readonly retentionMs: number },
): boolean {
  return expireTimestamp === -1 ? at - since >= retentionMs : at >= expireTimestamp;
}
