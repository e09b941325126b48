import { expect, test } from 'vitest';
import { WindowCache } from '#millrace/file/window-cache.js';
import { encodeTransactionIndex, TransactionIndex } from '#millrace/index/transaction-index.js';
import { SegmentTransactions } from '#millrace/segment/segment-transactions.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { codeOf } from '../support/test-producer.ts';

const PATH = '/log/00000000000000000010.txnindex';
const entry = (
  offset: number,
): { producerId: number; firstOffset: number; lastOffset: number; lastStableOffset: number } => ({
  producerId: 1,
  firstOffset: offset - 1,
  lastOffset: offset,
  lastStableOffset: offset + 1,
});

function segmentWith(bytes?: Uint8Array): { system: MemoryFileSystem; transactions: SegmentTransactions } {
  const system = new MemoryFileSystem();
  system.makeDirectory('/log');
  if (bytes !== undefined) put(system, bytes);
  return { system, transactions: new SegmentTransactions({ system, cache: new WindowCache(system) }, PATH, 10) };
}

function put(system: MemoryFileSystem, bytes: Uint8Array): void {
  const file = system.open(PATH, 'a+');
  file.write(bytes, 0, bytes.length, 0);
  file.close();
}

test('without a file there are none, and it is looked for once', () => {
  const { system, transactions } = segmentWith();
  expect(transactions.all).toEqual([]);
  put(system, encodeTransactionIndex([entry(12)]));
  expect(transactions.all).toEqual([]);
  transactions.leave();
  expect(transactions.all).toEqual([entry(12)]);
});

test('what is added comes behind what the file has, and goes there alone', () => {
  const { system, transactions } = segmentWith(encodeTransactionIndex([entry(12)]));
  expect(transactions.all).toEqual([entry(12)]);
  expect(transactions.growing).toBeNull();
  transactions.add(entry(14));
  transactions.add(entry(16));
  expect(transactions.all).toEqual([entry(12), entry(14), entry(16)]);
  expect(transactions.growing!.unpersisted).toBe(2);
  const file = system.open(PATH, 'a+');
  transactions.growing!.persist(file);
  file.close();
  expect(transactions.growing!.unpersisted).toBe(0);
  transactions.leave();
  expect(transactions.all).toEqual([entry(12), entry(14), entry(16)]);
});

test('a file that is none of the segment is refused, and can be kept out of the way', () => {
  const { transactions } = segmentWith(encodeTransactionIndex([entry(5)]));
  expect(codeOf(() => transactions.all)).toBe('ERR_MILLRACE_CORRUPT');
  transactions.keep(new TransactionIndex([entry(12)], 0));
  expect(transactions.all).toEqual([entry(12)]);
});

test('a file that was replaced is read again when it was forgotten', () => {
  const { system, transactions } = segmentWith(encodeTransactionIndex([entry(12)]));
  expect(transactions.all).toHaveLength(1);
  put(system, encodeTransactionIndex([entry(12), entry(14)]));
  expect(transactions.all).toHaveLength(1);
  transactions.forget();
  expect(transactions.all).toHaveLength(2);
});
