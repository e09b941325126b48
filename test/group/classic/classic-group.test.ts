import { expect, test } from 'vitest';
import { isSubscribed } from '#millrace/group/offset-expiry.js';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { GroupRig, protocols, SESSION_MS, textOf } from './group-rig.ts';

test('each member gets what the leader assigned to it, and nothing where it assigned nothing', () => {
  const rig = new GroupRig();
  const joins = [rig.join(), rig.join(), rig.join()];
  rig.clock.advance(0);
  const [a, b, c] = joins.map(({ answer }) => answer!.memberId);
  const early = rig.sync(b);
  expect(early.answer).toBe(null);
  // Of somebody who is no member it may say what it will.
  const assigned = rig.assign(a, [a, b, 'nobody']);
  expect([assigned, early, rig.sync(c)].map(textOf)).toEqual([a, b, '']);
  expect(assigned.answer).toMatchObject({ error: null, protocolType: 'consumer', protocolName: 'range' });
  expect(rig.state).toEqual(['Stable', 1]);
  expect(rig.written).toHaveLength(1);
  expect(rig.written[0]).toMatchObject({ generationId: 1, protocolName: 'range', leader: a, protocolType: 'consumer' });
  expect(rig.written[0].members.map((member) => [member.memberId, Buffer.from(member.assignment).toString()])).toEqual([
    [a, a],
    [b, b],
    [c, ''],
  ]);
  expect(rig.written[0].members[0]).toMatchObject({
    groupInstanceId: null,
    clientId: 'c',
    clientHost: '/127.0.0.1',
    rebalanceTimeoutMs: 60_000,
    sessionTimeoutMs: SESSION_MS,
  });
});

test('only the leader assigns', () => {
  const rig = new GroupRig();
  const joins = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [a, b] = joins.map(({ answer }) => answer!.memberId);
  const follower = rig.assign(b, [a, b]);
  expect(follower.answer).toBe(null);
  rig.assign(a, [a]);
  expect(textOf(follower)).toBe('');
});

