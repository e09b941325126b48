/** Consumers in the life of their group, as their users meet it. Time stands still but for what a test lets pass. */
import { describe, expect, test } from 'vitest';
import type { GroupConsumer, TopicPartition } from '#millrace/main.js';
import { CutCoordinator, openMemberRig, partitionsOf, reading, together, turns } from './member-rig.ts';

describe('membership', () => {
  test('three share four partitions, and when one leaves the others take over', async () => {
    const rig = await openMemberRig();
    const members = [rig.consumer(), rig.consumer(), rig.consumer()];
    const read = members.map(reading);
    await together(rig, ...members);
    for (let partition = 0; partition < 4; partition++) rig.append(partition, [`a${partition}`]);
    await turns();
    expect(members.flatMap(partitionsOf).sort((a, b) => a - b)).toEqual([0, 1, 2, 3]);
    expect(read.flatMap(({ values }) => values).sort()).toEqual(['a0', 'a1', 'a2', 'a3']);
    await members[0].close();
    expect(await read[0].end).toBeUndefined();
    expect(members[0].memberId).toBe('');
    await rig.until(() => members.slice(1).flatMap(partitionsOf).length === 4);
    for (let partition = 0; partition < 4; partition++) rig.append(partition, [`b${partition}`]);
    await turns();
    const all = read.flatMap(({ values }) => values).sort();
    expect(all).toEqual(['a0', 'a1', 'a2', 'a3', 'b0', 'b1', 'b2', 'b3']);
  });

  test('it joins when it is read, and by itself when it is told to', async () => {
    const rig = await openMemberRig();
    const consumer = rig.consumer();
    await rig.pass(10_000);
    expect(await rig.store.groupCoordinator.list()).toEqual([]);
    expect(await rig.meanwhile(consumer.join())).toHaveLength(4);
    expect(consumer.generationId).toBe(1);
    expect(consumer.groupMetadata()).toEqual({
      groupId: 'g',
      memberId: consumer.memberId,
      generationId: 1,
      groupInstanceId: null,
    });
    expect(consumer.statistics.group).toMatchObject({ isLeader: true, joins: 2, syncs: 1, rebalances: 1 });
  });

  test('one that falls silent goes by its session time-out', async () => {
    const rig = await openMemberRig();
    const link = new CutCoordinator(rig.store.groupCoordinator);
    const silent = rig.consumerOf(link.coordinator, { sessionTimeoutMs: 2_000, heartbeatIntervalMs: 500 });
    const other = rig.consumer({ heartbeatIntervalMs: 500 });
    reading(silent);
    reading(other);
    await together(rig, silent, other);
    link.isCut = true;
    await rig.pass(1_500);
    expect(partitionsOf(other)).toHaveLength(2);
    await rig.pass(1_500);
    expect(partitionsOf(other)).toEqual([0, 1, 2, 3]);
  });

  test('a handler that takes longer than it may costs its consumer the partitions, not the others their records', async () => {
    const rig = await openMemberRig(2);
    const lost: TopicPartition[][] = [];
    const slow = rig.consumer({
      rebalanceTimeoutMs: 5_000,
      heartbeatIntervalMs: 500,
      onLost: (given) => void lost.push(given),
    });
    const handled: string[] = [];
    let release = (): void => undefined;
    void slow.each(async (record) => {
      handled.push(String(record.value));
      if (handled.length === 1) await new Promise<void>((resolve) => (release = resolve));
    });
    await together(rig, slow);
    rig.append(0, ['x', 'y']);
    await rig.pass(4_000);
    expect(slow.memberId).not.toBe('');
    await rig.pass(2_000);
    expect(slow.memberId).toBe('');
    expect(lost).toEqual([
      [
        { topic: 'orders', partition: 0 },
        { topic: 'orders', partition: 1 },
      ],
    ]);
    const other = rig.consumer();
    const read = reading(other);
    await together(rig, other);
    expect(read.values).toEqual(['x', 'y']);
    release();
    // It comes back when it asks for the next one.
    await rig.until(() => slow.assignment().length === 1 && other.assignment().length === 1);
    expect(handled).toEqual(['x']);
  });

  test('one that nobody reads leaves, and comes back when it is read', async () => {
    const rig = await openMemberRig();
    const consumer = rig.consumer({ rebalanceTimeoutMs: 5_000 });
    await rig.meanwhile(consumer.join());
    await rig.pass(10_000, 1_000);
    expect([consumer.memberId, consumer.assignment()]).toEqual(['', []]);
    reading(consumer);
    await together(rig, consumer);
    expect(consumer.assignment()).toHaveLength(4);
  });

  test('a static member keeps its partitions over a restart, and fences who has its name', async () => {
    const rig = await openMemberRig();
    const first = rig.consumer({ groupInstanceId: 'one' });
    const read = reading(first);
    const other = rig.consumer();
    reading(other);
    await together(rig, first, other);
    const { generationId } = other;
    const kept = partitionsOf(first);
    await first.close();
    const again = rig.consumer({ groupInstanceId: 'one' });
    reading(again);
    await together(rig, again);
    expect([partitionsOf(again), other.generationId]).toEqual([kept, generationId]);
    const usurper = rig.consumer({ groupInstanceId: 'one' });
    reading(usurper);
    await together(rig, usurper);
    await rig.pass(4_000);
    await expect(again.commit()).rejects.toMatchObject({ code: 'ERR_MILLRACE_MEMBER_FENCED' });
    expect(() => again.readable()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_MEMBER_FENCED' }));
    expect(await read.end).toBeUndefined();
  });

  test('new topics of a pattern, and new partitions, are read without being asked for', async () => {
    const rig = await openMemberRig(1);
    const consumer = rig.consumer({ topics: [/^ord/, 'later'], heartbeatIntervalMs: 500 });
    const { values } = reading(consumer);
    await together(rig, consumer);
    await rig.store.createTopic('ordinals');
    await rig.store.createTopic('later');
    await rig.store.createTopic('other');
    await rig.store.addPartitions('orders', 2);
    rig.append(0, ['o'], 'ordinals');
    rig.append(0, ['l'], 'later');
    rig.append(1, ['p']);
    await rig.pass(2_000);
    expect(values.sort()).toEqual(['l', 'o', 'p']);
    await rig.store.deleteTopic('ordinals');
    await rig.pass(2_000);
    rig.append(0, ['q']);
    await rig.pass(500);
    expect(values.sort()).toEqual(['l', 'o', 'p', 'q']);
    consumer.subscribe('later');
    await rig.pass(1_000);
    expect(consumer.assignment()).toEqual([{ topic: 'later', partition: 0 }]);
  });

  test('whom the group does not take is told', async () => {
    const rig = await openMemberRig(1, { groupMaxSize: 1 });
    reading(rig.consumer());
    await turns(20);
    await expect(rig.meanwhile(rig.consumer().join())).rejects.toMatchObject({ code: 'ERR_MILLRACE_GROUP_REFUSED' });
    const tooShort = rig.consumer({ groupId: 'h', sessionTimeoutMs: 10, heartbeatIntervalMs: 5 });
    await expect(rig.meanwhile(tooShort.each(() => undefined))).rejects.toMatchObject({
      code: 'ERR_MILLRACE_GROUP_REFUSED',
    });
  });

  test('a store that is closed takes its consumers along', async () => {
    const rig = await openMemberRig(1);
    rig.append(0, ['a']);
    const consumer = rig.consumer();
    const { values, end } = reading(consumer);
    await together(rig, consumer);
    await rig.store.close();
    expect([values, await end, consumer.isClosed]).toEqual([['a'], undefined, true]);
  });

  test('until the end: a member that has its partitions is done when they are read', async () => {
    const rig = await openMemberRig(3);
    for (let partition = 0; partition < 3; partition++) rig.append(partition, ['a', 'b']);
    let count = 0;
    const done = rig.consumer().each(() => void count++, { untilEnd: true });
    await rig.pass(1_000);
    await done;
    expect(count).toBe(6);
  });
});

describe('rebalances', () => {
  test('cooperative: what stays is read on, and only what goes is given back', async () => {
    const rig = await openMemberRig();
    const revoked: TopicPartition[][] = [];
    const assignors = ['cooperative-sticky'] as const;
    const first = rig.consumer({ assignors, onRevoked: (given) => void revoked.push(given) });
    const { values } = reading(first);
    await together(rig, first);
    const link = new CutCoordinator(rig.store.groupCoordinator);
    const second = rig.consumerOf(link.coordinator, { assignors });
    reading(second);
    await rig.until(() => second.assignment().length === 2);
    expect(revoked).toEqual([expect.arrayContaining([expect.anything(), expect.anything()])]);
    expect(partitionsOf(first)).toHaveLength(2);
    rig.append(partitionsOf(first)[0], ['still']);
    await turns();
    expect(values).toEqual(['still']);
  });

  test('eager: all is given back, what is in hand is finished, and its offsets are committed first', async () => {
    const rig = await openMemberRig(2);
    const told: string[] = [];
    let release = (): void => undefined;
    const first = rig.consumer({
      onRevoked: async (given) =>
        void told.push(`revoked ${given.length}, committed ${JSON.stringify(await rig.committed())}`),
    });
    void first.eachBatch(() => new Promise<void>((resolve) => (release = resolve)));
    await together(rig, first);
    rig.append(0, ['a', 'b']);
    await turns();
    const second = rig.consumer();
    const { values } = reading(second);
    await rig.pass(3_000);
    expect([told, second.assignment()]).toEqual([[], []]);
    release();
    await together(rig, first, second);
    expect(told).toEqual(['revoked 2, committed {"orders-0":2,"orders-1":0}']);
    expect(values).toEqual([]);
  });

  test('a record that a handler has in hand is not committed', async () => {
    const rig = await openMemberRig(1);
    const consumer = rig.consumer({ autoCommitIntervalMs: 1_000 });
    let release = (): void => undefined;
    void consumer.each((record) => {
      if (String(record.value) === 'b') return new Promise<void>((resolve) => (release = resolve));
      return undefined;
    });
    await together(rig, consumer);
    rig.append(0, ['a', 'b', 'c']);
    await rig.pass(1_500);
    expect(await rig.committed()).toEqual({ 'orders-0': 1 });
    release();
    await rig.pass(1_000);
    expect(await rig.committed()).toEqual({ 'orders-0': 3 });
  });

  test('what a stream has ahead is given up, and what was taken from it counts when the next is asked for', async () => {
    const rig = await openMemberRig(1);
    rig.append(0, ['a', 'b', 'c', 'd']);
    const consumer = rig.consumer({ clientId: 'z', autoCommitIntervalMs: 500 });
    const stream = consumer.readable()[Symbol.asyncIterator]();
    expect(String((await rig.meanwhile(stream.next())).value?.value)).toBe('a');
    await stream.next();
    await rig.pass(600);
    expect(await rig.committed()).toEqual({ 'orders-0': 1 });
    // By its name it gets the one partition.
    const other = rig.consumer({ clientId: 'a' });
    const { values } = reading(other);
    await rig.pass(500);
    expect(other.assignment()).toEqual([]);
    const next = stream.next();
    await together(rig, other);
    expect([consumer.assignment(), values]).toEqual([[], ['c', 'd']]);
    await consumer.close();
    expect(await next).toMatchObject({ done: true });
  });

  test('a seek in onAssigned counts, and a handler of it that fails is told', async () => {
    const rig = await openMemberRig(1);
    rig.append(0, ['a', 'b', 'c']);
    const consumer: GroupConsumer = rig.consumer({ onAssigned: ([place]) => consumer.seek(place, 2) });
    const { values } = reading(consumer);
    await together(rig, consumer);
    expect(values).toEqual(['c']);
    const failing = rig.consumer({ groupId: 'h', onAssigned: () => Promise.reject(new Error('no')) });
    await expect(rig.meanwhile(failing.each(() => undefined))).rejects.toMatchObject({ code: 'ERR_MILLRACE_HANDLER' });
  });
});
