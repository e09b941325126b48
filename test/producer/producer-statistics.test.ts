import { expect, test } from 'vitest';
import { ProducerCounters } from '#millrace/producer/producer-statistics.js';

test('a snapshot has all counters, and does not go on counting', () => {
  const counters = new ProducerCounters();
  counters.records = 3;
  counters.bytes = 30;
  counters.acknowledgedRecords = 2;
  counters.retries = 1;
  counters.errors = 4;
  counters.batches.linger = 5;
  const snapshot = counters.snapshot(6, 70);
  const expected = {
    records: 3,
    bytes: 30,
    acknowledgedRecords: 2,
    retries: 1,
    errors: 4,
    batches: { linger: 5, size: 0, full: 0, flush: 0, close: 0, other: 0 },
    waitingSends: 6,
    unacknowledgedBytes: 70,
  };
  expect(snapshot).toEqual(expected);
  counters.records++;
  counters.batches.linger++;
  expect(snapshot).toEqual(expected);
});
