import { expect, test } from 'vitest';
import { joinGroup } from '#millrace/protocol/apis/11-join-group.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { describeGroups } from '#millrace/protocol/apis/15-describe-groups.js';
import { TestClock } from '#millrace/test-clock.js';
import { rig } from '../broker-fixture.ts';
import { WireConsumer } from '../wire-consumer.ts';
import { soleMember, subscriptionTo, WireMember } from '../wire-member.ts';

test.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])('the first member leads, version %i', async (version) => {
  const { client } = await rig();
  const member = new WireMember(client);
  const first = await member.joinOnce(version);
  if (version < 4) expect(first.error).toBe('NONE');
  else expect(first).toMatchObject({ error: 'MEMBER_ID_REQUIRED', generationId: -1, members: [] });
  expect(member.memberId).toMatch(/^test-/);
  const joined = version < 4 ? first : await member.joinOnce(version);
  expect(joined).toMatchObject({
    error: 'NONE',
    generationId: 1,
    protocolName: 'range',
    leader: member.memberId,
    members: [{ memberId: member.memberId, metadata: subscriptionTo('t') }],
  });
  if (version >= 7) expect(joined.protocolType).toBe('consumer');
});

test('others wait for nobody but the leader, and do not hear of the members', async () => {
  const { client, connect } = await rig();
  const leader = await soleMember(client);
  const other = new WireMember(await connect());
  const joining = other.join();
  await expect.poll(() => leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  const [again, joined] = await Promise.all([leader.join(), joining]);
  expect(again).toMatchObject({ error: 'NONE', generationId: 2, leader: leader.memberId });
  expect(again.members).toHaveLength(2);
  expect(joined).toMatchObject({ error: 'NONE', generationId: 2, leader: leader.memberId, members: [] });
});

test('in version 0 the session is also what a rebalance may take', async () => {
  const clock = new TestClock();
  const { client, connect } = await rig({ clock });
  await soleMember(client);
  const late = new WireMember(await connect(), { sessionTimeoutMs: 7_000, rebalanceTimeoutMs: -1 });
  const joining = late.join(0);
  await expect.poll(() => describe(client)).toBe('PreparingRebalance');
  // The other one has gone: what it may take counts.
  clock.advance(20_000);
  expect(await joining).toMatchObject({ error: 'NONE', generationId: 2 });
});

async function describe(client: WireMember['client']): Promise<string> {
  const { groups } = await client.ask(describeGroups, 5, { groups: ['g'], includeAuthorizedOperations: false });
  return groups[0].groupState;
}

test.each([2, 9])('what cannot be, version %i', async (version) => {
  const { client } = await rig();
  const error = async (facts: object) => {
    const { error: name, protocolName } = await new WireMember(client).joinOnce(version, facts);
    expect(protocolName).toBe(version < 7 ? '' : null);
    return name;
  };
  expect(await error({ groupId: '' })).toBe('INVALID_GROUP_ID');
  expect(await error({ sessionTimeoutMs: 5_999 })).toBe('INVALID_SESSION_TIMEOUT');
  expect(await error({ memberId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID');
  expect(await error({ protocols: [] })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await error({ protocolType: '' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
});

test('the bounds of sessions and groups are settings', async () => {
  const config = { 'group.min.session.timeout.ms': 1, 'group.max.session.timeout.ms': 9_000, 'group.max.size': 1 };
  const { client, connect } = await rig({ config });
  expect(await new WireMember(client, { sessionTimeoutMs: 9_001 }).joinOnce()).toMatchObject({
    error: 'INVALID_SESSION_TIMEOUT',
  });
  expect(await new WireMember(client, { sessionTimeoutMs: 9_000 }).join(2)).toMatchObject({ error: 'NONE' });
  expect(await new WireMember(await connect(), { sessionTimeoutMs: 9_000 }).joinOnce(2)).toMatchObject({
    error: 'GROUP_MAX_SIZE_REACHED',
  });
});

test('who was empty waits for others as long as it is told', async () => {
  const clock = new TestClock();
  const { client, connect } = await rig({ clock, config: { 'group.initial.rebalance.delay.ms': 3_000 } });
  const [first, second] = [new WireMember(client), new WireMember(await connect())];
  const joins = [first.join(), second.join()];
  await expect.poll(() => [first.memberId, second.memberId].includes('')).toBe(false);
  const third = await connect();
  await expect.poll(() => describe(third)).toBe('PreparingRebalance');
  for (let i = 0; i < 4; i++) clock.advance(3_000);
  const joined = await Promise.all(joins);
  expect(joined.map(({ generationId }) => generationId)).toEqual([1, 1]);
});

test('a broker that closes keeps nobody waiting, and neither does a client that has gone', async () => {
  const { broker, client, connect } = await rig();
  await soleMember(client);
  const [gone, waiting] = [await connect(), await connect()];
  gone.send(joinGroup, 2, new WireMember(gone).joinRequest());
  waiting.send(joinGroup, 2, new WireMember(waiting).joinRequest());
  const members = async () => (await broker.store.groupCoordinator.describe(['g']))[0].members.length;
  await expect.poll(members).toBe(3);
  gone.close();
  const began = Date.now();
  const closing = broker.close();
  const frame = await waiting.nextFrame();
  // Correlation id, throttle time, error code.
  expect(frame.readInt16BE(8)).toBe(kafkaErrorCodes.NOT_COORDINATOR);
  await closing;
  expect(Date.now() - began).toBeLessThan(4_000);
});

const LONG = 'c'.repeat(32_767);

test('a client may call itself what it likes: its id has room in answers and in the log', async () => {
  const { client } = await rig();
  const member = new WireMember(client);
  const { memberId } = await client.ask(joinGroup, 4, member.joinRequest(), LONG);
  expect(memberId).toHaveLength(32_767);
  member.memberId = memberId;
  await client.ask(joinGroup, 4, member.joinRequest(), LONG);
  member.generationId = 1;
  expect(await member.sync({ [memberId]: 'all' })).toMatchObject({ error: 'NONE', assignment: 'all' });
});

test.each([
  ['into a group of the consumer protocol', true],
  ['into a classic one that one of the other protocol comes to', false],
])('a long name brings nobody down, %s', async (_, isConsumerGroup) => {
  const clock = new TestClock();
  const { broker, client } = await rig({ clock });
  await broker.store.createTopic('t', { partitions: 2 });
  const consumer = new WireConsumer(client, 'one');
  if (isConsumerGroup) await consumer.join();
  const { errorCode } = await client.ask(joinGroup, 3, new WireMember(client).joinRequest(), LONG);
  expect(errorCode).toBe(kafkaErrorCodes.NONE);
  if (!isConsumerGroup) expect((await consumer.join()).error).toBe('NONE');
  // Nobody is heard of again, and nobody stays.
  for (let i = 0; i < 4; i++) {
    clock.advance(45_000);
    await broker.store.groupCoordinator.list();
  }
  expect(await broker.store.groupCoordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
});

test('a member that the log has no room for is refused, and is none', async () => {
  const clock = new TestClock();
  const { broker, client } = await rig({ clock });
  await broker.store.createTopic('t', { partitions: 2 });
  const consumer = new WireConsumer(client, 'one');
  await consumer.join();
  // What is no UTF-8 is read as three bytes each.
  const { groupCoordinator } = broker.store;
  const request = { ...new WireMember(client).joinRequest(), clientId: '\ufffd'.repeat(32_767), clientHost: '/h' };
  const facts = { requiresKnownMemberId: false, supportsSkippingAssignment: true };
  expect((await groupCoordinator.join({ ...request, ...facts })).error).toBe('UNKNOWN_SERVER_ERROR');
  const [{ members }] = await groupCoordinator.describeConsumerGroups(['g']);
  expect(members).toHaveLength(1);
  expect((await consumer.heartbeat()).error).toBe('NONE');
});
