/** Groups for the tests of server-side assignors: topics by short names, which stand for their ids, partitions as `t-0 u-1`. */
import type { PartitionsById, SpecifiedMember, TopicDescriber } from '#millrace/group/assignor/server-assignor.js';
import { partitionsOf } from './groups.ts';

/** An id of 22 characters that shows which topic it is of. */
export function idOf(topic: string): string {
  return Buffer.from(topic.padEnd(16, '.')).toString('base64url');
}

function nameOf(topicId: string): string {
  return Buffer.from(topicId, 'base64url').toString().replace(/\.+$/, '');
}

export function describing(counts: Record<string, number>): TopicDescriber {
  return { partitionCount: (topicId) => counts[nameOf(topicId)] ?? -1, racks: () => [] };
}

export function specified(topics: string, had = '', instanceId: string | null = null): SpecifiedMember {
  const assignment = new Map<string, Set<number>>();
  for (const { topic, partition } of partitionsOf(had)) {
    const partitions = assignment.get(idOf(topic)) ?? new Set();
    assignment.set(idOf(topic), partitions.add(partition));
  }
  const names = topics.split(' ').filter((topic) => topic !== '');
  return { instanceId, rackId: null, subscribedTopicIds: new Set(names.map(idOf)), assignment };
}

export function targets(assignments: ReadonlyMap<string, PartitionsById>): Record<string, string> {
  const shown = (assignment: PartitionsById): string =>
    Array.from(assignment, ([topicId, partitions]) =>
      Array.from(partitions, (partition) => `${nameOf(topicId)}-${partition}`),
    )
      .flat()
      .join(' ');
  return Object.fromEntries(Array.from(assignments, ([memberId, assignment]) => [memberId, shown(assignment)]));
}
