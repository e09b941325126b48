/**
 * Which committed offsets are to be forgotten because somebody says so: with their group (DeleteGroups), with their topic, or by name (KIP-496,
 * OffsetDelete). What open transactions have written goes too: a tombstone takes it. The caller appends the tombstones. No I/O.
 */
import type { TopicPartition } from '../types.ts';
import type { GroupError } from './group-requests.ts';
import { CONSUMERS, isSubscribed, type OffsetFacts } from './offset-expiry.ts';
import type { OffsetTable, StoredOffset } from './offset-table.ts';
import { PartitionMap } from './partition-map.ts';

/** A topic that is no more. */
export interface DeletedTopic {
  readonly name: string;
  /** Null: whatever its id was. */
  readonly id: string | null;
}

export interface OffsetDeletion {
  /** Of the request as a whole: nothing is deleted. */
  readonly error: GroupError;
  /** Of each partition, in the order of the request. */
  readonly errors: readonly GroupError[];
  /** Whose offsets are to be forgotten: those of the request that have one. */
  readonly deleted: readonly TopicPartition[];
}

/** All that a group has. */
export function offsetsOfGroup(table: OffsetTable, group: string): TopicPartition[] {
  const committed = Array.from(table.stored(group), ([topic, partition]) => ({ topic, partition }));
  const pending = table.pending(group).filter(({ topic, partition }) => table.find(group, topic, partition) === null);
  return [...committed, ...pending];
}

/** By group, what is of topics that were deleted. What was committed with the id of another topic of that name stays; without an id it goes. */
export function offsetsOfTopics(table: OffsetTable, topics: readonly DeletedTopic[]): Map<string, TopicPartition[]> {
  const ids = new Map(topics.map(({ name, id }) => [name, id]));
  const found = new Map<string, TopicPartition[]>();
  for (const group of table.groups()) {
    const gone = new PartitionMap<true>();
    const add = (topic: string, partition: number, { topicId }: StoredOffset): void => {
      const id = ids.get(topic);
      if (id === null || topicId === null || topicId === id) gone.set(topic, partition, true);
    };
    for (const topic of ids.keys()) {
      for (const [partition, stored] of table.storedOf(group, topic) ?? []) add(topic, partition, stored);
    }
    for (const [topic, partition, stored] of table.staged(group)) if (ids.has(topic)) add(topic, partition, stored);
    if (!gone.isEmpty)
      found.set(
        group,
        Array.from(gone.entries(), ([topic, partition]) => ({ topic, partition })),
      );
  }
  return found;
}

/** KIP-496. `facts` are null where there is no such group. */
export function deleteOffsets(
  table: OffsetTable,
  group: string,
  facts: OffsetFacts | null,
  partitions: readonly TopicPartition[],
): OffsetDeletion {
  const error = refusalOf(facts);
  if (error !== null || facts === null) return { error, errors: partitions.map(() => error), deleted: [] };
  const errors = partitions.map(({ topic }) => (isSubscribed(facts, topic) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : null));
  const deleted = partitions.filter(
    ({ topic, partition }, i) =>
      errors[i] === null && (table.find(group, topic, partition) !== null || table.isPending(group, topic, partition)),
  );
  return { error: null, errors, deleted };
}

/** Of consumers it is known what they subscribe to; of others nothing is, so they must be gone. */
function refusalOf(facts: OffsetFacts | null): GroupError {
  if (facts === null || facts.state === 'Dead') return 'GROUP_ID_NOT_FOUND';
  const isKnown = facts.type === 'consumer' || facts.protocolType === CONSUMERS || facts.state === 'Empty';
  return isKnown ? null : 'NON_EMPTY_GROUP';
}
