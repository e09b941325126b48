import { expect, test } from 'vitest';
import { heartbeat } from '#millrace/protocol/apis/12-heartbeat.js';
import { TestClock } from '#millrace/test-clock.js';
import { rig } from '../broker-fixture.ts';
import { nameOf } from '../transactional-client.ts';
import { soleMember } from '../wire-member.ts';

test.each([0, 1, 2, 3, 4])('a member keeps its session, version %i', async (version) => {
  const clock = new TestClock();
  const { client } = await rig({ clock });
  const member = await soleMember(client);
  for (let i = 0; i < 3; i++) {
    clock.advance(9_000);
    expect(await member.heartbeat(version)).toBe('NONE');
  }
  clock.advance(11_000);
  expect(await member.heartbeat(version)).toBe('UNKNOWN_MEMBER_ID');
});

test('who is none', async () => {
  const { client } = await rig();
  const member = await soleMember(client, { groupInstanceId: 'one' });
  const error = async (facts: object) => {
    const { errorCode } = await client.ask(heartbeat, 3, { ...member.identity, ...facts });
    return nameOf(errorCode);
  };
  expect(await error({ groupId: '' })).toBe('INVALID_GROUP_ID');
  expect(await error({ groupId: 'another' })).toBe('UNKNOWN_MEMBER_ID');
  expect(await error({ memberId: 'nobody', groupInstanceId: null })).toBe('UNKNOWN_MEMBER_ID');
  expect(await error({ generationId: 7 })).toBe('ILLEGAL_GENERATION');
  expect(await error({ memberId: 'another' })).toBe('FENCED_INSTANCE_ID');
  expect(await error({})).toBe('NONE');
});
