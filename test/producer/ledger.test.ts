import { expect, test } from 'vitest';
import { Ledger } from '#millrace/producer/ledger.js';
import { TopicCounters } from '#millrace/producer/producer-statistics.js';
import { settled } from '../support/flush-thread.ts';

const PLACE = { topic: 't', partition: 0, offset: 0, timestamp: 1 };
// Of the whole process: those of other tests may end meanwhile.
const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('bytes up to the bound, or what is larger alone', () => {
  let calls = 0;
  const ledger = new Ledger(100, () => calls++);
  expect(ledger.take(60)).toBe(true);
  expect(ledger.take(41)).toBe(false);
  expect(ledger.take(40)).toBe(true);
  expect(ledger.unacknowledgedBytes).toBe(100);
  ledger.giveBack(100);
  expect(calls).toBe(1);
  expect(ledger.take(500)).toBe(true);
  expect(ledger.take(1)).toBe(false);
  ledger.giveBack(500);
  expect(ledger.unacknowledgedBytes).toBe(0);
});

test('a send is open until the last of its records has an answer, and keeps the process alive', async () => {
  const before = timers();
  const ledger = new Ledger(100, () => undefined);
  const one = ledger.begin(null, 1);
  const many = ledger.begin(3, 1);
  expect(timers()).toBe(before + 1);
  const flushed = settled(ledger.flush());
  expect(ledger.isFlushing).toBe(true);
  ledger.acknowledged(one, 0, PLACE);
  ledger.acknowledged(many, 0, PLACE);
  const topic = new TopicCounters();
  ledger.failed(many, new Error('first'), topic);
  ledger.failed(many, new Error('second'), topic);
  await expect(many.promise).rejects.toThrow('first');
  expect(await flushed.now()).toBe('resolved');
  expect(await one.promise).toEqual(PLACE);
  expect(timers()).toBeLessThanOrEqual(before);
  expect(ledger.counters).toMatchObject({ acknowledgedRecords: 2, errors: 2 });
  expect(topic.errors).toBe(2);
  ledger.close();
});

test('one that nobody hears of, and one that was taken back, end too', async () => {
  const before = timers();
  const ledger = new Ledger(100, () => undefined);
  const unheard = ledger.begin(null, 1);
  const cancelled = ledger.begin(5, 1);
  const flushed = settled(ledger.flush());
  ledger.unheard(unheard);
  expect(await flushed.now()).toBe('pending');
  ledger.cancelled(cancelled, new Error('taken back'));
  await expect(cancelled.promise).rejects.toThrow('taken back');
  expect(await flushed.now()).toBe('resolved');
  expect(timers()).toBeLessThanOrEqual(before);
  expect(ledger.counters).toMatchObject({ acknowledgedRecords: 1, errors: 0 });
  ledger.close();
});
