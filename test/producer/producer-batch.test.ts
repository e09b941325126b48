import { expect, test } from 'vitest';
import type { Receipt } from '#millrace/log/receipt.js';
import { Ledger } from '#millrace/producer/ledger.js';
import { TopicCounters } from '#millrace/producer/producer-statistics.js';
import { type BatchPlace, ProducerBatch } from '#millrace/producer/producer-batch.js';
import { settled } from '../support/flush-thread.ts';

class Place implements BatchPlace {
  readonly topic = 't';
  readonly partition = 2;
  readonly counters = new TopicCounters();
  acknowledges: BatchPlace['acknowledges'] = 'visible';
  readonly ends: (Error | null)[] = [];
  readonly seals: string[] = [];

  seal(reason: string): void {
    this.seals.push(reason);
  }

  ended(_batch: ProducerBatch, error: Error | null): void {
    this.ends.push(error);
  }
}

function rig(acknowledges: BatchPlace['acknowledges']) {
  const place = new Place();
  place.acknowledges = acknowledges;
  const ledger = new Ledger(1000, () => undefined);
  const batch = new ProducerBatch(place, ledger, 5);
  ledger.take(30);
  const [one, two] = [ledger.begin(null, 10), ledger.begin(2, 20)];
  batch.added(one, { index: 0, count: 1, timestamp: 100, bytes: 10 });
  batch.added(two, { index: 1, count: 1, timestamp: 101, bytes: 10 });
  batch.added(two, { index: 0, count: 1, timestamp: 102, bytes: 10 });
  return { place, ledger, batch, one, two };
}

const receipt = (durable: Promise<void> = Promise.resolve(), logAppendTime = -1): Receipt =>
  ({ baseOffset: 7, lastOffset: 9, logAppendTime, durable }) as Receipt;

test('sealed: each record gets its place, and its bytes are given back', async () => {
  const { place, ledger, batch, one, two } = rig('visible');
  expect(batch).toMatchObject({ openedAt: 5, count: 3, isOpen: false });
  batch.sealed(receipt());
  expect(await one.promise).toEqual({ topic: 't', partition: 2, offset: 7, timestamp: 100 });
  expect(await two.promise).toEqual([
    { topic: 't', partition: 2, offset: 9, timestamp: 102 },
    { topic: 't', partition: 2, offset: 8, timestamp: 101 },
  ]);
  expect(place.ends).toEqual([null]);
  expect(ledger.unacknowledgedBytes).toBe(0);
  expect(ledger.counters.acknowledgedRecords).toBe(3);
});

test('under LogAppendTime the timestamp is that of the append', async () => {
  const { batch, one } = rig('visible');
  batch.sealed(receipt(Promise.resolve(), 500));
  expect((await one.promise) as object).toMatchObject({ timestamp: 500 });
});

test('flushed: when it is durable, and not before', async () => {
  const { ledger, batch, one } = rig('flushed');
  let resolve!: () => void;
  batch.sealed(receipt(new Promise((settle) => (resolve = settle))));
  const state = settled(one.promise);
  expect([await state.now(), ledger.unacknowledgedBytes]).toEqual(['pending', 30]);
  resolve();
  expect([await state.now(), ledger.unacknowledgedBytes]).toEqual(['resolved', 0]);
});

test('flushed, and the flush fails', async () => {
  const { ledger, batch, one, two, place } = rig('flushed');
  batch.sealed(receipt(Promise.reject(new Error('no flush'))));
  await expect(one.promise).rejects.toThrow('no flush');
  await expect(two.promise).rejects.toThrow('no flush');
  expect(ledger).toMatchObject({ unacknowledgedBytes: 0, counters: { errors: 3, acknowledgedRecords: 0 } });
  expect(place.counters.errors).toBe(3);
});

test('never: its senders have an answer when it is added, and the bytes go back when it is sealed', async () => {
  const { ledger, batch, one, two } = rig('never');
  expect(await one.promise).toEqual({ topic: 't', partition: 2, offset: -1, timestamp: 100 });
  expect(await two.promise).toMatchObject([
    { offset: -1, timestamp: 102 },
    { offset: -1, timestamp: 101 },
  ]);
  expect(ledger).toMatchObject({ unacknowledgedBytes: 30, counters: { acknowledgedRecords: 0, records: 3 } });
  batch.sealed(receipt());
  expect(ledger).toMatchObject({ unacknowledgedBytes: 0, counters: { acknowledgedRecords: 3 } });
});

test('a run of records has one place after another', async () => {
  const { batch, ledger } = rig('visible');
  const many = ledger.begin(4, 20);
  ledger.take(20);
  batch.added(many, { index: 1, count: 3, timestamp: 200, bytes: 15 });
  batch.added(many, { index: 0, count: 1, timestamp: 201, bytes: 5 });
  expect(batch.count).toBe(7);
  batch.sealed(receipt());
  expect(await many.promise).toMatchObject([
    { offset: 13, timestamp: 201 },
    { offset: 10, timestamp: 200 },
    { offset: 11, timestamp: 200 },
    { offset: 12, timestamp: 200 },
  ]);
  expect(ledger.unacknowledgedBytes).toBe(0);
});

test('lost: all of its senders are told', async () => {
  const { place, ledger, batch, one, two } = rig('visible');
  const error = new Error('lost');
  batch.lost(error);
  await expect(one.promise).rejects.toBe(error);
  await expect(two.promise).rejects.toBe(error);
  expect(place.ends).toEqual([error]);
  expect(ledger).toMatchObject({ unacknowledgedBytes: 0, counters: { errors: 3 } });
});

test('whoever ends its wait asks its partition', () => {
  const { place, batch } = rig('visible');
  batch.seal('linger');
  expect(place.seals).toEqual(['linger']);
});
