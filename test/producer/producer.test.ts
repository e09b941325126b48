import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { settled } from '../support/flush-thread.ts';
import { Random, seedsOf } from '../support/random.ts';
import { failure, ProducerRig, turn } from './producer-rig.ts';

const NOW = 1_700_000_000_000;

/** On a full disk it cannot, and nothing has changed. */
function rollIfItCan(rig: ProducerRig, partition: number): void {
  try {
    rig.log(partition).roll();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
  }
}

describe('send', () => {
  test('one record: where it is, when it is visible', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    const sent = producer.send('orders', { key: 'k', value: 'a' });
    const state = settled(sent);
    expect(await state.now()).toBe('pending');
    expect(rig.values()).toEqual([]);
    rig.clock.advance(5);
    expect(rig.values()).toEqual(['a']);
    expect(await sent).toEqual({ topic: 'orders', partition: 0, offset: 0, timestamp: NOW });
  });

  test('an array: all of them, in its order', async () => {
    const rig = new ProducerRig({ partitions: 3 });
    const producer = rig.producer();
    const sent = producer.send('orders', [
      { partition: 2, value: 'a' },
      { partition: 0, value: 'b', timestamp: 7 },
      { partition: 2, value: 'c' },
    ]);
    await producer.flush();
    expect(await sent).toEqual([
      { topic: 'orders', partition: 2, offset: 0, timestamp: NOW },
      { topic: 'orders', partition: 0, offset: 0, timestamp: 7 },
      { topic: 'orders', partition: 2, offset: 1, timestamp: NOW },
    ]);
    expect([0, 1, 2].map((partition) => rig.values(partition))).toEqual([['b'], [], ['a', 'c']]);
    expect(await producer.send('orders', [])).toEqual([]);
  });

  test('under LogAppendTime the timestamp is that of the seal', async () => {
    const rig = new ProducerRig({ settings: { timestampType: 'LogAppendTime' } });
    const sent = rig.producer().send('orders', { value: 'a', timestamp: 7 });
    rig.clock.advance(5);
    expect((await sent).timestamp).toBe(NOW + 5);
  });

  test('a record has the time of its send', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ lingerMs: 100 });
    const first = producer.send('orders', { value: 'a' });
    rig.clock.advance(30);
    const second = producer.send('orders', { value: 'b' });
    await producer.flush();
    expect([(await first).timestamp, (await second).timestamp]).toEqual([NOW, NOW + 30]);
  });

  test.each([
    ['no object', null, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a value that is none', { value: 1 }, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a key that is none', { key: {} }, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a timestamp that is none', { timestamp: 1.5 }, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a header that is none', { headers: { h: 1 } }, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a partition that is none', { partition: -1 }, 'ERR_MILLRACE_INVALID_ARGUMENT'],
    ['a partition that is not there', { partition: 1 }, 'ERR_MILLRACE_UNKNOWN_TOPIC'],
  ])('%s is refused, with all that came with it', async (_what, record, code) => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    expect(await failure(producer.send('orders', record as never))).toBe(code);
    const good = { value: 'good' };
    expect(await failure(producer.send('orders', [good, record as never, good]))).toBe(code);
    await producer.flush();
    expect(rig.values()).toEqual([]);
    expect(producer.statistics).toMatchObject({ records: 0, unacknowledgedBytes: 0 });
  });

  test('one that is too large is refused, and those around it are written', async () => {
    const rig = new ProducerRig({ settings: { maxMessageBytes: 1000 } });
    const producer = rig.producer();
    const before = producer.send('orders', { value: 'a' });
    expect(await failure(producer.send('orders', { value: Buffer.alloc(1000) }))).toBe('ERR_MILLRACE_TOO_LARGE');
    const after = producer.send('orders', { value: 'b' });
    await producer.flush();
    expect([(await before).offset, (await after).offset]).toEqual([0, 1]);
    expect(producer.statistics).toMatchObject({ errors: 1, unacknowledgedBytes: 0 });
  });

  test('an unknown topic, also one that was deleted and came again', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    expect(await failure(producer.send('nothing', { value: 'a' }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    const lost = producer.send('orders', { value: 'a' });
    const told = failure(lost);
    rig.topics.delete('orders');
    const { MillraceError } = await import('#millrace/errors.js');
    rig.log().abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'deleted'));
    rig.system.removeDirectory('/data/orders-0');
    expect(await told).toBe('ERR_MILLRACE_CLOSED');
    expect(await failure(producer.send('orders', { value: 'b' }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    rig.topics.add('orders');
    const sent = producer.send('orders', { value: 'c' });
    await producer.flush();
    expect((await sent).offset).toBe(0);
    expect(rig.values()).toEqual(['c']);
  });

  test('an offline directory is final', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    const open = failure(producer.send('orders', { value: 'a' }));
    rig.environment.health.fail(new Error('by the test'));
    rig.clock.advance(5);
    expect(await open).toBe('ERR_MILLRACE_OFFLINE');
    expect(await failure(producer.send('orders', { value: 'b' }))).toBe('ERR_MILLRACE_OFFLINE');
    expect(producer.statistics).toMatchObject({ errors: 2, retries: 0, unacknowledgedBytes: 0 });
  });
});

