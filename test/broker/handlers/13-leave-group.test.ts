import { expect, test } from 'vitest';
import { leaveGroup } from '#millrace/protocol/apis/13-leave-group.js';
import { kafkaErrorCodes } from '#millrace/protocol/error-code.js';
import { rig } from '../broker-fixture.ts';
import { nameOf } from '../transactional-client.ts';
import { soleMember, WireMember } from '../wire-member.ts';

const { UNKNOWN_MEMBER_ID, INVALID_GROUP_ID, FENCED_INSTANCE_ID } = kafkaErrorCodes;

test.each([0, 1, 2, 3, 4, 5])('who leaves is no member any more, version %i', async (version) => {
  const { client, broker } = await rig();
  const member = await soleMember(client);
  const answer = await member.leave(version);
  expect(answer.errorCode).toBe(0);
  if (version >= 3)
    expect(answer.members).toEqual([{ memberId: member.memberId, groupInstanceId: null, errorCode: 0 }]);
  expect(await broker.store.groupCoordinator.describe(['g'])).toMatchObject([{ state: 'Empty', members: [] }]);
  const again = await member.leave(version);
  const code = version < 3 ? again.errorCode : again.members[0].errorCode;
  expect(code).toBe(UNKNOWN_MEMBER_ID);
});

test('several go at once, each with its own error', async () => {
  const { client } = await rig();
  const member = await soleMember(client, { groupInstanceId: 'one' });
  const members = [
    { memberId: 'nobody', groupInstanceId: null },
    { memberId: 'another', groupInstanceId: 'one' },
    { memberId: '', groupInstanceId: 'two' },
    { memberId: '', groupInstanceId: 'one' },
  ];
  const answer = await client.ask(leaveGroup, 4, { groupId: 'g', members });
  expect(answer).toMatchObject({ errorCode: 0 });
  const codes = [UNKNOWN_MEMBER_ID, FENCED_INSTANCE_ID, UNKNOWN_MEMBER_ID, 0];
  expect(answer.members).toEqual(members.map((each, i) => ({ ...each, errorCode: codes[i] })));
  expect(await member.heartbeat()).toBe('UNKNOWN_MEMBER_ID');
});

test('of a group that is none', async () => {
  const { client } = await rig();
  const ask = (version: number, groupId: string) =>
    client.ask(leaveGroup, version, { groupId, memberId: 'x', members: [{ memberId: 'x', groupInstanceId: null }] });
  expect((await ask(2, '')).errorCode).toBe(INVALID_GROUP_ID);
  expect(await ask(3, '')).toMatchObject({ errorCode: INVALID_GROUP_ID, members: [] });
  expect((await ask(1, 'g')).errorCode).toBe(UNKNOWN_MEMBER_ID);
  expect((await ask(3, 'g')).members[0].errorCode).toBe(UNKNOWN_MEMBER_ID);
});

test('who was sent away with an id may leave, too', async () => {
  const { client } = await rig();
  const member = new WireMember(client);
  await member.joinOnce();
  expect((await member.leave()).members[0].errorCode).toBe(0);
  expect(nameOf((await member.joinOnce()).errorCode)).toBe('UNKNOWN_MEMBER_ID');
});
