/** What a send waits for: acknowledgements, durability, room; and how it is taken back. */
import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { WAITING_SENDS_MAX } from '#millrace/limits.js';
import { settled } from '../support/flush-thread.ts';
import { failure, ProducerRig, turn } from './producer-rig.ts';

const NOW = 1_700_000_000_000;

describe('acks and durability', () => {
  test.each(['all', 1] as const)('acks %s waits until the record is visible', async (acks) => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ acks });
    const sent = producer.send('orders', { value: 'a' });
    await producer.flush();
    expect((await sent).offset).toBe(0);
    expect(rig.log().durableOffset).toBe(0);
  });

  test('flushed waits for the disk', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed' });
    const sent = producer.send('orders', { value: 'a' });
    const state = settled(sent);
    const flushed = settled(producer.flush());
    expect(rig.values()).toEqual(['a']);
    expect([await state.now(), await flushed.now()]).toEqual(['pending', 'pending']);
    expect(producer.statistics.unacknowledgedBytes).toBeGreaterThan(0);
    rig.system.runFlush();
    expect([await state.now(), await flushed.now()]).toEqual(['resolved', 'resolved']);
    expect(rig.log().durableOffset).toBe(1);
    expect(producer.statistics.unacknowledgedBytes).toBe(0);
  });

  test('a topic with flush.messages=1 is flushed whatever was asked', async () => {
    const rig = new ProducerRig({ flush: 'manual', settings: { flushMessages: 1 } });
    const producer = rig.producer({ lingerMs: 0 });
    const state = settled(producer.send('orders', { value: 'a' }));
    await turn();
    expect(await state.now()).toBe('pending');
    rig.system.runFlush();
    expect(await state.now()).toBe('resolved');
  });

  test('a flush that fails rejects', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed' });
    const sent = failure(producer.send('orders', { value: 'a' }));
    const flushed = producer.flush();
    rig.system.fault = (operation) => (operation === 'fdatasync' ? 'EIO' : null);
    await turn();
    rig.system.runFlush();
    expect(await sent).toBe('ERR_MILLRACE_OFFLINE');
    await flushed;
  });

  test('acks 0 waits for nothing, and tells no offset', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ acks: 0 });
    expect(await producer.send('orders', { value: 'a' })).toEqual({
      topic: 'orders',
      partition: 0,
      offset: -1,
      timestamp: NOW,
    });
    expect(await producer.send('orders', [{ value: 'b' }, { value: 'c' }])).toMatchObject([
      { offset: -1 },
      { offset: -1 },
    ]);
    expect(rig.values()).toEqual([]);
    expect(producer.statistics.unacknowledgedBytes).toBeGreaterThan(0);
    await producer.flush();
    expect(rig.values()).toEqual(['a', 'b', 'c']);
    expect(producer.statistics).toMatchObject({ acknowledgedRecords: 3, unacknowledgedBytes: 0 });
    expect(await failure(producer.send('orders', { value: 1 as never }))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  });

  test('acks 0: what fails later is logged and counted', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ acks: 0 });
    await producer.send('orders', [{ value: 'a' }, { value: 'b' }]);
    rig.environment.health.fail(new Error('by the test'));
    await producer.flush();
    expect(producer.statistics).toMatchObject({ errors: 2, acknowledgedRecords: 0, unacknowledgedBytes: 0 });
    expect(rig.messages.all).toMatchObject([
      {
        level: 'error',
        details: { topic: 'orders', partition: 0, records: 2, err: { code: 'ERR_MILLRACE_OFFLINE' } },
      },
    ]);
  });
});

test('compression: the codec of the batches, unless the topic names one', async () => {
  for (const [topic, asked, found] of [
    ['producer', 'gzip', 'gzip'],
    ['producer', undefined, 'none'],
    ['lz4', 'gzip', 'lz4'],
  ] as const) {
    const rig = new ProducerRig({ settings: { compression: topic } });
    const producer = rig.producer({ compression: asked });
    const values = Array.from({ length: 50 }, (_, i) => `${i}`.padEnd(100));
    const sends = producer.send(
      'orders',
      values.map((value) => ({ value })),
    );
    await producer.flush();
    expect((await sends).map(({ offset }) => offset)).toEqual(values.map((_, i) => i));
    expect([...rig.log().read(0)].map((batch) => batch.compression)).toEqual([found]);
    expect(rig.values()).toEqual(values);
  }
});