describe('what seals a batch', () => {
  test('lingerMs, of the batch that was opened first', async () => {
    const rig = new ProducerRig({ partitions: 2 });
    const producer = rig.producer({ lingerMs: 10 });
    const first = producer.send('orders', { partition: 0, value: 'a' });
    rig.clock.advance(6);
    const second = producer.send('orders', { partition: 1, value: 'b' });
    expect(rig.clock.scheduled).toBe(1);
    rig.clock.advance(4);
    expect([rig.values(0), rig.values(1)]).toEqual([['a'], []]);
    rig.clock.advance(6);
    expect([rig.values(0), rig.values(1)]).toEqual([['a'], ['b']]);
    await Promise.all([first, second]);
    expect(producer.statistics.batches).toMatchObject({ linger: 2 });
    expect(rig.clock.scheduled).toBe(0);
  });

  test('lingerMs 0: the end of the turn', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ lingerMs: 0 });
    const sends = ['a', 'b', 'c'].map((value) => producer.send('orders', { value }));
    expect(rig.values()).toEqual([]);
    await Promise.all(sends);
    await producer.send('orders', { value: 'd' });
    expect(rig.batchSizes()).toEqual([3, 1]);
  });

  test('batchSize, and a larger record has a batch of its own', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ batchSize: 1000 });
    const sends = [300, 300, 300, 300, 2000, 10].map((size) => producer.send('orders', { value: Buffer.alloc(size) }));
    expect(rig.batchSizes()).toEqual([2, 2, 1]);
    await producer.flush();
    expect(rig.batchSizes()).toEqual([2, 2, 1, 1]);
    expect((await Promise.all(sends)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(producer.statistics.batches).toMatchObject({ size: 3, flush: 1 });
  });

  test('the bounds of the log', async () => {
    const rig = new ProducerRig({ settings: { maxMessageBytes: 500 } });
    const producer = rig.producer({ batchSize: 100_000 });
    const sends = Array.from({ length: 10 }, () => producer.send('orders', { value: Buffer.alloc(150) }));
    await producer.flush();
    await Promise.all(sends);
    expect(rig.batchSizes()).toEqual([2, 2, 2, 2, 2]);
    expect(producer.statistics.batches).toMatchObject({ full: 4, flush: 1 });
  });

  test('somebody else: an append, and another producer', async () => {
    const rig = new ProducerRig();
    const [one, other] = [rig.producer(), rig.producer()];
    const first = one.send('orders', { value: 'a' });
    rig.log().append([{ value: 'b' }]);
    expect((await first).offset).toBe(0);
    const second = one.send('orders', { value: 'c' });
    const third = other.send('orders', { value: 'd' });
    const fourth = one.send('orders', { value: 'e' });
    await Promise.all([one.flush(), other.flush()]);
    expect((await Promise.all([second, third, fourth])).map(({ offset }) => offset)).toEqual([2, 3, 4]);
    expect(rig.values()).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(one.statistics.batches).toMatchObject({ other: 2, flush: 1 });
    expect(other.statistics.batches).toMatchObject({ other: 1, flush: 0 });
  });

  test('close', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ lingerMs: 1000 });
    const sent = producer.send('orders', { value: 'a' });
    await producer.close();
    expect((await sent).offset).toBe(0);
    expect(producer.statistics.batches).toMatchObject({ close: 1 });
    expect(rig.clock.scheduled).toBe(0);
  });
});

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
        details: { topic: 'orders', partition: 0, records: 2, error: { code: 'ERR_MILLRACE_OFFLINE' } },
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

