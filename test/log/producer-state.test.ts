import { describe, expect, test } from 'vitest';
import { PRODUCER_BATCHES_REMEMBERED, SEQUENCE_MAX } from '#millrace/limits.js';
import { type ProducedBatch, ProducerState, sequenceAfter, type TransactionEnd } from '#millrace/log/producer-state.js';
import { codeOf } from '../support/test-producer.ts';

const OUT_OF_ORDER = 'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE';
const FENCED = 'ERR_MILLRACE_PRODUCER_FENCED';

function batch(baseSequence: number, count = 1, more: Partial<ProducedBatch> = {}): ProducedBatch {
  const { baseOffset = 100 + baseSequence } = more;
  const place = { baseOffset, lastOffset: baseOffset + count - 1, maxTimestamp: 1000 + baseSequence };
  return { producerId: 7, producerEpoch: 0, baseSequence, isTransactional: false, ...place, ...more };
}

function end(more: Partial<TransactionEnd> = {}): TransactionEnd {
  return {
    producerId: 7,
    producerEpoch: 0,
    type: 'commit',
    coordinatorEpoch: 0,
    offset: 500,
    timestamp: 5000,
    ...more,
  };
}

function stateOf(...batches: ProducedBatch[]): ProducerState {
  const state = new ProducerState(7);
  for (const each of batches) {
    state.check(each);
    state.append(each);
  }
  return state;
}

describe('sequences', () => {
  test('go on at 0 after the largest', () => {
    expect([sequenceAfter(-1), sequenceAfter(SEQUENCE_MAX), sequenceAfter(SEQUENCE_MAX - 1, 3)]).toEqual([0, 0, 1]);
    const state = stateOf(batch(SEQUENCE_MAX - 1, 3, { baseOffset: 10 }));
    expect(state.lastSequence).toBe(0);
    expect(codeOf(() => state.check(batch(2)))).toBe(OUT_OF_ORDER);
    state.check(batch(1));
    expect(state.firstAppendOf(batch(SEQUENCE_MAX - 1, 3, { baseOffset: 900 }))).toEqual({
      baseOffset: 10,
      lastOffset: 12,
      maxTimestamp: 1000 + SEQUENCE_MAX - 1,
    });
  });

  test('must follow one another, and check changes nothing', () => {
    const state = stateOf(batch(0, 3), batch(3, 2));
    for (const sequence of [0, 4, 6, SEQUENCE_MAX])
      expect(codeOf(() => state.check(batch(sequence)))).toBe(OUT_OF_ORDER);
    expect([state.lastSequence, state.lastOffset, state.lastOffsetDelta]).toEqual([4, 104, 1]);
    state.check(batch(5));
  });

  test('of an unknown producer may begin anywhere (KIP-360)', () => {
    expect(codeOf(() => new ProducerState(7).check(batch(41)))).toBe('nothing');
    expect(stateOf(batch(41)).lastSequence).toBe(41);
  });

  test('of a new epoch begin at 0, and the batches of the old one are forgotten', () => {
    const state = stateOf(batch(0), batch(1));
    expect(codeOf(() => state.check(batch(2, 1, { producerEpoch: 1 })))).toBe(OUT_OF_ORDER);
    const next = batch(0, 1, { producerEpoch: 1, baseOffset: 300 });
    state.check(next);
    expect(state.firstAppendOf(next)).toBeNull();
    state.append(next);
    expect([state.producerEpoch, state.count, state.lastSequence]).toEqual([1, 1, 0]);
    expect(codeOf(() => state.check(batch(2)))).toBe(FENCED);
  });

  test('need not be there: then only the epoch counts, and nothing comes again', () => {
    const state = stateOf(batch(0, 1, { producerEpoch: 3 }));
    const commit = batch(-1, 2, { producerEpoch: 3, baseOffset: 200 });
    state.check(commit);
    state.append(commit);
    expect([state.lastSequence, state.lastOffset]).toEqual([-1, 201]);
    expect(state.firstAppendOf(commit)).toBeNull();
    expect(codeOf(() => state.check(batch(-1, 1, { producerEpoch: 2 })))).toBe(FENCED);
  });
});

