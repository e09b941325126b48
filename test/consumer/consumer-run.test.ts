import { getEventListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { AssignedPartition } from '#millrace/consumer/assigned-partition.js';
import { checkConsumerOptions } from '#millrace/consumer/consumer-options.js';
import { ConsumerRun } from '#millrace/consumer/consumer-run.js';
import { partitionKey } from '#millrace/consumer/topic-logs.js';
import { openRig, turn, until, type Rig } from './consumer-fixture.ts';

function assign({ store }: Rig, count: number, options: object = {}): Map<string, AssignedPartition> {
  const checked = checkConsumerOptions({ autoOffsetReset: 'earliest', maxBytes: 1, ...options });
  const all = Array.from({ length: count }, (_, partition) => {
    const place = { topic: 'orders', partition };
    return [partitionKey(place), new AssignedPartition(store, place, checked)] as const;
  });
  return new Map(all);
}

const begin = (partitions: Map<string, AssignedPartition>, options: object = {}): ConsumerRun =>
  new ConsumerRun(partitions, { signals: [], untilEnd: false, ...options });

/** Takes `count` batches and gives each back; partition and base offset of each. */
async function takeAll(run: ConsumerRun, count = Number.POSITIVE_INFINITY): Promise<string[]> {
  const taken: string[] = [];
  while (taken.length < count) {
    const partition = await run.take();
    if (partition === null) break;
    taken.push(`${partition.partition}:${partition.inHand!.baseOffset}`);
    run.release(partition);
  }
  return taken;
}

test('partitions take turns, however much one of them has', async () => {
  const rig = await openRig(3);
  for (let i = 0; i < 4; i++) rig.append([`${i}`], 0);
  for (let i = 0; i < 2; i++) rig.append([`${i}`], 1);
  rig.append(['0'], 2);
  const run = begin(assign(rig, 3), { untilEnd: true });
  expect(await takeAll(run)).toEqual(['0:0', '1:0', '2:0', '0:1', '1:1', '0:2', '0:3']);
});

test('one that gets records gets its turn, though another always has some', async () => {
  const rig = await openRig(2);
  rig.append(['0'], 0);
  const run = begin(assign(rig, 2));
  const order: string[] = [];
  for (let i = 1; i <= 10; i++) {
    rig.append([`${i}`], 0);
    if (i === 5) rig.append(['late'], 1);
    order.push(...(await takeAll(run, 1)));
  }
  expect(order.indexOf('1:0')).toBeGreaterThan(3);
  expect(order.indexOf('1:0')).toBeLessThan(8);
});

describe('a wait', () => {
  test('ends within the turn of the event loop in which the record was appended', async () => {
    const rig = await openRig(1);
    const run = begin(assign(rig, 1));
    const wakeUp = async (): Promise<string> => {
      const order: string[] = [];
      const taking = run.take().then((partition) => {
        order.push('taken');
        return partition;
      });
      // Longer than what counts as a pause of the event loop.
      await sleep(5);
      setImmediate(() => order.push('next turn'));
      rig.append(['a'], 0);
      order.push('appended');
      run.release((await taking)!);
      await turn();
      return order.join(', ');
    };
    // A busy machine may hold it up once and again; who looks from time to time would never do it.
    const seen: string[] = [];
    while (seen.length < 20 && seen.at(-1) !== 'appended, taken, next turn') seen.push(await wakeUp());
    expect(seen.at(-1)).toBe('appended, taken, next turn');
  });

  test('of several at once: each gets a partition of its own, and all are woken in the end', async () => {
    const rig = await openRig(2);
    const run = begin(assign(rig, 2));
    let count = 0;
    const takers = [run.take(), run.take(), run.take()];
    for (const taker of takers) void taker.then(() => count++);
    await turn();
    rig.append(['a'], 0);
    rig.append(['b'], 1);
    rig.append(['c'], 1);
    await until(() => count === 2);
    run.stop();
    const taken = await Promise.all(takers);
    expect(new Set(taken.map((partition) => partition?.partition ?? null))).toEqual(new Set([0, 1, null]));
  });
});

describe('ends', () => {
  test('at the end that the logs had at the beginning', async () => {
    const rig = await openRig(2);
    rig.append(['a'], 0);
    const run = begin(assign(rig, 2), { untilEnd: true });
    rig.append(['b'], 0);
    rig.append(['c'], 1);
    expect(await takeAll(run)).toEqual(['0:0']);
    expect(await run.take()).toBeNull();
  });

  test('when the last one that is not finished is taken away', async () => {
    const rig = await openRig(2);
    rig.append(['a'], 1);
    const partitions = assign(rig, 2);
    const [first, second] = partitions.values();
    second.isPaused = true;
    const run = begin(partitions, { untilEnd: true });
    const taking = run.take();
    await turn();
    second.isAssigned = false;
    partitions.delete(partitionKey(second));
    run.withdraw(second);
    expect(await taking).toBeNull();
    expect(first.position).toBe(0);
  });

  test('with the error that one of those who take has met, for all of them', async () => {
    const rig = await openRig(2);
    const run = begin(assign(rig, 2));
    const takers = [run.take(), run.take()].map((taking) => expect(taking).rejects.toThrow('broken'));
    await turn();
    run.fail(new Error('broken'));
    run.fail(new Error('and again'));
    await Promise.all(takers);
    await expect(run.take()).rejects.toThrow('broken');
  });

  test('with a signal, before it begins or while it waits', async () => {
    const rig = await openRig(1);
    const control = new AbortController();
    const run = begin(assign(rig, 1), { signals: [undefined, control.signal] });
    const taking = expect(run.take()).rejects.toMatchObject({
      code: 'ERR_MILLRACE_ABORTED',
      cause: { message: 'enough' },
    });
    await turn();
    control.abort(new Error('enough'));
    await taking;
    run.end();
    expect(() => begin(assign(rig, 1), { signals: [control.signal] })).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_ABORTED' }),
    );
  });

  test('and leaves no listener, no wait, and nothing in hand', async () => {
    const rig = await openRig(2);
    const control = new AbortController();
    const partitions = assign(rig, 2);
    for (let i = 0; i < 50; i++) {
      const run = begin(partitions, { signals: [control.signal] });
      rig.append([`${i}`], 0);
      expect(getEventListeners(control.signal, 'abort')).toHaveLength(1);
      const partition = (await run.take())!;
      if (i % 2 === 0) {
        partition.seek('end');
        run.release(partition);
      }
      const waiting = i % 2 === 0 ? run.take() : null;
      await turn();
      run.end();
      run.end();
      expect(await waiting).toBeNull();
      expect([...partitions.values()].map(({ isBusy, inHand }) => ({ isBusy, inHand }))).toEqual([
        { isBusy: false, inHand: null },
        { isBusy: false, inHand: null },
      ]);
    }
    expect(getEventListeners(control.signal, 'abort')).toEqual([]);
  });

  test('and a read that was on its way then disturbs nobody who came after', async () => {
    const rig = await openRig(1);
    rig.append(['a']);
    const partitions = assign(rig, 1);
    const run = begin(partitions);
    const taking = run.take();
    run.end();
    const next = begin(partitions);
    const partition = (await next.take())!;
    expect(await taking).toBeNull();
    expect(partition.isBusy).toBe(true);
    expect(partition.inHand).toMatchObject({ baseOffset: 0 });
  });
});