describe('a full disk', () => {
  /** Nothing can be reserved; what is reserved takes a few records yet. */
  function fill(rig: ProducerRig): void {
    rig.log();
    rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
  }

  test('is tried again, in order, and goes well when there is room', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ retryBackoffMs: 100, random: () => 0.5 });
    fill(rig);
    const sends = ['a', 'b', 'c'].map((value) => producer.send('orders', { value }));
    expect(producer.statistics).toMatchObject({ records: 0, retries: 0, errors: 0 });
    for (const [wait, retries] of [
      [99, 0],
      [1, 1],
      [199, 1],
      [1, 2],
      [400, 3],
    ]) {
      rig.clock.advance(wait);
      expect(producer.statistics.retries).toBe(retries);
    }
    rig.system.fault = null;
    rig.clock.advance(800);
    expect(producer.statistics.records).toBe(3);
    rig.clock.advance(5);
    expect((await Promise.all(sends)).map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(rig.values()).toEqual(['a', 'b', 'c']);
  });

  test('retries used up: the error of the disk', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ retries: 2, retryBackoffMs: 10 });
    fill(rig);
    const sent = failure(producer.send('orders', { value: 'a' }));
    rig.clock.advance(1000);
    rig.clock.advance(1000);
    expect(await sent).toBe('ERR_MILLRACE_NO_SPACE');
    expect(producer.statistics).toMatchObject({ retries: 2, errors: 1, unacknowledgedBytes: 0 });
    expect(rig.clock.scheduled).toBe(0);
    const none = rig.producer({ retries: 0 });
    expect(await failure(none.send('orders', { value: 'b' }))).toBe('ERR_MILLRACE_NO_SPACE');
    rig.system.fault = null;
    const after = producer.send('orders', { value: 'c' });
    await producer.flush();
    expect((await after).offset).toBe(0);
  });

  test('deliveryTimeoutMs used up', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ deliveryTimeoutMs: 250, retryBackoffMs: 100, random: () => 0.5 });
    fill(rig);
    const sent = producer.send('orders', { value: 'a' });
    const told = failure(sent);
    for (let i = 0; i < 3; i++) rig.clock.advance(100);
    expect(await told).toBe('ERR_MILLRACE_TIMED_OUT');
    await expect(sent).rejects.toMatchObject({ cause: { code: 'ERR_MILLRACE_NO_SPACE' } });
  });

  test('a batch that cannot be sealed keeps its offsets until it can', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ compression: 'gzip' });
    fill(rig);
    const random = new Random(1);
    const values = Array.from({ length: 10 }, () => random.bytes(1000));
    const sends = values.map((value) => producer.send('orders', { value }));
    rig.clock.advance(5);
    const more = producer.send('orders', { value: 'later' });
    expect(rig.log().endOffset).toBe(0);
    expect(producer.statistics).toMatchObject({ records: 10, retries: 0 });
    rig.system.fault = null;
    rig.clock.advance(1000);
    await producer.flush();
    expect((await Promise.all(sends)).map(({ offset }) => offset)).toEqual(values.map((_, i) => i));
    expect((await more).offset).toBe(10);
    expect(producer.statistics).toMatchObject({ batches: { linger: 1, flush: 1 } });
  });

  test('a batch that cannot be sealed in time is lost, and what came after it is written', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ compression: 'gzip', deliveryTimeoutMs: 200 });
    fill(rig);
    const lost = failure(producer.send('orders', { value: 'a' }));
    for (const wait of [5, 145]) rig.clock.advance(wait);
    const later = producer.send('orders', { value: 'b' });
    rig.clock.advance(60);
    expect(await lost).toBe('ERR_MILLRACE_TIMED_OUT');
    rig.system.fault = null;
    rig.clock.advance(1000);
    await producer.flush();
    expect((await later).offset).toBe(0);
    expect(rig.values()).toEqual(['b']);
  });

  test('a send that waits for a retry can be taken back', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    fill(rig);
    const controller = new AbortController();
    const taken = failure(producer.send('orders', [{ value: 'a' }, { value: 'b' }], controller));
    const kept = producer.send('orders', { value: 'c' });
    controller.abort();
    expect(await taken).toBe('ERR_MILLRACE_ABORTED');
    rig.system.fault = null;
    rig.clock.advance(1000);
    await producer.flush();
    expect((await kept).offset).toBe(0);
    expect(producer.statistics).toMatchObject({ unacknowledgedBytes: 0, errors: 0 });
  });

  test('flush waits for the retry; a close that must not wait tries once more and gives up', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    fill(rig);
    const sent = failure(producer.send('orders', { value: 'a' }));
    const flushed = settled(producer.flush());
    expect(await flushed.now()).toBe('pending');
    const closed = settled(producer.close());
    expect(await closed.now()).toBe('pending');
    await producer.close({ retry: false });
    expect(await sent).toBe('ERR_MILLRACE_NO_SPACE');
    expect([await flushed.now(), await closed.now()]).toEqual(['resolved', 'resolved']);
    expect(rig.clock.scheduled).toBe(0);
  });
});