describe('back-pressure', () => {
  const flushed = { durability: 'flushed', maxUnacknowledgedBytes: 1000 } as const;

  test('a send past the bound waits, the rest behind it, first in first out', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer(flushed);
    const admitted: number[] = [];
    const states = [600, 600, 10].map((size, i) =>
      settled(producer.send('orders', { value: Buffer.alloc(size, 'abc'[i]) }, { onAdmitted: () => admitted.push(i) })),
    );
    expect(admitted).toEqual([0]);
    expect(producer.statistics).toMatchObject({ waitingSends: 2, records: 1, batches: { full: 1 } });
    await turn();
    rig.system.runFlush();
    await turn();
    expect(admitted).toEqual([0, 1, 2]);
    expect(producer.statistics).toMatchObject({ waitingSends: 0, records: 3 });
    expect(states.map(({ state }) => state)).toEqual(['resolved', 'pending', 'pending']);
    const done = producer.flush();
    await turn();
    while (rig.system.runFlush()) await turn();
    await done;
    expect(rig.values().map((value) => value[0])).toEqual(['a', 'b', 'c']);
  });

  test('so many may wait, and no more', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer(flushed);
    const record = { value: Buffer.alloc(1000) };
    const sends: Promise<unknown>[] = [];
    for (let i = 0; i <= WAITING_SENDS_MAX; i++) sends.push(producer.send('orders', record));
    expect(producer.statistics.waitingSends).toBe(WAITING_SENDS_MAX);
    expect(producer.statistics.refusedSends).toBe(0);
    expect(await failure(producer.send('orders', record))).toBe('ERR_MILLRACE_QUEUE_FULL');
    expect(producer.statistics.refusedSends).toBe(1);
    // Those that wait go as one.
    const { MillraceError } = await import('#millrace/errors.js');
    rig.log().abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'by the test'));
    rig.topics.delete('orders');
    // A hundred thousand stacks would be most of the test's time.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    const results = await Promise.allSettled(sends);
    Error.stackTraceLimit = stackTraceLimit;
    expect(results.every(({ status }) => status === 'rejected')).toBe(true);
    expect(producer.statistics).toMatchObject({ waitingSends: 0, unacknowledgedBytes: 0 });
  });

  test('one that is larger than the bound is taken alone', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer(flushed);
    const large = settled(producer.send('orders', { value: Buffer.alloc(5000) }));
    const small = settled(producer.send('orders', { value: 'x' }));
    expect(producer.statistics).toMatchObject({ records: 1, waitingSends: 1 });
    await turn();
    rig.system.runFlush();
    await turn();
    expect([large.state, small.state]).toEqual(['resolved', 'pending']);
    expect(producer.statistics).toMatchObject({ records: 2, waitingSends: 0 });
  });

  test('visible is acknowledged by the seal, so nothing waits', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ maxUnacknowledgedBytes: 1000, lingerMs: 10_000 });
    const sends = Array.from({ length: 20 }, () => producer.send('orders', { value: Buffer.alloc(300) }));
    expect(producer.statistics).toMatchObject({ waitingSends: 0, records: 20 });
    await producer.flush();
    await Promise.all(sends);
  });

  test('a topic that goes while a send waits', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer(flushed);
    void producer.send('orders', { value: Buffer.alloc(2000) });
    rig.topics.add('other');
    const waiting = failure(producer.send('other', { value: 'x' }));
    rig.topics.delete('other');
    await turn();
    rig.system.runFlush();
    expect(await waiting).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    expect(producer.statistics).toMatchObject({ waitingSends: 0, unacknowledgedBytes: 0, errors: 1 });
  });
});

describe('signal', () => {
  test('one that is aborted already refuses', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    const sent = producer.send('orders', { value: 'a' }, { signal: AbortSignal.abort('why') });
    await expect(sent).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED', cause: 'why' });
    expect(await failure(producer.send('orders', { value: 'a' }, { signal: {} as never }))).toBe(
      'ERR_MILLRACE_INVALID_ARGUMENT',
    );
    await producer.flush();
    expect(rig.values()).toEqual([]);
  });

  test('a send that waits is taken out, one that was encoded is not', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000 });
    const controller = new AbortController();
    const { signal } = controller;
    const encoded = producer.send('orders', { value: Buffer.alloc(2000, 'a') }, { signal });
    const waiting = failure(producer.send('orders', { value: 'b' }, { signal }));
    const behind = producer.send('orders', { value: 'c' });
    expect(producer.statistics.waitingSends).toBe(2);
    controller.abort();
    expect(await waiting).toBe('ERR_MILLRACE_ABORTED');
    expect(producer.statistics.waitingSends).toBe(1);
    const done = producer.flush();
    await turn();
    while (rig.system.runFlush()) await turn();
    await done;
    expect([(await encoded).offset, (await behind).offset]).toEqual([0, 1]);
    expect(rig.values().map((value) => value[0])).toEqual(['a', 'c']);
  });

  test('leaves no listener behind', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 1000 });
    const { signal } = new AbortController();
    const sends = [2000, 10].map((size) => producer.send('orders', { value: Buffer.alloc(size) }, { signal }));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    const done = producer.flush();
    await turn();
    while (rig.system.runFlush()) await turn();
    await done;
    await Promise.all(sends);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
