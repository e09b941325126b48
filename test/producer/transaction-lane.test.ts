import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import type { RecordMetadata } from '#millrace/main.js';
import { TransactionLane, type TransactionLaneOptions } from '#millrace/producer/transaction-lane.js';
import { TempLog } from '../support/temp-log.ts';

function rigOf(options: Partial<TransactionLaneOptions> = {}): {
  rig: TempLog;
  lane: TransactionLane;
  add: (value: string, size?: number) => void;
  told: (string | number)[];
} {
  const rig = new TempLog();
  const lane = new TransactionLane(
    { topic: 'orders', partition: 0 },
    {
      producer: { producerId: 7, producerEpoch: 2 },
      clock: rig.clock,
      retry: {
        clock: rig.clock,
        retries: Infinity,
        retryBackoffMs: 100,
        retryBackoffMaxMs: 1_000,
        deliveryTimeoutMs: 5_000,
        random: () => 0.5,
      },
      batchSize: 1_000,
      compression: undefined,
      hasSequences: true,
      open: () => rig.log,
      failed: () => undefined,
      ...options,
    },
  );
  const told: (string | number)[] = [];
  const sender = {
    placed: (_: number, { offset }: RecordMetadata) => void told.push(offset),
    failed: (error: unknown) => void told.push((error as Error).message),
  };
  return { rig, lane, told, add: (value, size = 100) => lane.add({ value }, size, 0, sender) };
}

test('nothing is written before the partition is in the transaction', () => {
  const { rig, lane, add, told } = rigOf();
  add('a', 2_000);
  expect(lane.isFull).toBe(false);
  lane.flush();
  expect(rig.log.endOffset).toBe(0);
  lane.ready();
  expect(lane.isFull).toBe(true);
  lane.flush();
  expect([told, rig.values(), lane.bytes]).toEqual([[0], ['a'], 0]);
});

test('batches are of the transaction, with sequences that go on', async () => {
  const { rig, lane, add, told } = rigOf();
  lane.ready();
  for (let i = 0; i < 12; i++) add(`${i}`);
  lane.flush();
  add('last');
  lane.flush();
  const batches = [...rig.log.read(0)];
  expect(batches.map(({ baseSequence, recordCount }) => [baseSequence, recordCount])).toEqual([
    [0, 9],
    [9, 3],
    [12, 1],
  ]);
  for (const { isTransactional, producerId, producerEpoch } of batches)
    expect([isTransactional, producerId, producerEpoch]).toEqual([true, 7, 2]);
  expect(told).toEqual(Array.from({ length: 13 }, (_, i) => i));
  expect(rig.log.durableOffset).toBe(0);
  await lane.durable();
  expect(rig.log.durableOffset).toBe(13);
});

test('offsets have no sequences', () => {
  const { rig, lane, add } = rigOf({ hasSequences: false });
  lane.ready();
  add('a');
  lane.flush();
  expect([...rig.log.read(0)][0].baseSequence).toBe(-1);
});

test('what cannot be written fails all that waits, and what was written stays', () => {
  let appends = 0;
  const { rig, lane, add, told } = rigOf({
    open: () => {
      if (++appends === 2) throw new Error('full');
      return rig.log;
    },
  });
  lane.ready();
  for (let i = 0; i < 12; i++) add(`${i}`);
  expect(() => lane.flush()).toThrow('full');
  expect(told).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 'full', 'full', 'full']);
  lane.flush();
  expect(rig.log.endOffset).toBe(9);
});

test('what a full disk refuses waits with all behind it, and is written in its order when there is room', async () => {
  let isFull = true;
  const { rig, lane, add, told } = rigOf({
    open: () => {
      if (isFull) throw new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
      return rig.log;
    },
  });
  lane.ready();
  add('a');
  lane.flush();
  add('b');
  lane.flush();
  expect([told, lane.bytes]).toEqual([[], 200]);
  let isEmpty = false;
  void lane.emptied().then(() => (isEmpty = true));
  rig.clock.advance(100);
  expect(told).toEqual([]);
  isFull = false;
  // The second wait is twice as long.
  rig.clock.advance(199);
  expect(told).toEqual([]);
  rig.clock.advance(1);
  expect([told, rig.values(), lane.bytes]).toEqual([[0, 1], ['a', 'b'], 0]);
  await turn();
  expect(isEmpty).toBe(true);
});

test('what waited too long fails, and tells so', () => {
  const failures: unknown[] = [];
  const { rig, lane, add, told } = rigOf({
    open: () => {
      throw new MillraceError('ERR_MILLRACE_NO_SPACE', 'full');
    },
    failed: (error) => void failures.push((error as MillraceError).code),
  });
  lane.ready();
  add('a');
  lane.flush();
  rig.clock.advance(4_999);
  expect(told).toEqual([]);
  rig.clock.advance(1);
  expect(told).toEqual(['records for partition 0 of topic "orders" could not be written within 5000 ms']);
  expect(failures).toEqual(['ERR_MILLRACE_TIMED_OUT']);
});

test('what waits can be given up', async () => {
  const { rig, lane, add, told } = rigOf();
  add('a');
  lane.fail(new Error('over'));
  lane.ready();
  lane.flush();
  expect([told, rig.log.endOffset, lane.bytes]).toEqual([['over'], 0, 0]);
  // Nothing was written, so nothing has to be waited for.
  await lane.durable();
});
