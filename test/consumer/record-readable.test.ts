import { getEventListeners } from 'node:events';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import type { ConsumerRecord } from '#millrace/main.js';
import { numbers, openRig, ORDERS, take, turn, until } from './consumer-fixture.ts';

async function collect(records: AsyncIterable<ConsumerRecord>): Promise<string[]> {
  const found: string[] = [];
  for await (const { topic, partition, offset, value } of records)
    found.push(`${topic}-${partition}@${offset} ${String(value)}`);
  return found;
}

const earliest = { autoOffsetReset: 'earliest' } as const;

describe('a stream of records', () => {
  test('up to the end that the logs had at the beginning, of all partitions', async () => {
    const { append, consumer } = await openRig(2);
    append(numbers(0, 3), 0);
    append(['x'], 1);
    const reader = consumer(earliest);
    reader.assign(['orders']);
    const records = reader.readable({ untilEnd: true });
    append(['late'], 0);
    expect(await collect(records)).toEqual(['orders-0@0 0', 'orders-0@1 1', 'orders-0@2 2', 'orders-1@0 x']);
    expect(reader.position(ORDERS)).toBe(3);
    // The consumer is free again.
    expect(await take(reader, 1)).toEqual(['late']);
  });

  test('follows the log until the consumer is closed', async () => {
    const { append, consumer } = await openRig();
    const reader = consumer(earliest);
    reader.assign([ORDERS]);
    const collecting = collect(reader.readable());
    for (let i = 0; i < 3; i++) {
      await turn();
      append([`${i}`]);
    }
    await until(() => reader.position(ORDERS) === 3);
    await reader.close();
    expect(await collecting).toEqual(['orders-0@0 0', 'orders-0@1 1', 'orders-0@2 2']);
  });

  test('goes through a pipeline whole, with a slow end and a small buffer', async () => {
    const { append, consumer } = await openRig(1, { 'segment.bytes': 16_384 });
    for (let i = 0; i < 50; i++) append(numbers(20 * i, 20 * i + 20));
    const reader = consumer({ ...earliest, maxBytes: 700 });
    reader.assign([ORDERS]);
    const values: string[] = [];
    const records = reader.readable({ untilEnd: true, highWaterMark: 3 });
    const slow = new Writable({
      objectMode: true,
      highWaterMark: 2,
      write: (record: ConsumerRecord, _encoding, done) => {
        values.push(String(record.value));
        expect(records.readableLength).toBeLessThanOrEqual(3);
        if (values.length % 7 === 0) setImmediate(() => done());
        else done();
      },
    });
    await pipeline(records, slow);
    expect(values).toEqual(numbers(0, 1000));
    expect(reader.position(ORDERS)).toBe(1000);
  });

  test('reads ahead as many records as highWaterMark says, and no further', async () => {
    const { append, consumer } = await openRig();
    for (let i = 0; i < 10; i++) append(numbers(10 * i, 10 * i + 10));
    const reader = consumer({ ...earliest, maxBytes: 1 });
    reader.assign([ORDERS]);
    const records = reader.readable({ highWaterMark: 25 });
    records.read(0);
    for (let i = 0; i < 100 && records.readableLength < 25; i++) await turn();
    // Asked again and again it stays with that.
    for (let i = 0; i < 5; i++) {
      records.read(0);
      await turn();
    }
    expect(records.readableLength).toBe(25);
    expect(reader.position(ORDERS)).toBe(25);
    records.destroy();
  });

  test('events come in order too, and after a pause', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 40));
    const reader = consumer(earliest);
    reader.assign([ORDERS]);
    const records = reader.readable({ untilEnd: true, highWaterMark: 4 });
    const values: string[] = [];
    await new Promise<void>((resolve, reject) => {
      records.on('data', (record: ConsumerRecord) => {
        values.push(String(record.value));
        if (values.length % 10 !== 0) return;
        records.pause();
        setImmediate(() => records.resume());
      });
      records.on('end', resolve);
      records.on('error', reject);
    });
    expect(values).toEqual(numbers(0, 40));
  });
});

