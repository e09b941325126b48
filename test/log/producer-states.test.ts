import { describe, expect, test } from 'vitest';
import type { ProducedBatch, TransactionEnd } from '#millrace/log/producer-state.js';
import { ProducerStates } from '#millrace/log/producer-states.js';
import { codeOf } from '../support/test-producer.ts';

const DAY = 24 * 60 * 60 * 1000;

function batch(producerId: number, baseOffset: number, more: Partial<ProducedBatch> = {}): ProducedBatch {
  const place = { baseOffset, lastOffset: baseOffset, maxTimestamp: 1000 };
  return { producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true, ...place, ...more };
}

function end(producerId: number, offset: number, more: Partial<TransactionEnd> = {}): TransactionEnd {
  return { producerId, producerEpoch: 0, type: 'abort', coordinatorEpoch: 0, offset, timestamp: 1000, ...more };
}

function statesOf(...batches: ProducedBatch[]): ProducerStates {
  const states = new ProducerStates();
  for (const each of batches) states.append(each, 0);
  return states;
}

describe('transactions', () => {
  test('the first unstable offset is that of the earliest open one', () => {
    const states = statesOf(batch(1, 10), batch(2, 11), batch(3, 12));
    expect(states.firstUnstableOffset).toBe(10);
    expect(states.openTransactions.map(({ producerId }) => producerId)).toEqual([1, 2, 3]);
    states.end(end(2, 13), 0);
    expect(states.firstUnstableOffset).toBe(10);
    states.end(end(1, 14), 0);
    expect(states.firstUnstableOffset).toBe(12);
    states.end(end(3, 15), 0);
    expect(states.firstUnstableOffset).toBe(-1);
  });

  test('an aborted one has its entry, with the last stable offset of that moment', () => {
    const states = statesOf(batch(1, 10), batch(2, 11));
    expect(states.end(end(2, 12), 0)).toEqual({ producerId: 2, firstOffset: 11, lastOffset: 12, lastStableOffset: 10 });
    expect(states.end(end(1, 13), 0)).toEqual({ producerId: 1, firstOffset: 10, lastOffset: 13, lastStableOffset: 14 });
    expect(states.end(end(1, 14), 0)).toBeNull();
    states.append(batch(1, 15), 0);
    expect(states.end(end(1, 16, { type: 'commit' }), 0)).toBeNull();
  });

  test('one whose marker is not replicated stays unstable', () => {
    const states = statesOf(batch(1, 10), batch(2, 11));
    states.end(end(1, 12), 0, 12);
    expect(states.openTransactions).toHaveLength(1);
    expect(states.firstUnstableOffset).toBe(10);
    states.replicated(12);
    expect(states.firstUnstableOffset).toBe(10);
    states.replicated(13);
    expect(states.firstUnstableOffset).toBe(11);
  });

  test('the marker of a producer that is not known makes it known', () => {
    const states = new ProducerStates();
    expect(states.end(end(5, 3, { producerEpoch: 2, coordinatorEpoch: 6 }), 0)).toBeNull();
    expect(states.get(5)).toMatchObject({ producerEpoch: 2, coordinatorEpoch: 6, count: 0 });
  });
});

