import { expect, test } from 'vitest';
import { GroupRig, protocols, SESSION_MS, textOf } from './group-rig.ts';

test('a new dynamic member is sent away once with an id, and a rebalance waits for it', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  const sent = rig.join({ requiresKnownMemberId: true });
  expect(sent.answer).toMatchObject({ error: 'MEMBER_ID_REQUIRED', memberId: 'c-2', generationId: -1 });
  // Nobody is bothered yet.
  expect(rig.state).toEqual(['Stable', 1]);
  const again = rig.join({ memberId: a });
  expect(again.answer).toBe(null);
  const back = rig.join({ memberId: 'c-2', requiresKnownMemberId: true });
  expect([again, back].map(({ answer }) => answer!.generationId)).toEqual([2, 2]);
});

test('one that never comes back is waited for as long as its session, and leaves nothing', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  rig.join({ requiresKnownMemberId: true, sessionTimeoutMs: SESSION_MS / 2 });
  const again = rig.join({ memberId: a });
  rig.clock.advance(SESSION_MS / 2);
  expect(again.answer).toMatchObject({ error: null, generationId: 2 });
  expect(rig.join({ memberId: 'c-2' }).answer!.error).toBe('UNKNOWN_MEMBER_ID');
  const other = new GroupRig();
  other.join({ requiresKnownMemberId: true });
  other.clock.advance(SESSION_MS);
  expect(other.forgotten).toEqual(['g']);
  expect(other.clock.scheduled).toBe(0);
});

test('a pending member may leave, and who waited for it alone goes on', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  const sent = rig.join({ requiresKnownMemberId: true });
  const again = rig.join({ memberId: a });
  expect(rig.leave(sent.answer!.memberId)).toBe(null);
  expect(again.answer).toMatchObject({ error: null, generationId: 2 });
});

test('a pending id is no static member', () => {
  const rig = new GroupRig();
  const sent = rig.join({ requiresKnownMemberId: true });
  const { memberId } = sent.answer!;
  expect(rig.join({ memberId, groupInstanceId: 'i' }).answer!.error).toBe('UNKNOWN_MEMBER_ID');
});

