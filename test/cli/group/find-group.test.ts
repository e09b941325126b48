import { expect, test } from 'vitest';
import { findGroup } from '#millrace/cli/group/find-group.js';
import { GroupsRig } from '../../group/groups-rig.ts';

test('the group of the name, or the name that was meant', async () => {
  const { store } = await GroupsRig.open();
  await store.createTopic('orders');
  await store.groupCoordinator.commit({
    groupId: 'billing',
    memberId: '',
    groupInstanceId: null,
    generationId: -1,
    offsets: [{ topic: 'orders', partition: 0, offset: 1 }],
    retentionMs: -1,
  });
  expect(await findGroup(store.groups, 'billing')).toMatchObject({ groupId: 'billing', state: 'Empty' });
  await expect(findGroup(store.groups, 'Billin')).rejects.toMatchObject({
    code: 'ERR_MILLRACE_UNKNOWN_GROUP',
    message: 'there is no consumer group "Billin", did you mean "billing"?',
  });
});
