import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import { RecordWritable } from '#millrace/producer/record-writable.js';
import { settled } from '../support/flush-thread.ts';
import { failure, ProducerRig, turn } from './producer-rig.ts';

test('records, buffers and strings, in their order; finished when they are acknowledged', async () => {
  const rig = new ProducerRig();
  const producer = rig.producer({ lingerMs: 10_000 });
  const chunks = ['a', Buffer.from('b'), { key: 'k', value: 'c' }, new Uint8Array([100]), ''];
  await pipeline(Readable.from(chunks), producer.writable({ topic: 'orders' }));
  expect(rig.values()).toEqual(['a', 'b', 'c', 'd', '']);
  expect(producer.isClosed).toBe(false);
});

test('a partition for those that name none', async () => {
  const rig = new ProducerRig({ partitions: 3 });
  const writable = new RecordWritable(rig.producer(), { topic: 'orders', partition: 1 });
  await pipeline(Readable.from(['a', { value: 'b' }, { value: 'c', partition: 2 }]), writable);
  expect([0, 1, 2].map((partition) => rig.values(partition))).toEqual([[], ['a', 'b'], ['c']]);
});

test('what waits is sent together', async () => {
  const rig = new ProducerRig({ flush: 'manual' });
  const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000 });
  const writable = producer.writable({ topic: 'orders' });
  for (let i = 0; i < 12; i++) writable.write(Buffer.alloc(i < 2 ? 900 : 10));
  // The first was taken, the second waits, ten are with the stream: one send.
  expect(producer.statistics.waitingSends).toBe(1);
  writable.end();
  const finished = settled(new Promise((resolve) => writable.once('finish', resolve)));
  for (let i = 0; i < 20 && (await finished.now()) === 'pending'; i++) rig.system.runFlush();
  expect(finished.state).toBe('resolved');
  expect(rig.values()).toHaveLength(12);
  expect(rig.batchSizes()).toEqual([1, 1, 10]);
});

describe('back-pressure', () => {
  test('a source is held back while the producer has no room', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 2000 });
    let produced = 0;
    const source = Readable.from(
      (function* () {
        while (produced < 200) yield Buffer.alloc(500, produced++);
      })(),
      { highWaterMark: 1 },
    );
    const done = settled(pipeline(source, producer.writable({ topic: 'orders', highWaterMark: 4 })));
    for (let i = 0; i < 10; i++) await turn();
    expect(produced).toBeLessThan(20);
    expect(producer.statistics.unacknowledgedBytes).toBeLessThanOrEqual(4000);
    for (let i = 0; i < 1000 && (await done.now()) === 'pending'; i++) rig.system.runFlush();
    expect(done.state).toBe('resolved');
    expect(rig.values()).toHaveLength(200);
  });

  test('it does not wait for each acknowledgement', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed' });
    const writable = producer.writable({ topic: 'orders' });
    for (let i = 0; i < 100; i++) {
      expect(writable.write({ value: `${i}` })).toBe(true);
      await Promise.resolve();
    }
    expect(producer.statistics.records).toBe(100);
    writable.destroy();
  });
});

describe('errors destroy it', () => {
  test('a chunk that is no record', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    const piped = pipeline(Readable.from(['a', { value: 1 }, 'b']), producer.writable({ topic: 'orders' }));
    expect(await failure(piped)).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    await producer.flush();
    expect(rig.values()).toEqual(['a']);
  });

  test('an unknown topic', async () => {
    const rig = new ProducerRig();
    const writable = rig.producer().writable({ topic: 'nothing' });
    expect(await failure(pipeline(Readable.from(['a']), writable))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    expect(writable.destroyed).toBe(true);
  });

  test('one that comes with the acknowledgement', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed' });
    const piped = failure(pipeline(Readable.from(['a', 'b']), producer.writable({ topic: 'orders' })));
    rig.system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
    for (let i = 0; i < 5; i++) {
      await turn();
      rig.system.runFlush();
    }
    expect(await piped).toBe('ERR_MILLRACE_OFFLINE');
  });

  test('a producer that is closed', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    await producer.close();
    expect(await failure(pipeline(Readable.from(['a']), producer.writable({ topic: 'orders' })))).toBe(
      'ERR_MILLRACE_CLOSED',
    );
  });
});

test('destroyed, it takes back what waits, and no rejection is left over', async () => {
  const rig = new ProducerRig({ flush: 'manual' });
  const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000 });
  const writable = producer.writable({ topic: 'orders' });
  const controller = new AbortController();
  const source = Readable.from([Buffer.alloc(900), Buffer.alloc(900), Buffer.alloc(900)]);
  const piped = pipeline(source, writable, { signal: controller.signal });
  await turn();
  expect(producer.statistics.waitingSends).toBe(1);
  controller.abort();
  await expect(piped).rejects.toMatchObject({ name: 'AbortError' });
  await turn();
  expect(producer.statistics.waitingSends).toBe(0);
  const closed = settled(producer.close());
  for (let i = 0; i < 10 && (await closed.now()) === 'pending'; i++) rig.system.runFlush();
  expect(rig.values()).toHaveLength(1);
});

test.each([
  [{}, 'topic must be the name of a topic, got undefined'],
  [{ topic: 't', partition: -1 }, 'partition must be a partition, got -1'],
])('options %o are refused', (options, message) => {
  const rig = new ProducerRig();
  expect(() => rig.producer().writable(options as never)).toThrow(message);
});
