/** A producer on a disk that is full for a while. */
import { describe, expect, test } from 'vitest';
import { settled } from '../support/flush-thread.ts';
import { Random } from '../support/random.ts';
import { failure, ProducerRig } from './producer-rig.ts';

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

  test('records that stand in a batch do not wait for one that finds no room', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer({ batchSize: 500_000, lingerMs: 60_000 });
    const first = producer.send('orders', [{ value: 'a' }, { value: 'b' }]);
    rig.system.fault = (operation) => (operation === 'fallocate' ? 'ENOSPC' : null);
    const large = producer.send('orders', { value: Buffer.alloc(200_000) });
    expect(await first).toMatchObject([{ offset: 0 }, { offset: 1 }]);
    expect(rig.values()).toEqual(['a', 'b']);
    rig.system.fault = null;
    rig.clock.advance(1000);
    await producer.flush();
    expect((await large).offset).toBe(2);
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
    expect(producer.statistics).toMatchObject({ batches: { linger: 2, flush: 0 } });
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

  test('a send to a partition that is not there lets nobody pass what waits', async () => {
    const rig = new ProducerRig();
    const producer = rig.producer();
    fill(rig);
    const first = producer.send('orders', { value: 'a' });
    expect(await failure(producer.send('orders', { value: 'x', partition: 1 }))).toBe('ERR_MILLRACE_UNKNOWN_TOPIC');
    rig.system.fault = null;
    const second = producer.send('orders', { value: 'b' });
    rig.clock.advance(1000);
    await producer.flush();
    expect([(await first).offset, (await second).offset]).toEqual([0, 1]);
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
