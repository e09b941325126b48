/** The partitions that a member of a group is assigned, as its leader has written them. */
import { isMillraceError } from '../errors.ts';
import { decodeAssignment } from './assignment-format.ts';
import { comparePartitions } from './partitions-format.ts';
import type { GroupDescription, MemberDescription } from './group-requests.ts';
import type { TopicPartition } from '../types.ts';

/** Null where the bytes say something else: those of another type of group (Connect's) do, and so may those of a faulty leader. */
export function memberPartitions(
  { protocolType }: Pick<GroupDescription, 'protocolType'>,
  { assignment }: Pick<MemberDescription, 'assignment'>,
): readonly TopicPartition[] | null {
  if (protocolType !== 'consumer') return null;
  // The leader had nothing for it.
  if (assignment.length === 0) return [];
  try {
    return [...decodeAssignment(assignment).partitions].sort(comparePartitions);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT') || isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE')) return null;
    throw error;
  }
}

/** `orders:0,1 payments:3`; `?` for what cannot be read. */
export function showPartitions(partitions: readonly TopicPartition[] | null): string {
  if (partitions === null) return '?';
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), partition]);
  return Array.from(topics, ([topic, numbers]) => `${topic}:${numbers.join(',')}`).join(' ');
}