test('a sync of another generation, another protocol or nobody is refused', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  const errorOf = (facts: object, memberId = a): string | null => rig.sync(memberId, facts).answer!.error;
  expect(errorOf({}, 'nobody')).toBe('UNKNOWN_MEMBER_ID');
  expect(errorOf({ groupInstanceId: 'i' })).toBe('UNKNOWN_MEMBER_ID');
  expect([0, 2, -1].map((generationId) => errorOf({ generationId }))).toEqual(Array(3).fill('ILLEGAL_GENERATION'));
  expect(errorOf({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(errorOf({ protocolName: 'sticky' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  // Old clients do not say.
  expect(errorOf({ protocolType: null, protocolName: null })).toBe(null);
  rig.join();
  expect(errorOf({})).toBe('REBALANCE_IN_PROGRESS');
  rig.leave(a);
});

test('a sync that comes again takes the place of the first', () => {
  const rig = new GroupRig();
  const joins = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [a, b] = joins.map(({ answer }) => answer!.memberId);
  const [first, second] = [rig.sync(b), rig.sync(b)];
  expect(first.answer!.error).toBe('REBALANCE_IN_PROGRESS');
  rig.assign(a, [a, b]);
  expect(textOf(second)).toBe(b);
});

test('a heartbeat is answered by what the group is at', () => {
  const rig = new GroupRig();
  expect(rig.heartbeat('c-1')).toBe('UNKNOWN_MEMBER_ID');
  const joined = rig.join();
  // It cannot know its id before it is answered, unless it guesses.
  expect(rig.heartbeat('c-1')).toBe('REBALANCE_IN_PROGRESS');
  rig.clock.advance(0);
  const { memberId } = joined.answer!;
  expect(rig.heartbeat(memberId)).toBe(null);
  expect(rig.heartbeat(memberId, { generationId: 0 })).toBe('ILLEGAL_GENERATION');
  rig.assign(memberId, [memberId]);
  expect(rig.heartbeat(memberId)).toBe(null);
  expect(rig.heartbeat(memberId, { generationId: 2 })).toBe('ILLEGAL_GENERATION');
  rig.leave(memberId);
  expect(rig.heartbeat(memberId, { generationId: 2 })).toBe('UNKNOWN_MEMBER_ID');
});

test('several leave at once, each with its own answer, and the rest rebalances once', () => {
  const rig = new GroupRig();
  const ids = rig.stable(4, (index) => ({ groupInstanceId: index < 2 ? `i${index}` : null }));
  const answer = rig.group.leave([
    // By its instance, as a tool does that knows no member ids.
    { memberId: '', groupInstanceId: 'i1', reason: 'too slow' },
    { memberId: ids[0], groupInstanceId: 'i1', reason: null },
    { memberId: '', groupInstanceId: 'nobody', reason: null },
    { memberId: '', groupInstanceId: null, reason: null },
    { memberId: 'nobody', groupInstanceId: null, reason: null },
    { memberId: ids[2], groupInstanceId: null, reason: null },
  ]);
  expect(answer.error).toBe(null);
  expect(answer.members.map(({ memberId, groupInstanceId, error }) => [memberId, groupInstanceId, error])).toEqual([
    ['', 'i1', null],
    [ids[0], 'i1', 'UNKNOWN_MEMBER_ID'],
    ['', 'nobody', 'UNKNOWN_MEMBER_ID'],
    ['', null, 'UNKNOWN_MEMBER_ID'],
    ['nobody', null, 'UNKNOWN_MEMBER_ID'],
    [ids[2], null, null],
  ]);
  expect(rig.state).toEqual(['PreparingRebalance', 1]);
  expect(rig.group.describe().members.map(({ memberId }) => memberId)).toEqual([ids[0], ids[3]]);
});

test('who leaves while others wait for it holds nobody up, and its own join is answered', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  const joining = rig.join({ memberId: a });
  const late = rig.join();
  expect(rig.leave(b)).toBe(null);
  expect(joining.answer).toMatchObject({ error: null, generationId: 2 });
  expect(late.answer).toMatchObject({ error: null });
  const third = rig.join();
  expect(rig.leave('c-4')).toBe(null);
  expect(third.answer).toMatchObject({ error: 'UNKNOWN_MEMBER_ID', memberId: '' });
});

test('the next leader is the member that came next', () => {
  const rig = new GroupRig();
  const [a, b, c] = rig.stable(3);
  rig.leave(a);
  const joins = [rig.join({ memberId: c }), rig.join({ memberId: b })];
  expect(joins.map(({ answer }) => answer!.leader)).toEqual([b, b]);
});

test('offsets are committed by members of the generation that are not being assigned anew', () => {
  const rig = new GroupRig();
  const check = (memberId: string, facts: object = {}, isTransactional = false): string | null =>
    rig.group.checkCommit({ ...rig.identity(memberId), ...facts }, { isTransactional });
  const nobody = { generationId: -1 };
  // Without members anybody may who is none.
  expect([check('', nobody), check('', nobody, true)]).toEqual([null, null]);
  expect(check('x', nobody)).toBe(null);
  expect(check('c-1', { generationId: 0 })).toBe('UNKNOWN_MEMBER_ID');
  const joins = [rig.join(), rig.join()];
  rig.clock.advance(0);
  const [a, b] = joins.map(({ answer }) => answer!.memberId);
  expect(check(a)).toBe('REBALANCE_IN_PROGRESS');
  expect(check(a, {}, true)).toBe(null);
  rig.sync(b);
  rig.assign(a, [a, b]);
  expect(check(a)).toBe(null);
  expect(check(a, { generationId: 0 })).toBe('ILLEGAL_GENERATION');
  expect(check(a, { generationId: 0 }, true)).toBe('ILLEGAL_GENERATION');
  expect(check(a, nobody)).toBe('ILLEGAL_GENERATION');
  expect(check('x')).toBe('UNKNOWN_MEMBER_ID');
  expect(check('x', {}, true)).toBe('UNKNOWN_MEMBER_ID');
  expect(check('', nobody)).toBe('UNKNOWN_MEMBER_ID');
  // A transactional client of old knows no groups.
  expect(check('', nobody, true)).toBe(null);
  // While others join, what was done in this generation counts.
  rig.join();
  expect([check(a), check(b)]).toEqual([null, null]);
});

test('a commit keeps the session, one in a transaction does not', () => {
  const rig = new GroupRig();
  const [a, b] = rig.stable(2);
  rig.clock.advance(SESSION_MS - 1);
  rig.group.checkCommit(rig.identity(a), { isTransactional: false });
  rig.group.checkCommit(rig.identity(b), { isTransactional: true });
  rig.clock.advance(SESSION_MS - 1);
  expect([rig.heartbeat(a), rig.heartbeat(b)]).toEqual(['REBALANCE_IN_PROGRESS', 'UNKNOWN_MEMBER_ID']);
});

function subscription(...topics: string[]): Uint8Array {
  return new MessageWriter()
    .int16(3)
    .array(topics, () => undefined)
    .finish();
}

function subscribed(...topics: string[]): Uint8Array {
  const writer = new MessageWriter().int16(1);
  writer.array(topics, (topic) => writer.string(topic));
  return writer.int32(-1).finish();
}

test('a topic is subscribed to if some member of the generation does; where that cannot be read, all are', () => {
  const rig = new GroupRig();
  const of = (metadata: Uint8Array): object => ({ protocols: [{ name: 'range', metadata }] });
  expect([isSubscribed(rig.group.offsetFacts, 'a'), rig.group.offsetFacts.subscribedTopics]).toEqual([false, null]);
  const [leader] = rig.stable(2, (index) => of(index === 0 ? subscribed('a', 'b') : subscribed('b', 'c')));
  expect([...rig.group.offsetFacts.subscribedTopics!]).toEqual(['a', 'b', 'c']);
  expect(['a', 'c', 'd'].map((topic) => isSubscribed(rig.group.offsetFacts, topic))).toEqual([true, true, false]);
  rig.leave(leader);
  const bad = rig.join(of(subscription('x', 'y')));
  rig.join({ memberId: 'c-2', ...of(subscribed('b')) });
  expect(bad.answer!.error).toBe(null);
  expect([isSubscribed(rig.group.offsetFacts, 'd'), rig.group.offsetFacts.subscribedTopics]).toEqual([true, null]);
  rig.leave('c-2');
  rig.leave('c-3');
  expect(rig.state[0]).toBe('Empty');
  expect([isSubscribed(rig.group.offsetFacts, 'b'), rig.group.offsetFacts.subscribedTopics!.size]).toEqual([false, 0]);
  const connect = new GroupRig();
  connect.stable(1, () => ({ protocolType: 'connect', protocols: protocols('range') }));
  expect(isSubscribed(connect.group.offsetFacts, 'a')).toBe(false);
});

test('a description has what a protocol says only when the group is stable', () => {
  const rig = new GroupRig();
  rig.join({ groupInstanceId: 'i' });
  expect(rig.group.describe()).toMatchObject({
    state: 'PreparingRebalance',
    protocolType: 'consumer',
    protocolName: '',
  });
  rig.clock.advance(0);
  expect(Buffer.from(rig.group.describe().members[0].metadata).toString()).toBe('');
  rig.assign('i-1', ['i-1']);
  const { members, ...group } = rig.group.describe();
  expect(group).toEqual({
    error: null,
    groupId: 'g',
    state: 'Stable',
    protocolType: 'consumer',
    protocolName: 'range',
  });
  expect(members).toHaveLength(1);
  expect(members[0]).toMatchObject({ memberId: 'i-1', groupInstanceId: 'i', clientId: 'c', clientHost: '/127.0.0.1' });
  expect([members[0].metadata, members[0].assignment].map((bytes) => Buffer.from(bytes).toString())).toEqual([
    'for range',
    'i-1',
  ]);
});

test('a coordinator that comes back knows the members, whose sessions begin anew', () => {
  const rig = new GroupRig();
  const ids = rig.stable(3, (index) => ({ groupInstanceId: index === 1 ? 'i' : null }));
  rig.clock.advance(SESSION_MS - 1);
  const before = rig.written[0];
  const group = rig.restore();
  expect([...rig.state, group.stateTimestamp]).toEqual(['Stable', 1, before.stateTimestamp]);
  rig.clock.advance(SESSION_MS - 1);
  expect(rig.heartbeat(ids[1], { groupInstanceId: 'i' })).toBe(null);
  expect(rig.heartbeat(ids[0])).toBe(null);
  expect(textOf(rig.sync(ids[0]))).toBe(ids[0]);
  expect(rig.group.checkCommit(rig.identity(ids[0]), { isTransactional: false })).toBe(null);
  rig.clock.advance(1);
  // One of them was not there any more.
  expect(rig.heartbeat(ids[0])).toBe('REBALANCE_IN_PROGRESS');
  rig.join({ memberId: ids[1], groupInstanceId: 'i' });
  expect(rig.join({ memberId: ids[0] }).answer).toMatchObject({ generationId: 2, leader: ids[0] });
});

test('what a log says wrongly makes no second member, and no leader who is none', () => {
  const rig = new GroupRig();
  rig.stable(2);
  const [written] = rig.written;
  rig.written.push({ ...written, leader: 'nobody', members: [...written.members, written.members[0]] });
  rig.restore();
  expect(rig.group.describe().members).toHaveLength(2);
  rig.join({ memberId: 'c-2', protocols: protocols('range', 'x') });
  expect(rig.join({ memberId: 'c-1' }).answer).toMatchObject({ leader: 'c-1', generationId: 2 });
});

test('an empty group comes back as one', () => {
  const rig = new GroupRig();
  const [a] = rig.stable(1);
  rig.leave(a);
  rig.restore();
  expect([...rig.state, rig.group.protocolType, rig.group.isUnused]).toEqual(['Empty', 2, 'consumer', false]);
  rig.join();
  rig.clock.advance(0);
  expect(rig.state).toEqual(['CompletingRebalance', 3]);
});

test('a member in the process is told when it has to join again', () => {
  const rig = new GroupRig();
  const ids = rig.stable(4, (index) => ({ groupInstanceId: index === 1 ? 'i' : null }));
  const told: (string | null)[][] = ids.map(() => []);
  const watch = (index: number, facts: object = {}): void => {
    const groupInstanceId = index === 1 ? 'i' : null;
    const identity = { ...rig.identity(ids[index]), groupInstanceId, ...facts };
    rig.group.untilRebalance(identity, (error) => void told[index].push(error));
  };
  ids.forEach((_, index) => watch(index));
  // The later one counts.
  watch(0);
  expect(told).toEqual([[null], [], [], []]);
  rig.join({ groupInstanceId: 'i' });
  expect(told).toEqual([[null], ['FENCED_INSTANCE_ID'], [], []]);
  rig.leave(ids[2]);
  expect(told).toEqual([
    [null, 'REBALANCE_IN_PROGRESS'],
    ['FENCED_INSTANCE_ID'],
    ['UNKNOWN_MEMBER_ID'],
    ['REBALANCE_IN_PROGRESS'],
  ]);
  // And at once where it has to already.
  watch(0);
  watch(2);
  watch(3, { generationId: 0 });
  expect(told.map((errors) => errors.at(-1))).toEqual([
    'REBALANCE_IN_PROGRESS',
    'FENCED_INSTANCE_ID',
    'UNKNOWN_MEMBER_ID',
    'ILLEGAL_GENERATION',
  ]);
  const other = new GroupRig();
  const [leader] = other.stable(1);
  const ends: (string | null)[] = [];
  other.group.untilRebalance(other.identity(leader), (error) => void ends.push(error));
  other.group.end('NOT_COORDINATOR');
  other.group.untilRebalance(other.identity(leader), (error) => void ends.push(error));
  expect(ends).toEqual(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
});