test('what was paused or taken away while it was read is not handed out', async () => {
  const rig = await openRig(2);
  rig.append(['a'], 0);
  rig.append(['b'], 1);
  const partitions = assign(rig, 2);
  const [first, second] = partitions.values();
  const run = begin(partitions);
  const taking = run.take();
  first.isPaused = true;
  run.withdraw(first);
  expect(await taking).toBe(second);
  run.release(second);
  first.isPaused = false;
  run.offer(first);
  expect(await takeAll(run, 1)).toEqual(['0:0']);
});

test('one that somebody has in hand is not handed to another, though it was moved meanwhile', async () => {
  const rig = await openRig(1);
  rig.append(['a']);
  rig.append(['b']);
  const run = begin(assign(rig, 1));
  const partition = (await run.take())!;
  let others = 0;
  const taking = run.take().then((other) => {
    others++;
    return other;
  });
  partition.seek(1);
  run.offer(partition);
  await turn();
  expect(others).toBe(0);
  run.release(partition);
  expect((await taking)!.inHand).toMatchObject({ baseOffset: 1 });
});

test('drop leaves the position, and the partition gets its next turn', async () => {
  const rig = await openRig(1);
  rig.append(['a']);
  const run = begin(assign(rig, 1));
  const partition = (await run.take())!;
  run.drop(partition);
  expect(partition.position).toBe(0);
  expect(await takeAll(run, 1)).toEqual(['0:0']);
});

test('timers get their turn while there is always something to hand out', async () => {
  const rig = await openRig(1);
  for (let i = 0; i < 500; i++) rig.append([`${i}`]);
  const run = begin(assign(rig, 1));
  const timer = { isDue: false };
  setTimeout(() => (timer.isDue = true), 5);
  let taken = 0;
  const began = performance.now();
  while (!timer.isDue && performance.now() - began < 5_000) {
    const partition = (await run.take())!;
    if (++taken % 500 === 0) partition.seek(0);
    run.release(partition);
  }
  expect(timer.isDue).toBe(true);
});