describe('a snapshot', () => {
  test('has what is needed to go on', () => {
    const states = statesOf(
      batch(1, 10, { baseSequence: 4, lastOffset: 12, maxTimestamp: 7 }),
      batch(2, 13, { isTransactional: false }),
    );
    states.end(end(9, 14), 0);
    const entries = states.entries();
    expect(entries[0]).toEqual({
      producerId: 1,
      producerEpoch: 0,
      lastSequence: 6,
      lastOffset: 12,
      offsetDelta: 2,
      lastTimestamp: 7,
      coordinatorEpoch: -1,
      currentTransactionFirstOffset: 10,
    });
    expect(entries[2]).toMatchObject({ lastSequence: -1, lastOffset: -1, offsetDelta: 0, coordinatorEpoch: 0 });
    const loaded = ProducerStates.of(entries, 0, DAY);
    expect(loaded.entries()).toEqual(entries);
    expect(loaded.firstUnstableOffset).toBe(10);
    expect(loaded.check(batch(1, 99, { baseSequence: 4, lastOffset: 101 }))).toMatchObject({
      baseOffset: 10,
      lastOffset: 12,
    });
  });

  test('gives the open transactions in the order of the log', () => {
    const entries = statesOf(batch(1, 10), batch(2, 11)).entries().toReversed();
    const states = ProducerStates.of(entries, 0, DAY);
    expect(states.openTransactions.map(({ firstOffset }) => firstOffset)).toEqual([10, 11]);
    expect(states.firstUnstableOffset).toBe(10);
  });

  test('is loaded without those that have expired', () => {
    const idle = { isTransactional: false };
    const entries = statesOf(batch(1, 10, idle), batch(2, 11), batch(3, 12, { ...idle, maxTimestamp: 2000 })).entries();
    const states = ProducerStates.of(entries, 1000 + DAY, DAY);
    expect([...states].map(({ producerId }) => producerId)).toEqual([2, 3]);
  });
});

describe('expiry', () => {
  test('takes who has not written for long, and has no transaction open', () => {
    const states = statesOf(batch(1, 1, { isTransactional: false }), batch(2, 2));
    states.expire(999 + DAY, DAY);
    expect(states.count).toBe(2);
    states.expire(1000 + DAY, DAY);
    expect([...states].map(({ producerId }) => producerId)).toEqual([2]);
    states.end(end(2, 3, { timestamp: 5000 }), 0);
    // A marker counts as a sign of life (KAFKA-9144).
    states.expire(4999 + DAY, DAY);
    expect(states.count).toBe(1);
    states.expire(5000 + DAY, DAY);
    expect(states.count).toBe(0);
    expect(states.check(batch(1, 9, { baseSequence: 77 }))).toBeNull();
  });

  test('counts from the append where records are older than that', () => {
    const states = new ProducerStates();
    states.append(batch(1, 1, { isTransactional: false, maxTimestamp: 5 }), 10 * DAY);
    states.expire(11 * DAY - 1, DAY);
    expect(states.count).toBe(1);
    states.expire(11 * DAY, DAY);
    expect(states.count).toBe(0);
  });
});

describe('several batches at once', () => {
  const next = (producerId: number, baseSequence: number, more: Partial<ProducedBatch> = {}): ProducedBatch =>
    batch(producerId, 100 + baseSequence, { baseSequence, isTransactional: false, ...more });

  test('are judged one after another, and nothing is changed', () => {
    const states = statesOf(next(1, 0));
    expect(states.checkAll([next(1, 1), next(2, 5), next(1, 2), next(2, 6)])).toBeNull();
    expect(codeOf(() => states.checkAll([next(1, 1), next(1, 3)]))).toBe('ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE');
    expect(codeOf(() => states.checkAll([next(2, 5), next(2, 7)]))).toBe('ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE');
    expect(states.count).toBe(1);
    expect(states.get(1)!.lastSequence).toBe(0);
  });

  test('with a marker among them', () => {
    const states = statesOf(batch(1, 1));
    const marker = end(1, 2, { producerEpoch: 1 });
    expect(states.checkAll([marker, next(1, 0, { producerEpoch: 1 })])).toBeNull();
    expect(codeOf(() => states.checkAll([marker, next(1, 1)]))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
    expect(states.openTransactions).toHaveLength(1);
  });

  test('come again as a whole, or not at all', () => {
    const states = statesOf(next(1, 0), next(1, 1), next(2, 0));
    expect(states.checkAll([next(1, 0), next(1, 1)])).toMatchObject({ baseOffset: 100, lastOffset: 101 });
    expect(codeOf(() => states.checkAll([next(1, 1), next(1, 2)]))).toBe('ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE');
  });
});