test('a pause or a close by the caller holds from the next record on that is read', async () => {
  const { append, consumer } = await openRig();
  append(numbers(0, 50));
  const reader = consumer(earliest);
  reader.assign([ORDERS]);
  const records = reader.readable({ highWaterMark: 10 });
  const seen: ConsumerRecord[] = [];
  for await (const record of records) {
    seen.push(record);
    if (record.offset === 5) {
      reader.pause();
      setImmediate(() => reader.resume());
    }
    if (record.offset === 25) await reader.close();
  }
  const { length } = seen;
  expect(length).toBeGreaterThan(25);
  expect(length).toBeLessThan(40);
  expect(seen.map(({ offset }) => offset)).toEqual(numbers(0, length).map(Number));
  expect(reader.position(ORDERS)).toBe(length);
});

describe('a stream that is destroyed', () => {
  test('leaves the positions at what nobody has taken out of it', async () => {
    const { append, consumer } = await openRig(2);
    for (let i = 0; i < 20; i++) append(numbers(2 * i, 2 * i + 2), i % 2);
    const reader = consumer({ ...earliest, maxBytes: 1 });
    reader.assign(['orders']);
    const places = reader.assignment();
    for (const count of [1, 4, 5, 9]) {
      const before = places.map((place) => reader.position(place));
      const records = reader.readable({ highWaterMark: 6 });
      const seen: ConsumerRecord[] = [];
      for await (const record of records) {
        seen.push(record);
        if (seen.length === count) break;
      }
      const expected = places.map(
        ({ partition }, i) => before[i] + seen.filter((r) => r.partition === partition).length,
      );
      expect(places.map((place) => reader.position(place))).toEqual(expected);
    }
  });

  test('leaves a position that the caller has moved meanwhile', async () => {
    const { append, consumer } = await openRig();
    append(numbers(0, 20));
    const reader = consumer(earliest);
    reader.assign([ORDERS]);
    for await (const _ of reader.readable({ highWaterMark: 4 })) {
      reader.seek(ORDERS, 15);
      break;
    }
    expect(reader.position(ORDERS)).toBe(15);
  });

  test('ends its wait, and frees the consumer', async () => {
    const { append, consumer } = await openRig();
    const reader = consumer(earliest);
    reader.assign([ORDERS]);
    const records = reader.readable();
    records.resume();
    await turn();
    expect(() => reader.readable()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
    records.destroy();
    await turn();
    append(['a']);
    expect(await take(reader, 1)).toEqual(['a']);
    // Once more, while it reads.
    reader.seek(ORDERS, 0);
    const other = reader.readable();
    other.resume();
    other.destroy();
    expect(await take(reader, 1)).toEqual(['a']);
  });
});

test('what ends a stream with an error', async () => {
  const { store, append, consumer } = await openRig();
  append(['a']);
  const reader = consumer(earliest);
  expect(() => reader.readable()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_INVALID_ARGUMENT' }));
  reader.assign([ORDERS]);
  const control = new AbortController();
  const aborted = expect(collect(reader.readable({ signal: control.signal }))).rejects.toMatchObject({
    code: 'ERR_MILLRACE_ABORTED',
  });
  await turn();
  control.abort();
  await aborted;
  expect(getEventListeners(control.signal, 'abort')).toEqual([]);
  expect(() => reader.readable({ signal: control.signal })).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_ABORTED' }),
  );
  // A full buffer, which nobody reads from, is no reason to wait.
  const own = new AbortController();
  const records = reader.readable({ signal: own.signal, highWaterMark: 1 });
  const failed = new Promise((resolve) => records.on('error', resolve));
  reader.seek(ORDERS, 0);
  records.read(0);
  await turn();
  own.abort();
  expect(await failed).toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
  const deleted = expect(collect(reader.readable())).rejects.toMatchObject({ code: 'ERR_MILLRACE_UNKNOWN_TOPIC' });
  await turn();
  await store.deleteTopic('orders');
  await deleted;
});
