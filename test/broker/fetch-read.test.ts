import { expect, test } from 'vitest';
import type { BrokerContext } from '#millrace/broker/broker-context.js';
import { Access } from '#millrace/broker/access.js';
import { lookOnce } from '#millrace/broker/fetch-read.js';
import { rig } from './broker-fixture.ts';

async function setUp(config: object = {}) {
  const { broker } = await rig();
  await broker.store.createTopic('t', { partitions: 3, config });
  const context = { store: broker.store, statistics: broker.statistics } as BrokerContext;
  const reading = {
    broker: context,
    access: Access.full,
    usesIds: false,
    maxBytes: 1 << 20,
    minBytes: 1,
    isCommitted: false,
  };
  const ask = (partition: number, fetchOffset = 0, partitionMaxBytes = 1 << 20) => ({
    topic: 't',
    topicId: '',
    partition,
    currentLeaderEpoch: -1,
    fetchOffset,
    partitionMaxBytes,
  });
  return { broker, ask, reading };
}

test('the tail is read in this turn, views and no copies', async () => {
  const { broker, ask, reading } = await setUp();
  const log = broker.store.partition('t', 0);
  log.append([{ value: 'x' }]);
  const look = lookOnce(reading, [ask(0)]);
  if (look instanceof Promise) throw new Error('the tail is in memory');
  expect((look.partitions[0].records as Buffer).buffer).toBe(log.read(0).bytes.buffer);
  expect(look).toMatchObject({ size: log.size, hasError: false });
});

test('sealed segments are waited for, and the order stays', async () => {
  const { broker, ask, reading } = await setUp({ 'segment.bytes': 2048 });
  for (const partition of [0, 1, 2]) {
    for (let i = 0; i < 10; i++) broker.store.partition('t', partition).append([{ value: `${partition}`.repeat(600) }]);
  }
  const look = lookOnce(reading, [ask(2, 9), ask(0), ask(1, 9)]);
  expect(look).toBeInstanceOf(Promise);
  const { partitions } = await look;
  expect(partitions.map(({ partitionIndex }) => partitionIndex)).toEqual([2, 0, 1]);
  const firsts = partitions.map(({ records }) => (records as Buffer).readBigInt64BE(0));
  expect(firsts).toEqual([9n, 0n, 9n]);
});

test('an error stands beside what can be read', async () => {
  const { broker, ask, reading } = await setUp();
  broker.store.partition('t', 1).append([{ value: 'x' }]);
  const look = await lookOnce(reading, [ask(0, 5), ask(1), { ...ask(2), topic: 'none' }]);
  expect(look.hasError).toBe(true);
  expect(look.partitions.map(({ errorCode }) => errorCode)).toEqual([1, 0, 3]);
  expect(look.partitions[0]).toMatchObject({ highWatermark: 0, logStartOffset: 0 });
});

test('nothing is read when the bounds are used up', async () => {
  const { broker, ask, reading } = await setUp();
  for (const partition of [0, 1]) broker.store.partition('t', partition).append([{ value: 'x'.repeat(300) }]);
  const before = broker.store.partition('t', 1).traffic.reads;
  const look = await lookOnce({ ...reading, maxBytes: 1 }, [ask(0), ask(1)]);
  expect(look.partitions.map(({ records }) => (records as Buffer).length > 0)).toEqual([true, false]);
  expect(broker.store.partition('t', 1).traffic.reads).toBe(before);
});
