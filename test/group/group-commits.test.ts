import { expect, test } from 'vitest';
import { MessageWriter } from '#millrace/protocol/message-writer.js';
import { GroupsRig, ORDERS } from './groups-rig.ts';

const OTHER = { topic: 'orders', partition: 1 };
const nobody = { groupId: 'g', memberId: '', groupInstanceId: null, generationId: -1 };

test('without members anybody commits who names none; a generation that is no more commits nothing', async () => {
  const rig = await GroupsRig.open();
  const commit = async (facts: object, offset: number): Promise<unknown> =>
    (await rig.coordinator.commit({ ...nobody, ...facts, offsets: [{ ...ORDERS, offset }], retentionMs: -1 }))
      .errors[0];
  expect(await commit({}, 1)).toBe(null);
  expect(await commit({ memberId: 'm', generationId: 0 }, 2)).toBe('ILLEGAL_GENERATION');
  expect(await rig.offset()).toBe(1);
  const a = rig.client();
  await rig.stable(a);
  expect(await commit({}, 3)).toBe('UNKNOWN_MEMBER_ID');
  expect(await commit({ memberId: 'm', generationId: 1 }, 3)).toBe('UNKNOWN_MEMBER_ID');
  expect(await commit({ memberId: a.memberId, generationId: 0 }, 3)).toBe('ILLEGAL_GENERATION');
  expect(await rig.offset()).toBe(1);
  expect(await commit(a.identity, 3)).toBe(null);
  expect(await rig.offset()).toBe(3);
});

test('of several offsets only those with too much metadata are refused', async () => {
  const rig = await GroupsRig.open();
  const offsets = [
    { ...ORDERS, offset: 1, metadata: 'x'.repeat(4_097) },
    { ...OTHER, offset: 2, metadata: 'x'.repeat(4_096), leaderEpoch: 5 },
  ];
  const { errors } = await rig.coordinator.commit({ ...nobody, offsets, retentionMs: -1 });
  expect(errors).toEqual(['OFFSET_METADATA_TOO_LARGE', null]);
  const all = await rig.coordinator.offsets({ groupId: 'g', partitions: null, requireStable: false });
  expect(all.offsets).toMatchObject([{ ...OTHER, committed: { offset: 2, leaderEpoch: 5 } }]);
  expect(await rig.store.committedOffsets('g')).toMatchObject([{ ...OTHER, offset: 2 }]);
  const { errors: none } = await rig.coordinator.commit({ ...nobody, offsets: offsets.slice(0, 1), retentionMs: -1 });
  expect(none).toEqual(['OFFSET_METADATA_TOO_LARGE']);
});

test('what a transaction commits is to be seen when its marker stands, and not before', async () => {
  const rig = await GroupsRig.open();
  await rig.coordinator.commit({ ...nobody, offsets: [{ ...ORDERS, offset: 1 }], retentionMs: -1 });
  const log = rig.store.partition('__consumer_offsets', 1);
  const producer = { producerId: 9, producerEpoch: 0 };
  const commit = async (facts: object = {}): Promise<unknown> =>
    (
      await rig.coordinator.commitInTransaction({
        ...nobody,
        ...producer,
        offsets: [{ ...ORDERS, offset: 5 }],
        ...facts,
      })
    ).errors[0];
  expect(await commit()).toBe(null);
  expect(await rig.offset()).toBe('UNSTABLE_OFFSET_COMMIT');
  const asked = { groupId: 'g', partitions: [ORDERS], requireStable: false };
  expect((await rig.coordinator.offsets(asked)).offsets).toMatchObject([{ error: null, committed: { offset: 1 } }]);
  log.endTransaction({ ...producer, type: 'commit' });
  expect(await rig.offset()).toBe(5);
  expect(await commit({ offsets: [{ ...ORDERS, offset: 6 }] })).toBe(null);
  log.endTransaction({ ...producer, producerEpoch: 1, type: 'abort' });
  expect(await rig.offset()).toBe(5);
  expect(await commit()).toBe('INVALID_PRODUCER_EPOCH');
  // A member is what it says that it is; who names none may commit for a group with members too.
  const a = rig.client();
  await rig.stable(a);
  const later = { producerEpoch: 1 };
  expect(await commit({ ...later, ...a.identity, generationId: 0 })).toBe('ILLEGAL_GENERATION');
  expect(await commit({ ...later, memberId: 'x', generationId: 1 })).toBe('UNKNOWN_MEMBER_ID');
  expect(await commit({ ...later, ...a.identity })).toBe(null);
  expect(await commit(later)).toBe(null);
});

