import { expect, test } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { OpenBatchSlot, type OpenBatchLog } from '#millrace/log/open-batch-slot.js';
import type { Receipt } from '#millrace/log/receipt.js';
import { TestOwner } from '../support/batch-owner.ts';

const RECEIPT = { baseOffset: 0, lastOffset: 0, logAppendTime: -1 } as Receipt;
const PLAN = {
  baseOffset: 0,
  leaderEpoch: 0,
  timestamp: 0,
  timestampType: 'CreateTime',
  batchBytesMax: 1000,
  // In memory, so that no segment is needed.
  codec: 'gzip',
  roll: { segmentBytes: 1000, segmentMs: 1000 },
} as const;

function slotOf(publish: () => Receipt): OpenBatchSlot {
  const log = { isClosed: false, publish, roll: () => undefined, judge: (error: unknown) => error };
  return new OpenBatchSlot(log as unknown as OpenBatchLog);
}

function failing(code: 'ERR_MILLRACE_NO_SPACE' | 'ERR_MILLRACE_IO' | 'ERR_MILLRACE_TOO_LARGE'): () => Receipt {
  return () => {
    throw new MillraceError(code, 'as the test wants it');
  };
}

test('a batch is there until it is sealed, given up, or forgotten without a record', () => {
  const slot = slotOf(() => RECEIPT);
  expect(slot.isEmpty).toBe(true);
  slot.clear();
  slot.drop(new Error('of nothing'));
  const owner = new TestOwner();
  slot.open(PLAN, owner);
  expect(slot.isEmpty).toBe(false);
  slot.clear();
  expect(slot.isEmpty).toBe(true);
  expect(owner).toEqual({ receipts: [], errors: [] });
  slot.open(PLAN, owner).add({ value: 'a' }, 1);
  slot.clear();
  expect(owner.receipts).toEqual([RECEIPT]);
  slot.open(PLAN, owner).add({ value: 'a' }, 1);
  const error = new Error('given up');
  slot.drop(error);
  expect(owner.errors).toEqual([error]);
  expect(slot.isEmpty).toBe(true);
});

test.each(['ERR_MILLRACE_NO_SPACE', 'ERR_MILLRACE_IO'] as const)('after %s it is open still', (code) => {
  const slot = slotOf(failing(code));
  const owner = new TestOwner();
  const batch = slot.open(PLAN, owner);
  batch.add({ value: 'a' }, 1);
  expect(() => slot.clear()).toThrow('as the test wants it');
  expect(() => batch.seal()).toThrow('as the test wants it');
  expect(batch.isOpen).toBe(true);
  expect(owner).toEqual({ receipts: [], errors: [] });
});

test('what will not pass loses the batch: who seals it is told, and who wants to pass it goes on', () => {
  for (const seal of [true, false]) {
    const slot = slotOf(failing('ERR_MILLRACE_TOO_LARGE'));
    const owner = new TestOwner();
    const batch = slot.open(PLAN, owner);
    batch.add({ value: 'a' }, 1);
    if (seal) expect(() => batch.seal()).toThrow('as the test wants it');
    else slot.clear();
    expect(owner.errors).toMatchObject([{ code: 'ERR_MILLRACE_TOO_LARGE' }]);
    expect(slot.isEmpty).toBe(true);
  }
});
