import { expect, test } from 'vitest';
import { ProducerCounters } from '#millrace/producer/producer-statistics.js';
import { failure, ProducerRig, turn } from './producer-rig.ts';

test('a snapshot has all counters, and does not go on counting', () => {
  const counters = new ProducerCounters();
  counters.records = 3;
  counters.bytes = 30;
  counters.acknowledgedRecords = 2;
  counters.retries = 1;
  counters.errors = 4;
  counters.waitedMs = 8;
  counters.refusedSends = 9;
  const topic = counters.topic('orders');
  expect(counters.topic('orders')).toBe(topic);
  topic.errors = 1;
  topic.retriedRecords = 2;
  counters.sealed({ count: 3, size: 91, reason: 'linger', openedAt: 100 }, topic, 105);
  counters.sealed({ count: 1, size: 71, reason: 'linger', openedAt: 110 }, topic, 109);
  const snapshot = counters.snapshot({ waitingSends: 6, unacknowledgedBytes: 70, unacknowledgedBytesMax: 99 }, 110);
  const expected = {
    records: 3,
    bytes: 30,
    acknowledgedRecords: 2,
    batches: { linger: 2, size: 0, full: 0, flush: 0, close: 0, other: 0 },
    batchSize: { average: 81, max: 91 },
    queueTimeMs: { average: 2.5, max: 5 },
    retries: 1,
    errors: 4,
    waitedMs: 8,
    refusedSends: 9,
    waitingSends: 6,
    unacknowledgedBytes: 70,
    unacknowledgedBytesMax: 99,
    topics: [{ topic: 'orders', records: 4, bytes: 162, errors: 1, retriedRecords: 2 }],
  };
  expect(snapshot).toEqual(expected);
  counters.records++;
  counters.sealed({ count: 1, size: 500, reason: 'size', openedAt: 0 }, topic, 110);
  expect(snapshot).toEqual(expected);
});

test('batches: size with the header, and how long they were open', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ lingerMs: 5, clientId: 'billing' });
  expect(producer.clientId).toBe('billing');
  expect(producer.statistics).toMatchObject({ batchSize: null, queueTimeMs: null, topics: [] });
  const sends = [producer.send('orders', { value: 'a' }), producer.send('orders', [{ value: 'b' }, { value: 'c' }])];
  expect(producer.statistics.topics).toMatchObject([{ topic: 'orders', records: 0, bytes: 0 }]);
  rig.clock.advance(5);
  await Promise.all(sends);
  const { size } = rig.log();
  expect(producer.statistics).toMatchObject({
    batchSize: { average: size, max: size },
    queueTimeMs: { average: 5, max: 5 },
    topics: [{ topic: 'orders', records: 3, bytes: size, errors: 0, retriedRecords: 0 }],
  });
});

test('what waits for room: how many, and how long it has', async () => {
  const rig = new ProducerRig({ flush: 'manual' });
  const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000 });
  const sends = [600, 600, 600].map((size) => producer.send('orders', { value: Buffer.alloc(size) }));
  expect(producer.statistics).toMatchObject({ waitingSends: 2, waitedMs: 0, unacknowledgedBytesMax: 1000 });
  for (const waitedMs of [100, 300]) {
    rig.clock.advance(100);
    await turn();
    rig.system.runFlush();
    await turn();
    expect(producer.statistics.waitedMs).toBe(waitedMs);
  }
  const done = producer.flush();
  await turn();
  while (rig.system.runFlush()) await turn();
  await Promise.all([done, ...sends]);
  expect(producer.statistics).toMatchObject({ waitingSends: 0, unacknowledgedBytes: 0 });
});

test('records that are tried again, and those that are given up, by topic', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ retries: 2, retryBackoffMs: 10 });
  rig.log();
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  const sent = failure(producer.send('orders', { value: 'a' }));
  // The first of two: the second comes 16 ms after it at the earliest.
  rig.clock.advance(12);
  expect(producer.statistics.topics).toMatchObject([{ retriedRecords: 1, errors: 0, records: 0 }]);
  rig.clock.advance(1000);
  expect(await sent).toBe('ERR_MILLRACE_NO_SPACE');
  expect(producer.statistics).toMatchObject({ errors: 1, topics: [{ retriedRecords: 2, errors: 1, records: 0 }] });
  // It has no topic that there is.
  expect(await failure(producer.send('none', { value: 'b' }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
  expect(producer.statistics).toMatchObject({ errors: 2, topics: [{ topic: 'orders', errors: 1 }] });
});

test('a batch that cannot be sealed is tried again with all its records', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ compression: 'gzip' });
  rig.log();
  rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  const sent = producer.send('orders', [{ value: 'a' }, { value: 'b' }]);
  rig.clock.advance(5);
  rig.system.fault = null;
  rig.clock.advance(1000);
  await sent;
  expect(producer.statistics.topics).toMatchObject([{ retriedRecords: 2, records: 2, errors: 0 }]);
});
