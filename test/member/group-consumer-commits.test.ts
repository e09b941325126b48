/** What consumers of groups commit, and where they begin, as their users meet it. Time stands still but for what a test lets pass. */
import { setImmediate as turnOnce } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { OffsetToCommit } from '#millrace/main.js';
import { openMemberRig, reading, together, turns } from './member-rig.ts';

test('by hand: what was handled, or these offsets; both positions are to be seen', async () => {
  const rig = await openMemberRig(1);
  rig.append(0, ['a', 'b', 'c']);
  const place = { topic: 'orders', partition: 0 };
  const consumer = rig.consumer({ autoCommit: false });
  const seen: unknown[] = [];
  const loop = async (): Promise<void> => {
    for await (const batch of consumer) {
      expect(batch.nextOffset).toBe(3);
      seen.push(await consumer.committed());
      await consumer.commit();
      seen.push((await consumer.committed()).map(({ offset }) => offset));
      await consumer.commit([{ ...place, offset: 2, metadata: 'here' }]);
      seen.push((await consumer.committed([place])).map(({ offset, metadata }) => [offset, metadata]));
      expect(consumer.position(place)).toBe(0);
      break;
    }
  };
  await rig.meanwhile(loop());
  expect(seen).toEqual([[], [0], [[2, 'here']]]);
  await rig.pass(10_000);
  await consumer.close();
  expect(await rig.committed()).toEqual({ 'orders-0': 2 });
});

test('asynchronously: once, and nobody need wait', async () => {
  const rig = await openMemberRig(1);
  rig.append(0, ['a']);
  const consumer = rig.consumer({ autoCommit: false });
  await rig.meanwhile(consumer.join());
  const told: unknown[] = [];
  void consumer.commitAsync(undefined, (error, offsets) => told.push([error, offsets]));
  await turns();
  expect(told).toEqual([[null, [{ topic: 'orders', partition: 0, offset: 0 }]]]);
  void consumer.commitAsync([{ topic: 'orders', partition: 7, offset: 0 }], (error) =>
    told.push((error as { code: string }).code),
  );
  await turns();
  await turnOnce();
  expect(told[1]).toBe('ERR_MILLRACE_UNKNOWN_MEMBER');
});

test('one for a partition that others have by now is refused', async () => {
  const rig = await openMemberRig(2);
  const first = rig.consumer({ autoCommit: false });
  reading(first);
  await together(rig, first);
  reading(rig.consumer());
  await rig.until(() => first.assignment().length === 1);
  const [{ partition }] = first.assignment();
  const other = { topic: 'orders', partition: 1 - partition, offset: 0 };
  await expect(first.commit([other])).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
  await first.close();
  await expect(first.commit()).rejects.toMatchObject({ code: 'ERR_MILLRACE_CLOSED' });
});

test('a group goes on where it has committed, and begins where autoOffsetReset says', async () => {
  const rig = await openMemberRig(1);
  rig.append(0, ['a', 'b']);
  const latest = rig.consumer({ autoOffsetReset: 'latest' });
  const first = reading(latest);
  await together(rig, latest);
  rig.append(0, ['c']);
  await turns();
  await latest.close();
  rig.append(0, ['d']);
  const second = rig.consumer();
  const rest = reading(second);
  await together(rig, second);
  expect([first.values, rest.values]).toEqual([['c'], ['d']]);
  const none = rig.consumer({ groupId: 'h', autoOffsetReset: 'none' });
  await expect(rig.meanwhile(none.each(() => undefined))).rejects.toMatchObject({
    code: 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE',
  });
});

test('close commits what was handled and leaves, also from within the loop', async () => {
  const rig = await openMemberRig(1);
  rig.append(0, ['a', 'b']);
  const consumer = rig.consumer();
  const loop = async (): Promise<void> => {
    for await (const batch of consumer) {
      expect(batch.lag).toBe(0);
      await consumer.close();
    }
  };
  await rig.meanwhile(loop());
  expect(await rig.committed()).toEqual({ 'orders-0': 2 });
  expect(await rig.store.groupCoordinator.list()).toMatchObject([{ groupId: 'g', state: 'Empty' }]);
});