describe('a batch that comes again', () => {
  test('is known as long as it is one of the last five', () => {
    const all = Array.from({ length: 7 }, (_, i) => batch(i * 10, 10, { baseOffset: i * 100 }));
    const state = stateOf(...all);
    expect(state.count).toBe(PRODUCER_BATCHES_REMEMBERED);
    const again = all.map((each) => state.firstAppendOf({ ...each, baseOffset: 9000, lastOffset: 9009 })?.baseOffset);
    expect(again).toEqual([undefined, undefined, 200, 300, 400, 500, 600]);
    // As Kafka's brokers answer one that is older.
    expect(codeOf(() => state.check(all[0]))).toBe(OUT_OF_ORDER);
  });

  test('must be the same range of sequences, and of the same epoch', () => {
    const state = stateOf(batch(0, 10), batch(10, 10));
    const others = [batch(0, 9), batch(1, 9), batch(0, 20), batch(10, 10, { producerEpoch: 1 })];
    expect(others.map((each) => state.firstAppendOf(each))).toEqual([null, null, null, null]);
  });
});

describe('a transaction', () => {
  const inTransaction = { isTransactional: true };

  test('begins with its first batch and ends with the marker', () => {
    const state = new ProducerState(7);
    expect(state.append(batch(0, 2, inTransaction))).toBe(true);
    expect(state.append(batch(2, 2, inTransaction))).toBe(false);
    expect(state.transactionFirstOffset).toBe(100);
    expect(state.end(end())).toBe(100);
    expect([state.isInTransaction, state.lastTimestamp, state.lastSequence]).toEqual([false, 5000, 3]);
    expect(state.end(end())).toBe(-1);
    state.check(batch(4, 1, inTransaction));
  });

  test('takes no batch that is of none', () => {
    const state = stateOf(batch(0, 2, inTransaction));
    expect(codeOf(() => state.check(batch(2)))).toBe('ERR_MILLRACE_TRANSACTION_STATE');
  });

  test('goes on under a new epoch', () => {
    const state = stateOf(batch(0, 2, inTransaction));
    const next = batch(0, 1, { ...inTransaction, producerEpoch: 1, baseOffset: 400 });
    state.check(next);
    expect(state.append(next)).toBe(false);
    expect(state.transactionFirstOffset).toBe(100);
  });

  test('is not ended by an older epoch, nor by an older coordinator', () => {
    const state = stateOf(batch(0, 1, { ...inTransaction, producerEpoch: 4 }));
    expect(codeOf(() => state.checkEnd(end({ producerEpoch: 3 })))).toBe(FENCED);
    state.end(end({ producerEpoch: 4, coordinatorEpoch: 9 }));
    expect(codeOf(() => state.checkEnd(end({ producerEpoch: 4, coordinatorEpoch: 8 })))).toBe(
      'ERR_MILLRACE_COORDINATOR_FENCED',
    );
    state.checkEnd(end({ producerEpoch: 4, coordinatorEpoch: 9 }));
  });

  test('of version 2 is ended by a newer epoch only, and what its producer sends later is fenced (KIP-890)', () => {
    const state = stateOf(batch(0, 2, inTransaction));
    expect(codeOf(() => state.checkEnd(end({ transactionVersion: 2 })))).toBe(FENCED);
    const marker = end({ producerEpoch: 1, transactionVersion: 2 });
    state.checkEnd(marker);
    state.end(marker);
    expect(codeOf(() => state.check(batch(2, 1, inTransaction)))).toBe(FENCED);
    // The same marker again, after a lost answer.
    state.checkEnd(marker);
    state.append(batch(0, 1, { ...inTransaction, producerEpoch: 1 }));
    expect(codeOf(() => state.checkEnd(marker))).toBe(FENCED);
  });
});

test('a copy goes its own way', () => {
  const state = stateOf(...Array.from({ length: 8 }, (_, i) => batch(i, 1, { isTransactional: true })));
  const copy = state.copy();
  expect(copy).toMatchObject({ producerEpoch: 0, transactionFirstOffset: 100, lastSequence: 7, count: 5 });
  expect(copy.firstAppendOf(batch(3))).toEqual(state.firstAppendOf(batch(3)));
  copy.append(batch(0, 1, { producerEpoch: 1 }));
  expect([state.producerEpoch, state.lastSequence]).toEqual([0, 7]);
});
