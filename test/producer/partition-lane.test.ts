import { expect, test } from 'vitest';
import { Ledger } from '#millrace/producer/ledger.js';
import { Linger } from '#millrace/producer/linger.js';
import { type LaneContext, PartitionLane } from '#millrace/producer/partition-lane.js';
import { checkProducerOptions, type ProducerOptions } from '#millrace/producer/producer-options.js';
import { failure, ProducerRig } from './producer-rig.ts';

function laneOf(rig: ProducerRig, options: ProducerOptions = {}) {
  const ends: number[] = [];
  const ledger = new Ledger(1_000_000, () => undefined);
  const checked = checkProducerOptions({ random: () => 0.5, ...options }, rig.messages.logger);
  const context: LaneContext = {
    logs: rig,
    clock: rig.clock,
    options: checked,
    ledger,
    linger: new Linger(rig.clock, checked.lingerMs),
    identity: null,
    stalled: new Set(),
    retries: checked.retries,
    ended: ({ partition }) => ends.push(partition),
  };
  const lane = new PartitionLane(context, 'orders', 0);
  const add = (value: string | Uint8Array): Promise<unknown> => {
    ledger.take(value.length + 30);
    const delivery = ledger.begin(null, value.length + 30);
    lane.add({ value }, delivery, 0, value.length + 30, rig.clock.now());
    return delivery.promise;
  };
  return { lane, ledger, context, ends, add };
}

test('opens its log when it is needed, and again when that was closed', async () => {
  const rig = new ProducerRig();
  const { lane, add } = laneOf(rig);
  expect(rig.logs.size).toBe(0);
  lane.seal('flush');
  expect(rig.logs.size).toBe(0);
  const first = add('a');
  await rig.log().close();
  expect(await first).toMatchObject({ offset: 0 });
  const second = add('b');
  lane.seal('flush');
  expect(await second).toMatchObject({ offset: 1 });
});

test('says what an acknowledgement waits for, by the topic as it is now', async () => {
  const rig = new ProducerRig();
  const visible = laneOf(rig);
  const first = visible.add('a');
  expect(visible.lane.acknowledges).toBe('visible');
  rig.log().configure({ ...rig.settings, flushMessages: 1 });
  expect(visible.lane.acknowledges).toBe('flushed');
  const never = laneOf(rig, { acks: 0, durability: 'flushed' });
  expect(await never.add('b')).toMatchObject({ offset: -1 });
  expect(never.lane.acknowledges).toBe('never');
  expect(await first).toMatchObject({ offset: 0 });
  never.lane.seal('flush');
  expect(rig.values()).toEqual(['a', 'b']);
});

test('a batch makes room for a record that would make it too large', async () => {
  const rig = new ProducerRig();
  const { lane, add, ledger, ends } = laneOf(rig, { batchSize: 500 });
  expect(lane.sealUnlessFits(10_000)).toBe(false);
  const first = add('x'.repeat(200));
  expect(lane.sealUnlessFits(200)).toBe(false);
  expect(lane.sealUnlessFits(400)).toBe(true);
  expect(await first).toMatchObject({ offset: 0 });
  expect(ledger.counters.batches.size).toBe(1);
  expect(ends).toEqual([0]);
});

test('while it waits for a retry everything waits in its order, and a second failure waits longer', async () => {
  const rig = new ProducerRig();
  const { lane, add, ledger, context } = laneOf(rig);
  rig.log();
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  const sends = ['a', 'b', 'c'].map((value) => add(value));
  expect(context.stalled).toEqual(new Set([lane]));
  expect(rig.clock.scheduled).toBe(1);
  lane.seal('flush');
  lane.retry();
  expect(rig.clock.scheduled).toBe(1);
  rig.clock.advance(199);
  expect(ledger.counters.retries).toBe(1);
  rig.system.fault = null;
  rig.clock.advance(1);
  expect(ledger.counters.retries).toBe(2);
  expect(context.stalled.size).toBe(0);
  rig.clock.advance(5);
  expect(await Promise.all(sends)).toMatchObject([{ offset: 0 }, { offset: 1 }, { offset: 2 }]);
  expect(rig.values()).toEqual(['a', 'b', 'c']);
});

test('a batch that gets full while the backlog is written, and cannot be sealed, holds the rest back', async () => {
  const rig = new ProducerRig();
  const { add, ledger } = laneOf(rig, { batchSize: 300, compression: 'gzip' });
  rig.log();
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  const sends = Array.from({ length: 6 }, (_, i) => add(`${i}`.repeat(100)));
  expect(rig.log().endOffset).toBe(0);
  rig.clock.advance(100);
  rig.clock.advance(200);
  expect(ledger.counters).toMatchObject({ records: 2, retries: 2 });
  rig.system.fault = null;
  rig.clock.advance(400);
  rig.clock.advance(5);
  expect(await Promise.all(sends)).toMatchObject([0, 1, 2, 3, 4, 5].map((offset) => ({ offset })));
  expect(rig.batchSizes()).toEqual([2, 2, 2]);
});

test('with no retry left nothing waits', async () => {
  const rig = new ProducerRig();
  const { add, context } = laneOf(rig);
  context.retries = 0;
  rig.log();
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  expect(await failure(add('a'))).toBe('ERR_MILLRACE_NO_SPACE');
  expect(rig.clock.scheduled).toBe(0);
});

test('an error of the disk that may not pass loses the batch', async () => {
  const rig = new ProducerRig();
  const { lane, add } = laneOf(rig, { compression: 'gzip' });
  const sent = failure(add('a'));
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'EACCES' : null);
  lane.seal('flush');
  expect(await sent).toBe('ERR_MILLRACE_IO');
  rig.system.fault = null;
  const next = add('b');
  lane.seal('flush');
  expect(await next).toMatchObject({ offset: 0 });
});