describe('flush and close', () => {
  test('flush waits for what was sent before it, and not for what comes later', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed' });
    await producer.flush();
    const first = settled(producer.send('orders', { value: 'a' }));
    const flushed = settled(producer.flush());
    await turn();
    const later = settled(producer.send('orders', { value: 'b' }));
    rig.system.runFlush();
    expect([await flushed.now(), first.state, later.state]).toEqual(['resolved', 'resolved', 'pending']);
  });

  test('close while sends wait: they are written, and later ones are refused', async () => {
    const rig = new ProducerRig({ flush: 'manual' });
    const producer = rig.producer({ durability: 'flushed', maxUnacknowledgedBytes: 500 });
    const sends = Array.from({ length: 8 }, (_, i) => producer.send('orders', { value: `${i}`.padEnd(300) }));
    expect(producer.statistics.waitingSends).toBe(7);
    const closed = producer.close();
    expect(producer.isClosed).toBe(true);
    expect(await failure(producer.send('orders', { value: 'x' }))).toBe('ERR_MILLRACE_CLOSED');
    const state = settled(closed);
    for (let i = 0; i < 50 && (await state.now()) === 'pending'; i++) rig.system.runFlush();
    expect(state.state).toBe('resolved');
    expect((await Promise.all(sends)).map(({ offset }) => offset)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(await producer.close()).toBeUndefined();
  });

  test('await using closes', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ lingerMs: 10_000 });
    const sent = producer.send('orders', { value: 'a' });
    await producer[Symbol.asyncDispose]();
    expect((await sent).offset).toBe(0);
    expect(producer.isClosed).toBe(true);
  });
});

