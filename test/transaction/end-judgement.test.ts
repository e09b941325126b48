import { expect, test } from 'vitest';
import { judgeEnd } from '#millrace/transaction/end-judgement.js';
import {
  newMetadata,
  type TransactionMetadata,
  type TransactionVersion,
} from '#millrace/transaction/transaction-metadata.js';
import type { TransactionState } from '#millrace/transaction/transaction-state.js';

const base = { ...newMetadata(7, 1_000, 0), producerEpoch: 5, lastProducerEpoch: 4 };

function verdicts(metadata: TransactionMetadata, clientVersion: TransactionVersion, epochs: number[]): string[] {
  return (['abort', 'commit'] as const).flatMap((type) =>
    epochs.map((producerEpoch) => {
      const request = { transactionalId: 'a', producerId: 7, producerEpoch, type, clientVersion };
      const verdict = judgeEnd(metadata, false, request);
      return typeof verdict === 'string'
        ? verdict
        : (verdict.error ?? `${verdict.producerId}/${verdict.producerEpoch}`);
    }),
  );
}

const [fenced, wrong, wait] = ['PRODUCER_FENCED', 'INVALID_TXN_STATE', 'CONCURRENT_TRANSACTIONS'];

test('as of KIP-890: by state, with the epoch before, the current one and the next', () => {
  const expected: [TransactionState, string[]][] = [
    // An abort with epochs 4, 5, 6; then a commit with them.
    ['Empty', [fenced, 'PrepareAbort', fenced, fenced, wrong, fenced]],
    ['Ongoing', [fenced, 'PrepareAbort', fenced, fenced, 'PrepareCommit', fenced]],
    ['PrepareCommit', [wrong, fenced, fenced, wait, fenced, fenced]],
    ['PrepareAbort', [wait, fenced, fenced, wrong, fenced, fenced]],
    ['CompleteCommit', [wrong, 'PrepareAbort', fenced, '7/5', wrong, fenced]],
    ['CompleteAbort', ['7/5', 'PrepareAbort', fenced, wrong, wrong, fenced]],
  ];
  for (const [state, verdict] of expected) expect(verdicts({ ...base, state }, 2, [4, 5, 6]), state).toEqual(verdict);
});

test('before it: by state, with the current epoch alone', () => {
  const expected: [TransactionState, string[]][] = [
    ['Empty', [fenced, wrong, fenced, fenced, wrong, fenced]],
    ['Ongoing', [fenced, 'PrepareAbort', fenced, fenced, 'PrepareCommit', fenced]],
    ['PrepareCommit', [fenced, wrong, fenced, fenced, wait, fenced]],
    ['PrepareAbort', [fenced, wait, fenced, fenced, wrong, fenced]],
    ['CompleteCommit', [fenced, wrong, fenced, fenced, '-1/-1', fenced]],
    ['CompleteAbort', [fenced, '-1/-1', fenced, fenced, wrong, fenced]],
  ];
  for (const version of [0, 1] as const) {
    for (const [state, verdict] of expected)
      expect(verdicts({ ...base, state }, version, [4, 5, 6]), state).toEqual(verdict);
  }
});

test('a retry over a change of producer ids is known by the last epoch of the old one', () => {
  const state = 'CompleteCommit';
  const changed = {
    ...base,
    producerId: 8,
    previousProducerId: 7,
    producerEpoch: 0,
    lastProducerEpoch: 32_766,
    state,
  } as const;
  const mapping = 'INVALID_PRODUCER_ID_MAPPING';
  expect(verdicts(changed, 2, [32_766, 32_765])).toEqual([wrong, mapping, '8/0', mapping]);
  expect(verdicts({ ...changed, previousProducerId: 6 }, 2, [32_766])).toEqual([mapping, mapping]);
});

test('while a change is under way, everybody comes again', () => {
  const request = { transactionalId: 'a', producerId: 7, producerEpoch: 5, type: 'commit', clientVersion: 2 } as const;
  expect(judgeEnd(base, true, request)).toMatchObject({ error: wait });
  // The id that comes with version 2 may be the one that the change is to; before it, an unknown id is none.
  expect(judgeEnd(base, true, { ...request, producerId: 8 })).toMatchObject({ error: wait });
  expect(judgeEnd(base, true, { ...request, producerId: 8, clientVersion: 1 })).toMatchObject({
    error: 'INVALID_PRODUCER_ID_MAPPING',
  });
  expect(judgeEnd(base, true, { ...request, clientVersion: 1 })).toMatchObject({ error: wait });
});

test('an id that is being forgotten is nobody’s', () => {
  expect(verdicts({ ...base, state: 'Dead' }, 2, [5])).toEqual([fenced, fenced]);
});
