import { expect, test } from 'vitest';
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import { roundRobinAssignor } from '#millrace/group/assignor/round-robin-assignor.js';
import { encodeSubscription, NO_GENERATION } from '#millrace/group/subscription-format.js';
import type { Assignor, TopicPartition } from '#millrace/main.js';
import { assignAsLeader, countPartitions } from '#millrace/member/leader-assignment.js';

const topics = { partitionCount: (topic: string) => (topic === 'orders' ? 3 : 0), names: () => ['orders'] };
const logger = {};

function member(memberId: string, ownedPartitions: readonly TopicPartition[] = [], generationId = NO_GENERATION) {
  const subscription = { topics: ['orders', 'gone'], userData: null, ownedPartitions, generationId, rackId: null };
  return { memberId, groupInstanceId: null, metadata: encodeSubscription(subscription) };
}

const place = (partition: number): TopicPartition => ({ topic: 'orders', partition });

test('each member gets an assignment, and it is remembered how many partitions there were', () => {
  const members = [member('a'), member('b')];
  const question = { assignor: roundRobinAssignor, protocol: 'eager' as const, members, topics, logger };
  const { assignments, partitionCounts } = assignAsLeader(question);
  expect(assignments.map(({ memberId, assignment }) => [memberId, decodeAssignment(assignment).partitions])).toEqual([
    ['a', [place(0), place(2)]],
    ['b', [place(1)]],
  ]);
  expect([...partitionCounts]).toEqual([
    ['gone', 0],
    ['orders', 3],
  ]);
  expect([...countPartitions(members, topics, logger)]).toEqual([...partitionCounts]);
});

test('a subscription that cannot be read gets nothing, and hurts nobody else', () => {
  const warnings: string[] = [];
  const members = [member('a'), { memberId: 'bad', groupInstanceId: null, metadata: Buffer.from([0, 1, 0xff]) }];
  const { assignments } = assignAsLeader({
    assignor: roundRobinAssignor,
    protocol: 'eager',
    members,
    topics,
    logger: { warn: (_details, message) => void warnings.push(message) },
  });
  expect(assignments.map(({ assignment }) => decodeAssignment(assignment).partitions.length)).toEqual([3, 0]);
  expect(warnings).toHaveLength(1);
});

test('an assignor that fails, or takes from who keeps what it has, fails the rebalance', () => {
  const failing: Assignor = {
    name: 'own',
    protocols: ['cooperative'],
    assign: () => {
      throw new Error('no idea');
    },
  };
  const members = [member('a', [place(0)], 4), member('b', [place(0), place(1)], 3)];
  const ask = (assignor: Assignor) => (): unknown =>
    assignAsLeader({ assignor, protocol: 'cooperative', members, topics, logger });
  expect(ask(failing)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_HANDLER' }));
  const giving = (memberId: string, partition: number): Assignor => ({
    ...failing,
    assign: () => new Map([[memberId, { partitions: [place(partition)], userData: null }]]),
  });
  expect(ask(giving('b', 0))).toThrow('gave orders-0, which a has yet, to b');
  // Who was away owns nothing any more.
  expect(ask(giving('a', 1))).not.toThrow();
});
