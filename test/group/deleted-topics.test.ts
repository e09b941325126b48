/** What groups have committed goes with its topic. */
import { expect, test } from 'vitest';
import { decodeOffsetCommit } from '#millrace/group/offset-commit-format.js';
import { openMemberRig } from '../member/member-rig.ts';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const nobody = { memberId: '', groupInstanceId: null, generationId: -1 };
const CLICKS = { topic: 'clicks', partition: 0 };

async function commit(rig: GroupsRig, groupId: string, offset: number, place = ORDERS): Promise<void> {
  const request = { ...nobody, groupId, offsets: [{ ...place, offset }], retentionMs: -1 };
  expect((await rig.coordinator.commit(request)).errors).toEqual([null]);
}

/** Where both topics are, and groups in both partitions of `__consumer_offsets`. */
async function withGroups(): Promise<GroupsRig> {
  const rig = await GroupsRig.open();
  for (const topic of ['orders', 'clicks']) await rig.store.createTopic(topic);
  for (const groupId of ['g', 'h']) {
    await commit(rig, groupId, 5);
    await commit(rig, groupId, 6, CLICKS);
  }
  return rig;
}

const offsets = async (rig: GroupsRig, place = ORDERS): Promise<unknown[]> => [
  await rig.offset('g', place),
  await rig.offset('h', place),
];

test('all groups forget it, in the log too, and a topic that is made anew begins with none', async () => {
  const rig = await withGroups();
  await rig.store.deleteTopic('orders');
  expect([await offsets(rig), await offsets(rig, CLICKS)]).toEqual([
    [null, null],
    [6, 6],
  ]);
  const last = rig.records.at(-1)!;
  expect(decodeOffsetCommit(last.key, last.value)).toEqual({ key: { group: 'g', ...ORDERS }, value: null });
  await rig.store.createTopic('orders');
  await rig.restart('close');
  expect([await offsets(rig), await offsets(rig, CLICKS)]).toEqual([
    [null, null],
    [6, 6],
  ]);
});

test('also groups that nobody has asked for since the store was opened', async () => {
  const rig = await withGroups();
  await rig.restart('close');
  await rig.store.deleteTopic('orders');
  expect(await offsets(rig)).toEqual([null, null]);
});

test('also what open transactions have written, whether they are committed then or not', async () => {
  const rig = await withGroups();
  const producer = { producerId: 9, producerEpoch: 0 };
  const request = { ...nobody, ...producer, groupId: 'g' };
  for (const place of [ORDERS, CLICKS])
    await rig.coordinator.commitInTransaction({ ...request, offsets: [{ ...place, offset: 9 }] });
  expect(await rig.offset()).toBe('UNSTABLE_OFFSET_COMMIT');
  await rig.store.deleteTopic('orders');
  expect(await rig.offset()).toBe(null);
  rig.store.partition('__consumer_offsets', 1).endTransaction({ ...producer, type: 'commit' });
  expect([await rig.offset(), await rig.offset('g', CLICKS)]).toEqual([null, 9]);
});

test('a group that has nothing left is there, and empty, until it is looked for such groups', async () => {
  const rig = await withGroups();
  for (const topic of ['orders', 'clicks']) await rig.store.deleteTopic(topic);
  const seen = async (): Promise<unknown[]> => [
    (await rig.coordinator.list()).map(({ groupId, state }) => `${groupId} ${state}`).sort(),
    (await rig.coordinator.describe(['g']))[0].state,
    (await rig.coordinator.deleteOffsets('g', [])).error,
  ];
  expect(await seen()).toEqual([['g Empty', 'h Empty'], 'Empty', null]);
  await rig.restart('kill');
  expect(await seen()).toEqual([['g Empty', 'h Empty'], 'Empty', null]);
  rig.clock.advance(600_000);
  // The look begins with the timer, and loads nothing any more.
  await expect.poll(seen, { timeout: 5_000 }).toEqual([[], 'Dead', 'GROUP_ID_NOT_FOUND']);
  await rig.restart('kill');
  expect(await seen()).toEqual([[], 'Dead', 'GROUP_ID_NOT_FOUND']);
});

test('a group that has nothing left can be deleted, once', async () => {
  const rig = await withGroups();
  for (const topic of ['orders', 'clicks']) await rig.store.deleteTopic(topic);
  expect(await rig.coordinator.deleteGroups(['g'])).toEqual([null]);
  expect(await rig.coordinator.deleteGroups(['g'])).toEqual(['GROUP_ID_NOT_FOUND']);
  expect((await rig.coordinator.list()).map(({ groupId }) => groupId)).toEqual(['h']);
});

test('what could not be written down is made good by the next open, but not where there is another topic of that name', async () => {
  for (const isMadeAnew of [false, true]) {
    const rig = await withGroups();
    await rig.restart('close');
    rig.system.fault = (operation, path) =>
      operation === 'open' && /__consumer_offsets-1.*\.log$/.test(path) ? 'EMFILE' : null;
    await rig.store.deleteTopic('orders');
    rig.system.fault = null;
    expect(rig.messages.warnings()).toContain('offsets of a deleted topic could not be forgotten');
    expect(await offsets(rig)).toEqual([5, null]);
    if (isMadeAnew) await rig.store.createTopic('orders');
    await rig.restart('kill');
    expect(await offsets(rig)).toEqual([isMadeAnew ? 5 : null, null]);
  }
});

test('a crash between the deletion and what groups forget does not bring offsets back', async () => {
  const rig = await withGroups();
  rig.system.fault = (operation, path) =>
    operation === 'unlink' && path.endsWith('millrace-change.json') ? 'EMFILE' : null;
  await rig.store.deleteTopic('orders');
  rig.system.fault = null;
  // The note is still there: as if it had not come so far. Somebody's tombstones are not there in the second life.
  await commit(rig, 'g', 7);
  await rig.restart('kill');
  expect(await offsets(rig)).toEqual([null, null]);
  expect(rig.system.exists('/data/millrace-change.json')).toBe(false);
});

test('a member that has some of it in hand commits nothing of it afterwards, by itself or told to', async () => {
  const rig = await openMemberRig(1);
  const consumer = rig.consumer({ autoCommitIntervalMs: 100 });
  const values: string[] = [];
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const reading = consumer.each(async ({ value }) => {
    values.push(String(value));
    if (values.length === 3) await released;
  });
  reading.catch(() => undefined);
  rig.append(0, ['a', 'b']);
  await rig.until(async () => (await rig.committed())['orders-0'] === 2);
  rig.append(0, ['c']);
  await rig.until(() => values.length === 3);
  await rig.store.deleteTopic('orders');
  expect(await rig.committed()).toEqual({});
  const refused = { code: 'ERR_MILLRACE_UNKNOWN_TOPIC' };
  await expect(consumer.commit([{ ...ORDERS, offset: 3 }])).rejects.toMatchObject(refused);
  release();
  await rig.pass(1_000);
  await rig.meanwhile(consumer.close());
  expect(await rig.committed()).toEqual({});
});
