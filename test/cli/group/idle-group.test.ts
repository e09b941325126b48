import { expect, test } from 'vitest';
import { changingGroups, checkIdle, removeMembers } from '#millrace/cli/group/idle-group.js';
import { MillraceError } from '#millrace/errors.js';
import type { GroupState } from '#millrace/group/group-requests.js';
import type { ShownGroup } from '#millrace/group/shown-group.js';
import { joinConsumerGroup } from '../../group/consumer/consumer-client.ts';
import { GroupsRig } from '../../group/groups-rig.ts';
import { testContext } from '../cli-run.ts';
import { closedGroupDirectory } from './group-fixture.ts';

const group = (state: GroupState): ShownGroup => ({
  groupId: 'g',
  type: 'classic',
  state,
  protocolType: 'consumer',
  assignor: '',
  epoch: null,
  assignmentEpoch: null,
  members: [],
});

test.each<[GroupState, boolean]>([
  ['Empty', true],
  ['Dead', true],
  ['Stable', false],
  ['PreparingRebalance', false],
  ['CompletingRebalance', false],
  ['Assigning', false],
  ['Reconciling', false],
])('a group that is %s can be changed: %s', (state, isIdle) => {
  const check = () => checkIdle(group(state));
  if (isIdle) expect(check).not.toThrow();
  else expect(check).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_GROUP_NOT_EMPTY' }));
});

test('members are removed, static ones too', async () => {
  const rig = await GroupsRig.open();
  await rig.stable(rig.client(), rig.client({ groupInstanceId: 'a' }));
  const described = (await rig.store.groups.show('g'))!;
  expect(described.members).toHaveLength(2);
  const context = testContext();
  await removeMembers(context, rig.store.groupCoordinator, described);
  const [after] = await rig.coordinator.describe(['g']);
  expect(after).toMatchObject({ state: 'Empty', members: [] });
  for (const { memberId } of described.members) expect(context.stderr.text).toContain(memberId);
});

test('members of a group of the consumer protocol are removed too', async () => {
  const rig = await GroupsRig.open();
  await rig.store.createTopic('t');
  for (const facts of [{}, { instanceId: 'a' }]) await joinConsumerGroup(rig.store, facts);
  const described = (await rig.store.groups.show('g'))!;
  expect(described).toMatchObject({ type: 'consumer', members: [{}, {}] });
  await removeMembers(testContext(), rig.store.groupCoordinator, described);
  expect(await rig.store.groups.show('g')).toMatchObject({ type: 'consumer', state: 'Empty', members: [] });
  await expect(removeMembers(testContext(), rig.store.groupCoordinator, described)).rejects.toThrow(
    /UNKNOWN_MEMBER_ID/,
  );
});

test('who is gone meanwhile cannot be removed, and that is no success', async () => {
  const rig = await GroupsRig.open();
  const client = rig.client();
  await rig.stable(client);
  const described = (await rig.store.groups.show('g'))!;
  await client.leave();
  await expect(removeMembers(testContext(), rig.store.groupCoordinator, described)).rejects.toThrow(
    /UNKNOWN_MEMBER_ID/,
  );
});

test('a failure of the work is told as it is, and the directory is closed', async () => {
  const { data } = await closedGroupDirectory();
  const failure = new MillraceError('ERR_MILLRACE_IO', 'no');
  const failing = (): Promise<never> => changingGroups(testContext(), data, () => Promise.reject(failure));
  await expect(failing()).rejects.toBe(failure);
  await expect(failing()).rejects.toBe(failure);
});
