/** Groups for the tests of assignors, in few words: `member('a b', { owned: 'a-0 b-1' })`, topics as counts or as racks, assignments as text. */
import type { Assignment } from '#millrace/group/assignment-format.js';
import type { MemberSubscription, TopicsMetadata } from '#millrace/group/assignor/assignor.js';
import type { TopicPartition } from '#millrace/types.js';

interface MemberFacts {
  readonly owned?: string;
  readonly generation?: number;
  readonly rack?: string | null;
  readonly instance?: string | null;
  readonly userData?: Uint8Array | null;
}

const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

export function partitionsOf(text: string): TopicPartition[] {
  return words(text).map((word) => {
    const [topic, partition] = word.split('-');
    return { topic, partition: Number(partition) };
  });
}

export function member(topics: string, facts: MemberFacts = {}): MemberSubscription {
  const { owned = '', generation = -1, rack = null, instance = null, userData = null } = facts;
  return {
    topics: words(topics),
    userData,
    ownedPartitions: partitionsOf(owned),
    generationId: generation,
    rackId: rack,
    groupInstanceId: instance,
  };
}

export function group(members: Record<string, MemberSubscription>): Map<string, MemberSubscription> {
  return new Map(Object.entries(members));
}

/** Of each topic its number of partitions, or the racks of each of them: `['x y', 'z']`. */
export function topicsOf(topics: Record<string, number | readonly string[]>): TopicsMetadata {
  return {
    partitionCount: (topic) => {
      const found = topics[topic] ?? 0;
      return typeof found === 'number' ? found : found.length;
    },
    racks: (topic, partition) => {
      const found = topics[topic];
      return typeof found === 'number' ? [] : words(found[partition]);
    },
  };
}

export function textOf(partitions: readonly TopicPartition[]): string {
  return partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(' ');
}

/** What each member gets, as text. */
export function shown(assignments: ReadonlyMap<string, Assignment>): Record<string, string> {
  return Object.fromEntries(Array.from(assignments, ([memberId, { partitions }]) => [memberId, textOf(partitions)]));
}