describe('partitions', () => {
  test('without a key one partition is filled until its batch ends, then another one', async () => {
    const rig = new ProducerRig({ partitions: 4 });
    const random = new Random(7);
    const producer = rig.producer({ batchSize: 1000, random: () => random.fraction() });
    const sends = Array.from({ length: 200 }, () => producer.send('orders', { value: Buffer.alloc(200) }));
    await producer.flush();
    const runs: number[] = [];
    let last = -1;
    for (const { partition } of await Promise.all(sends)) {
      if (partition === last) runs[runs.length - 1]++;
      else runs.push(1);
      last = partition;
    }
    expect(runs.every((run) => run === 4)).toBe(true);
    const sizes = [0, 1, 2, 3].map((partition) => rig.values(partition).length);
    expect(Math.min(...sizes)).toBeGreaterThan(20);
  });

  test('with a key its own, whatever came between', async () => {
    const rig = new ProducerRig({ partitions: 12 });
    const producer = rig.producer();
    const keys = ['21', 'foobar', 'a-little-bit-long-string'];
    const sends = [...keys, ...keys].map((key) => producer.send('orders', { key, value: key }));
    await producer.flush();
    const partitions = (await Promise.all(sends)).map(({ partition }) => partition);
    expect(partitions.slice(0, 3)).toEqual(partitions.slice(3));
    expect(partitions.slice(0, 2)).toEqual([0, 6]);
  });

  test('by a function, which may throw', async () => {
    const rig = new ProducerRig({ partitions: 3 });
    const producer = rig.producer({
      partitioner: ({ topic, key, partitionCount, record }) => {
        if (key === 'bad') throw new TypeError(`of ${topic}`);
        return key === 'wrong' ? partitionCount : String(record.value).length;
      },
    });
    const sent = producer.send('orders', [{ value: '' }, { value: 'ab' }, { value: 'ab', partition: 1 }]);
    expect(await failure(producer.send('orders', { key: 'bad' }))).toBe('TypeError: of orders');
    expect(await failure(producer.send('orders', [{ value: '' }, { key: 'wrong' }]))).toBe(
      'ERR_MILLRACE_INVALID_ARGUMENT',
    );
    await producer.flush();
    expect((await sent).map(({ partition }) => partition)).toEqual([0, 2, 1]);
    expect([0, 1, 2].map((partition) => rig.values(partition).length)).toEqual([1, 1, 1]);
  });

  test('one that cannot be opened is final, and records without a key go on to another', async () => {
    const { MillraceError } = await import('#millrace/errors.js');
    const rig = new ProducerRig({ partitions: 2 });
    rig.broken.set(0, new MillraceError('ERR_MILLRACE_CORRUPT', 'by the test'));
    const producer = rig.producer({ random: () => 0 });
    expect(await failure(producer.send('orders', { value: 'a' }))).toBe('ERR_MILLRACE_CORRUPT');
    const sent = producer.send('orders', { value: 'b' });
    await producer.flush();
    expect((await sent).partition).toBe(1);
    expect(await failure(producer.send('orders', { value: 'a', partition: 0 }))).toBe('ERR_MILLRACE_CORRUPT');
  });

  test('partitions that were added are used', async () => {
    const rig = new ProducerRig({ partitions: 1 });
    const producer = rig.producer();
    expect(await failure(producer.send('orders', { partition: 1 }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    rig.partitions = 2;
    const sent = producer.send('orders', { partition: 1 });
    await producer.flush();
    expect((await sent).partition).toBe(1);
  });
});

test('random sends: what was acknowledged is there, in the order of its sending, also after a kill and a power failure', async () => {
  for (const seed of seedsOf(12)) {
    const random = new Random(seed);
    const flushed = random.chance(0.5);
    const rig = new ProducerRig({
      partitions: 3,
      settings: { segmentBytes: random.between(1024, 6000), maxMessageBytes: random.between(400, 1024) },
    });
    const producer = rig.producer({
      lingerMs: random.between(0, 20),
      batchSize: random.between(0, 900),
      durability: flushed ? 'flushed' : 'visible',
      compression: random.chance(0.3) ? 'gzip' : 'none',
      maxUnacknowledgedBytes: random.between(500, 5000),
      retryBackoffMs: 5,
      retries: 3,
      random: () => random.fraction(),
    });
    const acknowledged: string[][] = [[], [], []];
    const refused = new Set<string>();
    const sends: Promise<unknown>[] = [];
    for (let i = 0; i < 150; i++) {
      const records = Array.from({ length: random.chance(0.2) ? random.between(1, 8) : 1 }, (_, j) => ({
        value: `${i}/${j}`.padEnd(random.between(1, 200), '.'),
        key: random.chance(0.5) ? `key ${random.between(0, 9)}` : null,
      }));
      const sent = producer.send('orders', records);
      sends.push(
        sent.then(
          (places) =>
            places.forEach(({ partition, offset }, j) => {
              acknowledged[partition][offset] = records[j].value;
            }),
          () => records.forEach(({ value }) => refused.add(value)),
        ),
      );
      if (random.chance(0.05)) {
        rig.system.fault = random.chance(0.5) ? null : (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
      }
      if (random.chance(0.1)) rollIfItCan(rig, random.between(0, 2));
      if (random.chance(0.3)) rig.clock.advance(random.between(1, 10));
      if (random.chance(0.2)) await turn();
    }
    const isKilled = random.chance(0.5);
    if (!isKilled) {
      rig.system.fault = null;
      const done = settled(producer.close());
      while ((await done.now()) === 'pending') rig.clock.advance(10);
      await Promise.all(sends);
    }
    const found = rig.after(isKilled && flushed ? rig.system.crash(random) : rig.system.kill());
    for (const partition of [0, 1, 2]) {
      const values = acknowledged[partition];
      values.forEach((value, offset) => expect(found[partition][offset], `MILLRACE_SEED=${seed}`).toBe(value));
      // Those that came without a failure are in the order in which they were sent.
      const numbers = found[partition]
        .filter((value) => !refused.has(value))
        .map((value) => {
          const [i, j] = value.split(/[/.]/);
          return Number(i) * 10 + Number(j);
        });
      expect(numbers, `MILLRACE_SEED=${seed}`).toEqual([...numbers].sort((a, b) => a - b));
    }
    if (!isKilled)
      expect(producer.statistics, `MILLRACE_SEED=${seed}`).toMatchObject({ unacknowledgedBytes: 0, waitingSends: 0 });
  }
});
