import { expect, test } from 'vitest';
import { Linger } from '#millrace/producer/linger.js';
import { FakeClock } from '../support/fake-clock.ts';

class Batch {
  readonly openedAt: number;
  readonly reasons: string[] = [];

  constructor(clock: FakeClock) {
    this.openedAt = clock.now();
  }

  seal(reason: string): void {
    this.reasons.push(reason);
  }
}

test('each waits its time, with one timer for all', () => {
  const clock = new FakeClock();
  const linger = new Linger(clock, 10);
  const batches = Array.from({ length: 5 }, () => {
    const batch = new Batch(clock);
    linger.opened(batch);
    clock.advance(2);
    return batch;
  });
  // The fifth advance ended the first.
  expect(batches.map(({ reasons }) => reasons.length)).toEqual([1, 0, 0, 0, 0]);
  linger.closed(batches[1]);
  expect(clock.scheduled).toBe(1);
  clock.advance(2);
  expect(clock.scheduled).toBe(1);
  clock.advance(2);
  expect(batches.map(({ reasons }) => reasons)).toEqual([['linger'], [], ['linger'], [], []]);
  clock.advance(10);
  expect(batches.map(({ reasons }) => reasons)).toEqual([['linger'], [], ['linger'], ['linger'], ['linger']]);
  expect([clock.scheduled, linger.open.size]).toEqual([0, 0]);
});

test('without a time it ends with the turn', async () => {
  const clock = new FakeClock();
  const linger = new Linger(clock, 0);
  const batches = [new Batch(clock), new Batch(clock), new Batch(clock)];
  for (const batch of batches) linger.opened(batch);
  linger.closed(batches[1]);
  expect(batches[0].reasons).toEqual([]);
  await Promise.resolve();
  expect(batches.map(({ reasons }) => reasons)).toEqual([['linger'], [], ['linger']]);
  expect(clock.scheduled).toBe(0);
  linger.opened(batches[1]);
  await Promise.resolve();
  expect(batches[1].reasons).toEqual(['linger']);
});

test('a clock that was set back makes nobody wait longer', () => {
  const clock = new FakeClock();
  const linger = new Linger(clock, 10);
  const batch = new Batch(clock);
  linger.opened({ openedAt: clock.now() + 3_600_000, seal: (reason) => batch.seal(reason) });
  clock.advance(10);
  expect(batch.reasons).toEqual(['linger']);
});

test('closed, it has no timer and knows no batch', () => {
  const clock = new FakeClock();
  const linger = new Linger(clock, 10);
  const batch = new Batch(clock);
  linger.opened(batch);
  linger.close();
  expect([clock.scheduled, linger.open.size]).toEqual([0, 0]);
  clock.advance(20);
  expect(batch.reasons).toEqual([]);
});
