import { expect, test } from 'vitest';
import { judgeInit } from '#millrace/transaction/init-judgement.js';
import { newMetadata, type TransactionMetadata } from '#millrace/transaction/transaction-metadata.js';

const base: TransactionMetadata = {
  ...newMetadata(7, 1_000, 0),
  previousProducerId: 6,
  producerEpoch: 5,
  lastProducerEpoch: 4,
  state: 'CompleteCommit',
};
const judge = (changes: Partial<TransactionMetadata>, expected: [number, number] | null = null): unknown => {
  const given = expected === null ? null : { producerId: expected[0], producerEpoch: expected[1] };
  return judgeInit({ ...base, ...changes }, false, given);
};
const fenced = { do: 'refuse', error: 'PRODUCER_FENCED' };
const again = { do: 'refuse', error: 'CONCURRENT_TRANSACTIONS' };

test('a new producer gets the next epoch, and nobody may go on from the one before', () => {
  for (const state of ['Empty', 'CompleteCommit', 'CompleteAbort'] as const)
    expect(judge({ state })).toEqual({ do: 'epoch', producerEpoch: 6, lastProducerEpoch: -1 });
});

test('one that goes on gets the next epoch, or the same when it asks again', () => {
  expect(judge({}, [7, 5])).toEqual({ do: 'epoch', producerEpoch: 6, lastProducerEpoch: 5 });
  expect(judge({}, [7, 4])).toEqual({ do: 'epoch', producerEpoch: 5, lastProducerEpoch: 4 });
  for (const epoch of [3, 6]) expect(judge({}, [7, epoch])).toEqual(fenced);
  expect(judge({}, [8, 5])).toEqual(fenced);
});

test('an id that is new takes whoever comes', () => {
  expect(judge({ producerEpoch: -1, lastProducerEpoch: -1, state: 'Empty' }, [99, 12])).toEqual({
    do: 'epoch',
    producerEpoch: 0,
    lastProducerEpoch: -1,
  });
});

test('the id that is over may come with its last epoch alone', () => {
  const changed = { producerEpoch: 0, lastProducerEpoch: 32_766 };
  expect(judge(changed, [6, 32_766])).toEqual({ do: 'epoch', producerEpoch: 0, lastProducerEpoch: 32_766 });
  expect(judge(changed, [6, 32_765])).toEqual(fenced);
});

test('epochs that are used up take another producer id', () => {
  expect(judge({ producerEpoch: 32_766 })).toEqual({ do: 'rotate', keepsLastEpoch: false });
  expect(judge({ producerEpoch: 32_766 }, [7, 32_766])).toEqual({ do: 'rotate', keepsLastEpoch: true });
  // It asks again for what it was given.
  expect(judge({ producerEpoch: 32_766, lastProducerEpoch: 32_765 }, [7, 32_765])).toEqual({
    do: 'epoch',
    producerEpoch: 32_766,
    lastProducerEpoch: 32_765,
  });
});

test('what is open is aborted first, and what is decided or under way is waited for', () => {
  expect(judge({ state: 'Ongoing' })).toEqual({ do: 'abort' });
  expect(judge({ state: 'Ongoing' }, [8, 5])).toEqual(fenced);
  for (const state of ['PrepareCommit', 'PrepareAbort'] as const) expect(judge({ state })).toEqual(again);
  expect(judgeInit(base, true, { producerId: 99, producerEpoch: 0 })).toEqual(again);
});
