import { expect, test } from 'vitest';
import { syncGroup } from '#millrace/protocol/apis/14-sync-group.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { soleMember, WireMember } from '../wire-member.ts';

test.each([0, 1, 2, 3, 4, 5])('each gets its own, when the leader has assigned, version %i', async (version) => {
  const { client, connect } = await rig();
  const leader = await soleMember(client);
  const other = new WireMember(await connect());
  const joining = other.join();
  await expect.poll(() => leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  await Promise.all([leader.join(), joining]);
  let isAnswered = false;
  const waiting = other.sync({}, version).finally(() => (isAnswered = true));
  expect(await leader.heartbeat()).toBe('NONE');
  expect(isAnswered).toBe(false);
  const assigned = { [leader.memberId]: 'mine', [other.memberId]: 'yours' };
  const mine = await leader.sync(assigned, version);
  expect(mine).toMatchObject({ error: 'NONE', assignment: 'mine' });
  expect(await waiting).toMatchObject({ error: 'NONE', assignment: 'yours' });
  if (version === 5) expect(mine).toMatchObject({ protocolType: 'consumer', protocolName: 'range' });
  // Whoever has not heard it asks again.
  expect(await other.sync({}, version)).toMatchObject({ error: 'NONE', assignment: 'yours' });
});

test('who may not', async () => {
  const { client } = await rig();
  const member = await soleMember(client);
  const error = async (facts: object, version = 5) => (await member.sync({}, version, facts)).error;
  expect(await error({ groupId: '' })).toBe('INVALID_GROUP_ID');
  expect(await error({ groupId: 'another' })).toBe('UNKNOWN_MEMBER_ID');
  expect(await error({ memberId: 'nobody' })).toBe('UNKNOWN_MEMBER_ID');
  expect(await error({ generationId: 9 })).toBe('ILLEGAL_GENERATION');
  expect(await error({ protocolName: 'sticky' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  expect(await error({ protocolType: 'connect' })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  // From version 5 on they must be said.
  for (const missing of ['protocolType', 'protocolName']) {
    expect(await error({ [missing]: null })).toBe('INCONSISTENT_GROUP_PROTOCOL');
  }
});

test('an assignment that the log has no room for is refused, and the group assigns anew', async () => {
  const { client } = await rig();
  const member = new WireMember(client);
  await member.join();
  const large = 'x'.repeat(2 << 20);
  expect(await member.sync({ [member.memberId]: large })).toMatchObject({ error: 'UNKNOWN_SERVER_ERROR' });
  expect(await member.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  await member.join();
  expect(await member.sync({ [member.memberId]: 'less' })).toMatchObject({ error: 'NONE', assignment: 'less' });
});

test('a broker that closes keeps nobody waiting', async () => {
  const { broker, client, connect } = await rig();
  const leader = await soleMember(client);
  const other = new WireMember(await connect());
  const joining = other.join();
  await expect.poll(() => leader.heartbeat()).toBe('REBALANCE_IN_PROGRESS');
  await Promise.all([leader.join(), joining]);
  other.client.send(syncGroup, 3, { ...other.identity, assignments: [] });
  await leader.heartbeat();
  const began = Date.now();
  const closing = broker.close();
  expect((await other.client.nextFrame()).readInt16BE(8)).toBe(kafkaErrorCodes.NOT_COORDINATOR);
  await closing;
  expect(Date.now() - began).toBeLessThan(4_000);
});