test('protocols that nobody shares, and a type that is another, are refused', () => {
  const rig = new GroupRig();
  expect(rig.join({ protocols: [] }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(rig.join({ protocolType: '' }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  rig.stable(1, () => ({ protocols: protocols('range', 'sticky') }));
  expect(rig.join({ protocols: protocols('other') }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(rig.join({ protocolType: 'connect' }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
  // What is shared by all is: `range` alone from here on.
  rig.join({ protocols: protocols('range', 'other') });
  expect(rig.join({ protocols: protocols('sticky') }).answer!.error).toBe('INCONSISTENT_GROUP_PROTOCOL');
});

test('an empty group takes members of another type', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  rig.leave(a);
  rig.join({ protocolType: 'connect', protocols: protocols('default') });
  rig.clock.advance(0);
  expect(rig.group.describe()).toMatchObject({ protocolType: 'connect', state: 'CompletingRebalance' });
});

test('a protocol that a client names twice counts once', () => {
  const rig = new GroupRig();
  rig.stable(2, () => ({ protocols: protocols('range', 'range', 'sticky') }));
  expect(rig.group.protocolName).toBe('range');
});

test('what a client hands in may change afterwards', () => {
  const rig = new GroupRig();
  const metadata = Buffer.from('mine');
  const joined = rig.join({ protocols: [{ name: 'range', metadata }] });
  metadata.fill(0);
  rig.clock.advance(0);
  const { memberId } = joined.answer!;
  const assignment = Buffer.from('yours');
  rig.sync(memberId, { assignments: [{ memberId, assignment }] });
  assignment.fill(0);
  expect(Buffer.from(rig.written[0].members[0].subscription).toString()).toBe('mine');
  expect(textOf(rig.sync(memberId))).toBe('yours');
});

test('a join that comes again takes the place of the first, which is told to come again', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  const first = rig.join({ memberId: a });
  const second = rig.join({ memberId: a });
  expect(first.answer).toMatchObject({ error: 'REBALANCE_IN_PROGRESS', memberId: a });
  expect(second.answer).toBe(null);
  rig.join({ memberId: b });
  expect(second.answer).toMatchObject({ error: null, generationId: 2 });
});

test('who has not heard what it joined is told again', () => {
  const rig = new GroupRig();
  const [a, b] = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [leader, follower] = [a, b].map(({ answer }) => answer!.memberId);
  expect(rig.join({ memberId: leader }).answer).toEqual(a.answer);
  expect(rig.join({ memberId: follower }).answer).toEqual(b.answer);
  expect(rig.state).toEqual(['CompletingRebalance', 1]);
  rig.assign(leader, [leader, follower]);
  // In a stable group a follower may ask again too; the leader may know of something new.
  expect(rig.join({ memberId: follower }).answer).toEqual(b.answer);
  expect(rig.join({ memberId: leader }).answer).toBe(null);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
});

test('a member that says something else of itself has the group rebalance, also while it is being assigned', () => {
  const rig = new GroupRig();
  const [a, b] = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [leader, follower] = [a, b].map(({ answer }) => answer!.memberId);
  const synced = rig.sync(leader === a.answer!.memberId ? follower : leader);
  rig.join({ memberId: leader, protocols: protocols('range', 'sticky') });
  expect(synced.answer!.error).toBe('REBALANCE_IN_PROGRESS');
  rig.join({ memberId: follower });
  expect(rig.state).toEqual(['CompletingRebalance', 2]);
  rig.assign(leader, [leader, follower]);
  rig.join({ memberId: follower, protocols: protocols('sticky', 'range') });
  expect(rig.state).toEqual(['PreparingRebalance', 2]);
});

test('a full group takes nobody more, but those who are in it', () => {
  const rig = new GroupRig({ groupMaxSize: 2 });
  const [a, b] = rig.stable(2, (index) => ({ groupInstanceId: index === 0 ? 'i' : null }));
  expect(rig.join().answer).toMatchObject({ error: 'GROUP_MAX_SIZE_REACHED', memberId: '' });
  expect(rig.join({ groupInstanceId: 'other' }).answer!.error).toBe('GROUP_MAX_SIZE_REACHED');
  expect(rig.join({ memberId: b }).answer!.error).toBe(null);
  // KAFKA-20601: a static member that is back takes no room.
  expect(rig.join({ groupInstanceId: 'i' }).answer!.error).toBe(null);
  expect(rig.join({ memberId: a, groupInstanceId: 'i' }).answer!.error).toBe('FENCED_INSTANCE_ID');
  expect(rig.state).toEqual(['Stable', 1]);
});

test('a group that may have fewer members now gets rid of those who join last, and does not wait for them', () => {
  const rig = new GroupRig();
  const ids = rig.stable(3);
  rig.restore({ groupMaxSize: 2 });
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  const [first, second] = ids.slice(0, 2).map((memberId) => rig.join({ memberId }));
  expect(second.answer).toBe(null);
  expect(rig.join({ memberId: ids[2] }).answer!.error).toBe('GROUP_MAX_SIZE_REACHED');
  expect([first, second].map(({ answer }) => answer!.generationId)).toEqual([2, 2]);
});

test('a static member that is back takes its own place: no rebalance, the same assignment, and the old id is fenced', () => {
  const rig = new GroupRig();
  const ids = rig.stable(3, (index) => ({ groupInstanceId: `i${index}` }));
  const back = rig.join({ groupInstanceId: 'i1', rebalanceTimeoutMs: 90_000, clientHost: '/10.0.0.1' });
  expect(back.answer).toMatchObject({
    error: null,
    generationId: 1,
    leader: ids[0],
    skipAssignment: false,
    members: [],
  });
  const { memberId } = back.answer!;
  expect(memberId).not.toBe(ids[1]);
  expect(rig.state).toEqual(['Stable', 1]);
  expect(textOf(rig.sync(memberId, { groupInstanceId: 'i1' }))).toBe(ids[1]);
  const stale = { memberId: ids[1], groupInstanceId: 'i1', generationId: 1 };
  expect(rig.heartbeat(ids[1], stale)).toBe('FENCED_INSTANCE_ID');
  expect(rig.sync(ids[1], stale).answer!.error).toBe('FENCED_INSTANCE_ID');
  expect(rig.join(stale).answer!.error).toBe('FENCED_INSTANCE_ID');
  expect(rig.leave(ids[1], 'i1')).toBe('FENCED_INSTANCE_ID');
  for (const isTransactional of [false, true])
    expect(rig.group.checkCommit({ groupId: 'g', ...stale }, { isTransactional })).toBe('FENCED_INSTANCE_ID');
  // Who shows the old id without its instance is known by nobody.
  expect(rig.heartbeat(ids[1])).toBe('UNKNOWN_MEMBER_ID');
  // The log has the new one, with the time-out that it has now (KAFKA-14009).
  const { members } = rig.written.at(-1)!;
  expect(members.find(({ groupInstanceId }) => groupInstanceId === 'i1')).toMatchObject({
    memberId,
    rebalanceTimeoutMs: 90_000,
    clientHost: '/10.0.0.1',
    assignment: new Uint8Array(Buffer.from(ids[1])),
  });
});

test('a static leader that is back goes on leading and does not assign; one that cannot be told so does not lead', () => {
  const rig = new GroupRig();
  const [leader] = rig.stable(2, (index) => ({ groupInstanceId: `i${index}` }));
  const back = rig.join({ groupInstanceId: 'i0' });
  const { memberId } = back.answer!;
  expect(back.answer).toMatchObject({ leader: memberId, skipAssignment: true, generationId: 1 });
  expect(back.answer!.members.map((member) => member.memberId)).toContain(memberId);
  expect(back.answer!.members.map((member) => member.memberId)).not.toContain(leader);
  const old = rig.join({ groupInstanceId: 'i0', supportsSkippingAssignment: false });
  expect(old.answer).toMatchObject({ leader: memberId, skipAssignment: false, members: [] });
  expect(rig.written.at(-1)!.leader).toBe(old.answer!.memberId);
});

test('a static member that is back with another protocol has the group rebalance', () => {
  const rig = new GroupRig();
  const ids = rig.stable(2, (index) => ({ groupInstanceId: `i${index}`, protocols: protocols('range', 'sticky') }));
  const back = rig.join({ groupInstanceId: 'i1', protocols: protocols('sticky') });
  expect(back.answer).toBe(null);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  rig.join({ memberId: ids[0], groupInstanceId: 'i0', protocols: protocols('range', 'sticky') });
  expect(back.answer).toMatchObject({ generationId: 2, protocolName: 'sticky' });
});

test('a static member that is back while its group is being assigned has it rebalance: the leader assigns to the old id', () => {
  const rig = new GroupRig();
  const joins = [0, 1].map((index) => rig.join({ groupInstanceId: `i${index}` }));
  rig.clock.advance(0);
  const [leader, follower] = joins.map(({ answer }) => answer!.memberId);
  const synced = rig.sync(follower, { groupInstanceId: 'i1' });
  const back = rig.join({ groupInstanceId: 'i1' });
  expect(synced.answer!.error).toBe('FENCED_INSTANCE_ID');
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  rig.join({ memberId: leader, groupInstanceId: 'i0' });
  expect(back.answer).toMatchObject({ error: null, generationId: 2 });
});

test('of two who join for one static member the first is fenced', () => {
  const rig = new GroupRig();
  const ids = rig.stable(2, (index) => ({ groupInstanceId: `i${index}` }));
  const other = rig.join();
  const first = rig.join({ groupInstanceId: 'i1' });
  const second = rig.join({ groupInstanceId: 'i1' });
  expect(first.answer!.error).toBe('FENCED_INSTANCE_ID');
  rig.join({ memberId: ids[0], groupInstanceId: 'i0' });
  expect([second, other].map(({ answer }) => answer!.generationId)).toEqual([2, 2]);
});

test('where a static member that is back cannot be written nothing has changed (KAFKA-18263)', () => {
  const rig = new GroupRig();
  const ids = rig.stable(2, (index) => ({ groupInstanceId: `i${index}` }));
  rig.refusal = 'NOT_COORDINATOR';
  for (const groupInstanceId of ['i0', 'i1']) {
    const back = rig.join({ groupInstanceId, rebalanceTimeoutMs: 1 });
    expect(back.answer).toMatchObject({ error: 'NOT_COORDINATOR', memberId: '' });
  }
  rig.refusal = null;
  ids.forEach((memberId, index) => expect(rig.heartbeat(memberId, { groupInstanceId: `i${index}` })).toBe(null));
  expect(textOf(rig.sync(ids[1], { groupInstanceId: 'i1' }))).toBe(ids[1]);
  rig.join({ memberId: ids[0], groupInstanceId: 'i0' });
  expect(rig.join({ memberId: ids[1], groupInstanceId: 'i1' }).answer).toMatchObject({ leader: ids[0] });
  // Its session is one again.
  rig.clock.advance(SESSION_MS);
  expect(rig.state).toEqual(['Empty', 3]);
});

test('static members are lost with their sessions too, and not before', () => {
  const rig = new GroupRig();
  const ids = rig.stable(2, (index) => ({ groupInstanceId: `i${index}`, rebalanceTimeoutMs: 2_000 }));
  const joined = rig.join({ memberId: ids[0], groupInstanceId: 'i0', rebalanceTimeoutMs: 2_000 });
  rig.clock.advance(2_000);
  // The time to join is over, and it has a place still.
  expect(joined.answer!.members).toHaveLength(2);
  rig.clock.advance(2_000);
  // It has not asked for its assignment.
  expect(rig.heartbeat(ids[1], { groupInstanceId: 'i1' })).toBe('UNKNOWN_MEMBER_ID');
  const other = new GroupRig();
  other.stable(1, () => ({ groupInstanceId: 'i' }));
  other.clock.advance(SESSION_MS);
  expect(other.state).toEqual(['Empty', 2]);
});

test('a rebalance that only static members could join waits until one has, or their sessions end', () => {
  const rig = new GroupRig();
  const facts = (index: number): object => ({ groupInstanceId: `i${index}`, rebalanceTimeoutMs: 2_000 });
  const ids = rig.stable(3, (index) => (index === 2 ? {} : facts(index)));
  rig.leave(ids[2]);
  rig.clock.advance(2_000);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  const joined = rig.join({ memberId: ids[1], ...facts(1) });
  rig.clock.advance(2_000);
  expect(rig.state).toEqual(['CompletingRebalance', 2]);
  // The other one keeps its place, but not the lead.
  expect(joined.answer).toMatchObject({ leader: ids[1], generationId: 2 });
  expect(joined.answer!.members).toHaveLength(2);
  rig.assign(ids[1], ids.slice(0, 2));
  rig.leave(ids[1]);
  rig.clock.advance(SESSION_MS);
  expect(rig.state).toEqual(['Empty', 3]);
});