test('a transaction commits for a member only as long as it is one', async () => {
  const rig = await openMemberRig(1);
  await rig.store.createTopic('out');
  rig.append(0, ['a']);
  const consumer = rig.consumer({ autoCommit: false });
  await rig.meanwhile(consumer.join());
  const producer = rig.store.producer({ transactionalId: 't' });
  const offsets = [{ topic: 'orders', partition: 0, offset: 1 }];
  await producer.transaction((tx) => tx.sendOffsets(consumer, offsets));
  expect(await rig.committed()).toEqual({ 'orders-0': 1 });
  const metadata = consumer.groupMetadata();
  await consumer.close();
  const later = producer.transaction((tx) => tx.sendOffsets(metadata, offsets));
  await expect(later).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
  const stranger = producer.transaction((tx) => tx.sendOffsets(consumer, offsets));
  await expect(stranger).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_MEMBER' });
});

test('with the leader epoch of the last record that was read, and none where nothing was', async () => {
  const rig = await openMemberRig(1);
  const log = rig.store.partition('orders', 0);
  const place = { topic: 'orders', partition: 0 };
  for (const leaderEpoch of [4, 6]) log.append([{ value: 'a' }, { value: 'b' }], { leaderEpoch });
  const consumer = rig.consumer({ autoCommit: false });
  await rig.meanwhile(consumer.join());
  const seen: unknown[] = [];
  const commit = async (offsets?: OffsetToCommit[]): Promise<void> => {
    await consumer.commit(offsets);
    seen.push((await consumer.committed()).map(({ offset, leaderEpoch }) => [offset, leaderEpoch])[0]);
  };
  await commit();
  await rig.meanwhile(consumer.each(() => commit(), { untilEnd: true }));
  await commit();
  consumer.seek(place, 1);
  await commit();
  await commit([{ ...place, offset: 3, leaderEpoch: 7 }]);
  await consumer.close();
  const next = rig.consumer({ autoCommit: false });
  await rig.meanwhile(next.join());
  await next.commit();
  seen.push((await next.committed())[0].leaderEpoch);
  expect(seen).toEqual([[0, -1], [0, -1], [1, 4], [2, 4], [3, 6], [4, 6], [1, -1], [3, 7], 7]);
});

test('a full disk is told as one: to who commits, in a transaction or not, and to who has waited for room', async () => {
  const rig = await openMemberRig(1);
  rig.append(0, ['a']);
  const consumer = rig.consumer({ autoCommit: false });
  await rig.meanwhile(consumer.join());
  const offsets = [{ topic: 'orders', partition: 0, offset: 1 }];
  await consumer.commit(offsets);
  const log = rig.store.partition('__consumer_offsets', 0);
  const { settings } = log;
  // The segment is full, and there is no room for another.
  log.configure({ ...settings, segmentBytes: log.size - 1 });
  const isOfNext = (path: string): boolean => /__consumer_offsets.*[1-9]\.log$/.test(path);
  rig.system.fault = (operation, path) => (operation === 'open' && isOfNext(path) ? 'ENOSPC' : null);
  const full = { code: 'ERR_MILLRACE_NO_SPACE' };
  await expect(consumer.commitAsync(offsets)).rejects.toMatchObject(full);
  const producer = rig.store.producer({ transactionalId: 't' });
  const moving = producer.transaction((tx) => tx.sendOffsets(consumer, offsets));
  moving.catch(() => undefined);
  const committing = consumer.commit(offsets);
  committing.catch(() => undefined);
  await rig.pass(61_000, 1_000);
  await expect(committing).rejects.toMatchObject(full);
  const waiting = consumer.commit(offsets);
  await rig.pass(1_000);
  rig.system.fault = null;
  log.configure(settings);
  await rig.meanwhile(waiting);
  // Its end needs some room itself.
  await expect(rig.meanwhile(moving)).rejects.toMatchObject(full);
});
