import { expect, test } from 'vitest';
import { describeWritten, unknownGroup } from '#millrace/group/written-group.js';
import { decodeGroupRecord, type GroupMetadata } from '#millrace/group/group-metadata-format.js';
import { GroupsRig } from './groups-rig.ts';

/** The last word of the log on the group `g`. */
function lastOf(rig: GroupsRig): GroupMetadata {
  const found = rig.records.map(({ key, value }) => decodeGroupRecord(key, value)).findLast((each) => each !== null);
  if (found?.kind !== 'group') throw new Error('there is no such record');
  return found.metadata;
}

test('a group whose leader has assigned is described as by its coordinator, and so is one that all have left', async () => {
  const rig = await GroupsRig.open();
  const [one, other] = [rig.client({ clientId: 'one' }), rig.client({ groupInstanceId: 'static' })];
  await rig.stable(one, other);
  const [stable] = await rig.coordinator.describe(['g']);
  expect(stable.members).toHaveLength(2);
  // Bytes from the log are no Buffers.
  expect(plain(describeWritten('g', lastOf(rig)))).toEqual(plain(stable));
  await rig.settle(Promise.all([one.leave(), other.leave()]));
  const [empty] = await rig.coordinator.describe(['g']);
  expect(empty.state).toBe('Empty');
  expect(describeWritten('g', lastOf(rig))).toEqual(empty);
});

test('one that has only committed is empty, and one that nobody knows is dead', async () => {
  const rig = await GroupsRig.open();
  await rig.client().commit({ topic: 'orders', partition: 0, offset: 1 });
  const [simple, unknown] = await rig.coordinator.describe(['g', 'none']);
  expect(describeWritten('g', null)).toEqual(simple);
  expect(unknownGroup('none')).toEqual(unknown);
});

function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, each: unknown) => (each instanceof Uint8Array ? [...each].join() : each)),
  );
}
