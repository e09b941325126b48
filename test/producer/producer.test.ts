import { describe, expect, test } from 'vitest';
import { settled } from '../support/flush-thread.ts';
import { Random } from '../support/random.ts';
import { failure, ProducerRig, turn } from './producer-rig.ts';

const NOW = 1_700_000_000_000;

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
