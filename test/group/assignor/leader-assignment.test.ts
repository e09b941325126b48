import { expect, test } from 'vitest';
import { decodeAssignment } from '#millrace/group/assignment-format.js';
import type { Assignor, MemberSubscription } from '#millrace/group/assignor/assignor.js';
import { cooperativeStickyAssignor } from '#millrace/group/assignor/cooperative-sticky-assignor.js';
import { assignAsLeader } from '#millrace/group/assignor/leader-assignment.js';
import { rangeAssignor } from '#millrace/group/assignor/range-assignor.js';
import type { JoinedMember } from '#millrace/group/group-requests.js';
import { encodeSubscription } from '#millrace/group/subscription-format.js';
import { member, partitionsOf, textOf, topicsOf } from './groups.ts';

const metadata = topicsOf({ t: 4 });
const joined = (memberId: string, subscription: MemberSubscription): JoinedMember => ({
  memberId,
  groupInstanceId: subscription.groupInstanceId,
  metadata: encodeSubscription(subscription),
});
const shown = (assignments: readonly { memberId: string; assignment: Uint8Array }[]) =>
  assignments.map(({ memberId, assignment }) => `${memberId}: ${textOf(decodeAssignment(assignment).partitions)}`);

test('bytes in, bytes out', () => {
  const members = [
    joined('b', member('t nowhere')),
    joined('a', member('t')),
    joined('z', member('t', { instance: 'i' })),
  ];
  const answer = assignAsLeader(rangeAssignor, { protocol: 'eager', metadata, members });
  expect(shown(answer.assignments)).toEqual(['b: t-3', 'a: t-2', 'z: t-0 t-1']);
  expect(answer.topics).toEqual(new Set(['t', 'nowhere']));
  expect(answer.unreadable).toEqual([]);
});

test('a member whose subscription is damaged gets nothing, and costs the others nothing', () => {
  const damaged = [
    Buffer.alloc(0),
    Buffer.from([0]),
    Buffer.from('ffff00000000', 'hex'),
    Buffer.from('0000ffffffff', 'hex'),
  ];
  const bad = damaged.map((bytes, i): JoinedMember => ({ memberId: `x${i}`, groupInstanceId: null, metadata: bytes }));
  for (const assignor of [rangeAssignor, cooperativeStickyAssignor]) {
    const members = [...bad, joined('a', member('t'))];
    const { assignments, unreadable } = assignAsLeader(assignor, { protocol: 'eager', metadata, members });
    expect(shown(assignments)).toEqual([...bad.map(({ memberId }) => `${memberId}: `), 'a: t-0 t-1 t-2 t-3']);
    expect(unreadable).toEqual(['x0', 'x1', 'x2', 'x3']);
  }
});

const own = (assign: Assignor['assign']): Assignor => ({ name: 'own', protocols: ['cooperative', 'eager'], assign });
const handler = expect.objectContaining({ code: 'ERR_MILLRACE_HANDLER' });

test("a program's own assignor: user data goes both ways, who is left out gets nothing", () => {
  const assignor = own((_, subscriptions) => {
    const { userData } = subscriptions.get('a')!;
    return new Map([['a', { partitions: partitionsOf('t-0'), userData }]]);
  });
  const members = [joined('a', member('t', { userData: Buffer.from('hi') })), joined('b', member('t'))];
  const { assignments } = assignAsLeader(assignor, { protocol: 'eager', metadata, members });
  expect(shown(assignments)).toEqual(['a: t-0', 'b: ']);
  expect(decodeAssignment(assignments[0].assignment).userData).toEqual(Buffer.from('hi'));
});

test("what a program's own assignor throws says whose fault it is", () => {
  const cause = new Error('no idea');
  const assignor = own(() => {
    throw cause;
  });
  const run = (): unknown =>
    assignAsLeader(assignor, { protocol: 'eager', metadata, members: [joined('a', member('t'))] });
  expect(run).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_HANDLER', cause }));
});

test('in a cooperative group nothing is given away that its owner has yet', () => {
  const assignor = own(
    () =>
      new Map([
        ['a', { partitions: [], userData: null }],
        ['b', { partitions: partitionsOf('t-0'), userData: null }],
      ]),
  );
  const members = [joined('a', member('t', { owned: 't-0', generation: 1 })), joined('b', member('t'))];
  expect(() => assignAsLeader(assignor, { protocol: 'cooperative', metadata, members })).toThrow(handler);
  expect(assignAsLeader(assignor, { protocol: 'eager', metadata, members }).assignments).toHaveLength(2);
  const free = [joined('a', member('t', { generation: 1 })), joined('b', member('t'))];
  expect(assignAsLeader(assignor, { protocol: 'cooperative', metadata, members: free }).assignments).toHaveLength(2);
});
