/** A consumer that is closed by its own handler of partitions, or while that is at work: nobody waits for himself, and nothing that was handled is lost. */
import { describe, expect, test } from 'vitest';
import type { GroupConsumer } from '#millrace/main.js';
import { isSettled } from '../group/groups-rig.ts';
import { openInMemory } from '../store/store-fixture.ts';
import { CutCoordinator, openMemberRig, reading, turns } from './member-rig.ts';

const memberCount = async ({ store }: Awaited<ReturnType<typeof openMemberRig>>): Promise<number> =>
  (await store.groupCoordinator.describe(['g']))[0].members.length;

describe('close in a handler of partitions settles at once, and the consumer ends when the handler does', () => {
  test('onAssigned', async () => {
    const rig = await openMemberRig();
    rig.append(0, ['a']);
    const told: string[] = [];
    const consumer: GroupConsumer = rig.consumer({
      onAssigned: async () => {
        await consumer.close();
        told.push('closed');
      },
      onRevoked: () => void told.push('revoked'),
    });
    const { values, end } = reading(consumer);
    expect(await rig.meanwhile(end)).toBe(undefined);
    expect([values, told, await memberCount(rig)]).toEqual([[], ['closed', 'revoked'], 0]);
    await consumer.close();
  });

  test('onRevoked, and others get what was its own', async () => {
    const rig = await openMemberRig();
    const consumer: GroupConsumer = rig.consumer({ onRevoked: () => consumer.close() });
    const { end } = reading(consumer);
    await rig.meanwhile(consumer.join());
    const other = rig.consumer();
    reading(other);
    await rig.until(() => other.assignment().length === 4);
    expect(await rig.meanwhile(end)).toBe(undefined);
    expect(await memberCount(rig)).toBe(1);
  });

  test('onRevoked of who is closed by others, who wait for all of it', async () => {
    const rig = await openMemberRig();
    let release = (): void => undefined;
    const consumer: GroupConsumer = rig.consumer({
      onRevoked: async () => {
        await consumer.close();
        await new Promise<void>((resolve) => (release = resolve));
      },
    });
    await rig.meanwhile(consumer.join());
    const closing = consumer.close();
    await turns();
    expect(await isSettled(closing)).toBe(false);
    release();
    await rig.meanwhile(closing);
    expect(await memberCount(rig)).toBe(0);
  });

  test('onLost', async () => {
    const rig = await openMemberRig(1);
    const cut = new CutCoordinator(rig.store.groupCoordinator);
    const lost: GroupConsumer = rig.consumerOf(cut.coordinator, { onLost: () => lost.close() });
    const { end } = reading(lost);
    await rig.meanwhile(lost.join());
    cut.isCut = true;
    await rig.pass(60_000, 5_000);
    cut.isCut = false;
    expect(await rig.meanwhile(end)).toBe(undefined);
  });
});

test('a store that is closed waits for no handler of partitions that is at work, and what was handled is committed', async () => {
  const rig = await openMemberRig(2);
  rig.append(0, ['a', 'b']);
  let isAtWork = false;
  const consumer = rig.consumer({
    autoCommitIntervalMs: 1_000_000,
    topics: [/^ord/],
    heartbeatIntervalMs: 500,
    assignors: ['cooperative-sticky'],
    onAssigned: async (places) => {
      if (places.every(({ topic }) => topic === 'orders')) return;
      isAtWork = true;
      await new Promise(() => undefined);
    },
  });
  const { values } = reading(consumer);
  await rig.until(() => values.length === 2);
  await rig.store.createTopic('ordinary', { partitions: 1 });
  await rig.until(() => isAtWork);
  const closing = rig.store.close();
  await rig.until(() => isSettled(closing));
  const { store: again } = await openInMemory(rig.system, { readOnly: false });
  const committed = await again.committedOffsets('g');
  expect(committed.find(({ topic, partition }) => topic === 'orders' && partition === 0)).toMatchObject({ offset: 2 });
  await again.close();
});

test('who is closed while its join is under way, with partitions that it keeps meanwhile, commits what it has read of them', async () => {
  const rig = await openMemberRig(2);
  rig.append(0, ['a', 'b']);
  let release: (() => void) | null = null;
  const { groupCoordinator } = rig.store;
  const slow = new Proxy(groupCoordinator, {
    get: (target, name) => {
      if (name !== 'join') return (target[name as keyof typeof target] as () => unknown).bind(target);
      return async (...asked: Parameters<typeof target.join>) => {
        const answer = await target.join(...asked);
        if (values.length === 2) await new Promise<void>((resolve) => (release = resolve));
        return answer;
      };
    },
  });
  const options = { assignors: ['cooperative-sticky' as const], autoCommitIntervalMs: 1_000_000 };
  const consumer = rig.consumerOf(slow, options);
  const { values } = reading(consumer);
  await rig.until(() => values.length === 2);
  reading(rig.consumer(options));
  await rig.until(() => release !== null);
  const closing = consumer.close();
  await rig.pass(1_000);
  expect(await isSettled(closing)).toBe(false);
  release!();
  await rig.meanwhile(closing);
  expect(await rig.committed()).toMatchObject({ 'orders-0': 2 });
});