test('a producer in the process and the coordinator see the same', async () => {
  const rig = await GroupsRig.open();
  const producer = rig.store.producer({ transactionalId: 'mover' });
  await producer.transaction((tx) => tx.sendOffsets('g', [{ ...ORDERS, offset: 8 }]));
  expect(await rig.offset()).toBe(8);
  expect(await rig.coordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
});

function subscribed(topic: string): Buffer {
  return new MessageWriter()
    .int16(0)
    .array([topic], () => undefined)
    .string(topic)
    .int32(-1)
    .finish();
}

test('offsets are deleted of topics that no member subscribes to', async () => {
  const rig = await GroupsRig.open();
  const TOTALS = { topic: 'totals', partition: 0 };
  const offsets = [ORDERS, TOTALS].map((partition) => ({ ...partition, offset: 1 }));
  await rig.coordinator.commit({ ...nobody, offsets, retentionMs: -1 });
  const a = rig.client({ protocols: [{ name: 'range', metadata: subscribed('orders') }] });
  await rig.stable(a);
  const before = rig.records.length;
  expect(await rig.coordinator.deleteOffsets('g', [ORDERS, TOTALS, OTHER, { topic: 'x', partition: 3 }])).toEqual({
    error: null,
    errors: ['GROUP_SUBSCRIBED_TO_TOPIC', null, 'GROUP_SUBSCRIBED_TO_TOPIC', null],
  });
  expect([await rig.offset(), await rig.offset('g', TOTALS)]).toEqual([1, null]);
  expect(rig.records.length).toBe(before + 1);
  await a.leave();
  expect(await rig.coordinator.deleteOffsets('g', [ORDERS])).toEqual({ error: null, errors: [null] });
  expect(await rig.offset()).toBe(null);
  const connect = rig.client({ groupId: 'i', protocolType: 'connect' });
  await rig.settle(connect.join());
  expect(await rig.coordinator.deleteOffsets('i', [ORDERS])).toMatchObject({ error: 'NON_EMPTY_GROUP' });
});

test('a group is deleted with what an open transaction would commit for it', async () => {
  const rig = await GroupsRig.open();
  const producer = { producerId: 9, producerEpoch: 0 };
  await rig.coordinator.commitInTransaction({ ...nobody, ...producer, offsets: [{ ...ORDERS, offset: 5 }] });
  expect(await rig.coordinator.describe(['g'])).toMatchObject([{ error: null, state: 'Empty' }]);
  expect(await rig.coordinator.deleteGroups(['g'])).toEqual([null]);
  rig.store.partition('__consumer_offsets', 1).endTransaction({ ...producer, type: 'commit' });
  expect(await rig.offset()).toBe(null);
  expect(await rig.coordinator.describe(['g'])).toMatchObject([{ error: 'GROUP_ID_NOT_FOUND', state: 'Dead' }]);
});

test('an offset that was committed for a time goes after it', async () => {
  const rig = await GroupsRig.open({ offsetsRetentionCheckIntervalMs: 1_000 });
  const commit = { ...nobody, offsets: [{ ...ORDERS, offset: 1 }], retentionMs: 4_500 };
  await rig.coordinator.commit(commit);
  await rig.coordinator.commit({ ...commit, offsets: [{ ...OTHER, offset: 2 }], retentionMs: -1 });
  rig.clock.advance(4_000);
  await rig.settle(Promise.resolve());
  expect([await rig.offset(), await rig.offset('g', OTHER)]).toEqual([1, 2]);
  rig.clock.advance(1_000);
  for (let i = 0; i < 5; i++) await rig.settle(rig.coordinator.list());
  expect([await rig.offset(), await rig.offset('g', OTHER)]).toEqual([null, 2]);
});
