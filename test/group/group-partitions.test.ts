import { expect, test } from 'vitest';
import { groupPartitions } from '#millrace/group/group-partitions.js';
import type { ShownMember } from '#millrace/group/shown-group.js';

const at = (partition: number, topic = 't') => ({ topic, partition });

function member(memberId: string, ...partitions: { topic: string; partition: number }[]): ShownMember {
  const facts = { groupInstanceId: null, clientId: 'c', clientHost: '/h', epoch: null, target: null };
  return { memberId, ...facts, partitions };
}

test('what is committed and what is assigned, each partition once', () => {
  const [a, b] = [member('a', at(0), at(1)), member('b', at(0, 'u'))];
  const unreadable = { ...member('c'), partitions: null };
  const group = { members: [b, a, unreadable] };
  const committed = [
    { ...at(1), offset: 5 },
    { ...at(2), offset: 6 },
  ];
  expect(groupPartitions(group, committed, () => 10)).toEqual([
    { ...at(0), offset: null, endOffset: 10, lag: null, member: a },
    { ...at(1), offset: 5, endOffset: 10, lag: 5, member: a },
    { ...at(2), offset: 6, endOffset: 10, lag: 4, member: null },
    { ...at(0, 'u'), offset: null, endOffset: 10, lag: null, member: b },
  ]);
});
