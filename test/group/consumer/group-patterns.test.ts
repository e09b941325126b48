import { expect, test } from 'vitest';
import { ConsumerRig } from './consumer-rig.ts';

const resolved = () => new Promise((resolve) => setTimeout(resolve, 20));

async function rigOf(topics: Readonly<Record<string, number>>) {
  const rig = await ConsumerRig.make(topics);
  const member = rig.member({ topicPattern: 't.*' });
  expect(member.join()).toMatchObject({ memberEpoch: 1, assignment: new Map() });
  await resolved();
  return { rig, member };
}

test('what an expression stands for is known behind the answer', async () => {
  const { rig, member } = await rigOf({ t1: 1, t2: 1, u: 1 });
  expect(rig.kinds()).toEqual(['member m1', 'group', 'target m1', 'targetEpoch', 'current m1', 'pattern', 'group']);
  expect(member.heartbeat()).toMatchObject({ memberEpoch: 2 });
  expect(member.partitions).toEqual(['t1-0', 't2-0']);
});

test('a topic that is made is found, but not more often than every ten seconds', async () => {
  const { rig, member } = await rigOf({ t1: 1 });
  member.heartbeat();
  rig.topics.set('t2', 1);
  member.heartbeat();
  await resolved();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0']);
  rig.clock.advance(10_001);
  member.heartbeat();
  await resolved();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0', 't2-0']);
});

test('a topic that is gone is another hash, and is forgotten when all is looked at again', async () => {
  const { rig, member } = await rigOf({ t1: 1, t2: 1 });
  member.heartbeat();
  rig.topics.delete('t2');
  member.heartbeat();
  member.revoke();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0']);
  const { patterns } = rig.groups.get('g')!.state;
  expect(patterns.get('t.*')!.topics).toEqual(new Set(['t1', 't2']));
  for (let i = 0; i < 20; i++) {
    rig.clock.advance(30_001);
    member.heartbeat();
  }
  await resolved();
  expect(patterns.get('t.*')!.topics).toEqual(new Set(['t1']));
});

test('a second member of the expression is assigned at once; the last one takes it along', async () => {
  const { rig, member } = await rigOf({ t1: 2 });
  member.heartbeat();
  const other = rig.member({ topicPattern: 't.*' });
  expect(other.join()).toMatchObject({ memberEpoch: 3 });
  rig.settle(member, other);
  expect(other.partitions).toHaveLength(1);
  member.leave();
  const said = rig.log.length;
  other.leave();
  expect(rig.kinds(said)).toContain('pattern gone');
});

test('of what the member may not see it hears nothing', async () => {
  const rig = await ConsumerRig.make({ t1: 1, t2: 1 });
  const member = rig.member({ topicPattern: 't.*', mayDescribe: (topic) => topic === 't1' });
  member.join();
  await resolved();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0']);
});

test('one that cannot be is refused, and nothing has changed', async () => {
  const { rig, member } = await rigOf({ t1: 1 });
  member.heartbeat();
  const said = rig.log.length;
  expect(member.heartbeat({ topicPattern: '(' })).toMatchObject({ error: 'INVALID_REGULAR_EXPRESSION' });
  expect(rig.log.length).toBe(said);
  expect(member.heartbeat()).toMatchObject({ error: null, assignment: null });
});

test('another expression, names in place of it, and nothing at all', async () => {
  const { rig, member } = await rigOf({ t1: 1, u1: 1 });
  member.heartbeat();
  rig.clock.advance(10_001);
  member.heartbeat({ topicPattern: 'u.*' });
  await resolved();
  member.revoke();
  member.heartbeat();
  expect(member.partitions).toEqual(['u1-0']);
  member.heartbeat({ topicPattern: '', topicNames: ['t1'] });
  member.revoke();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0']);
  member.heartbeat({ topicNames: [] });
  member.revoke();
  member.heartbeat();
  expect(member.partitions).toEqual([]);
});

test('what cannot be written is tried again', async () => {
  const rig = await ConsumerRig.make({ t1: 1 });
  const member = rig.member({ topicPattern: 't.*' });
  member.join();
  rig.failure = 'COORDINATOR_NOT_AVAILABLE';
  await resolved();
  rig.failure = null;
  member.heartbeat();
  await resolved();
  member.heartbeat();
  expect(member.partitions).toEqual(['t1-0']);
});

test('a coordinator that has ended writes nothing', async () => {
  const rig = await ConsumerRig.make({ t1: 1 });
  rig.member({ topicPattern: 't.*' }).join();
  const said = rig.log.length;
  rig.groups.close();
  await resolved();
  expect(rig.log.length).toBe(said);
});

test('what was found and could not be put down is as if it was not looked for', async () => {
  const { rig, member } = await rigOf({ t1: 1 });
  const before = rig.groups.get('g')!.state.patterns.get('t.*');
  rig.topics.set('t2', 1);
  rig.clock.advance(10_001);
  member.heartbeat();
  rig.fault = new TypeError('x is not a function');
  await resolved();
  expect(rig.groups.get('g')!.state.patterns.get('t.*')).toEqual(before);
});
