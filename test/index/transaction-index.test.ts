import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  collectAborted,
  decodeTransactionIndex,
  encodeTransactionIndex,
  TRANSACTION_ENTRY_SIZE,
} from '#millrace/index/transaction-index.js';

const first = { producerId: 5, firstOffset: 10, lastOffset: 19, lastStableOffset: 12 };
const second = { producerId: 9_007_199_254_740_991, firstOffset: 12, lastOffset: 30, lastStableOffset: 31 };

test('entries go to bytes and back', () => {
  const bytes = encodeTransactionIndex([first, second]);
  expect(bytes).toHaveLength(2 * TRANSACTION_ENTRY_SIZE);
  expect(Buffer.from(bytes).subarray(0, 10).toString('hex')).toBe('00000000000000000005');
  expect(decodeTransactionIndex(bytes, 'x.txnindex', 10)).toEqual([first, second]);
  expect(decodeTransactionIndex(new Uint8Array(0), 'x.txnindex', 0)).toEqual([]);
});

test('a file that Kafka wrote comes out the same when it is written again', () => {
  const fixture = '../fixture/kafka-4.2/clean/log-dir/transactions-0/00000000000000000017.txnindex';
  const bytes = readFileSync(fileURLToPath(new URL(fixture, import.meta.url)));
  const transactions = decodeTransactionIndex(bytes, fixture, 17);
  expect(transactions.length).toBe(bytes.length / TRANSACTION_ENTRY_SIZE);
  expect(Buffer.from(encodeTransactionIndex(transactions)).equals(bytes)).toBe(true);
});

test.each([
  ['torn inside an entry', (bytes: Uint8Array) => bytes.subarray(0, 40), 34],
  ['of another version', (bytes: Uint8Array) => Object.assign(bytes, { 1: 7 }), 0],
  ['of another segment', (bytes: Uint8Array) => bytes, 0],
  ['of zeros', (bytes: Uint8Array) => bytes.fill(0), 0],
  ['of zeros from somewhere on', (bytes: Uint8Array) => bytes.fill(0, 40), 34],
  ['out of order', (bytes: Uint8Array) => Buffer.concat([bytes.subarray(34), bytes.subarray(0, 34)]), 34],
  ['stable past its marker', (bytes: Uint8Array) => Object.assign(bytes, { 32: 1 }), 0],
])('an index that is %s is refused with its path and the position', (name, spoil, position) => {
  const bytes = spoil(encodeTransactionIndex([first, second]));
  const decode = (): unknown => decodeTransactionIndex(bytes, 'x.txnindex', name === 'of another segment' ? 25 : 0);
  expect(decode).toThrow('x.txnindex');
  try {
    decode();
  } catch (error) {
    expect(error).toMatchObject({ code: 'ERR_MILLRACE_CORRUPT', path: 'x.txnindex', position });
  }
});

test('a reader is told of the transactions that overlap what it reads', () => {
  const all = [first, second];
  expect(collectAborted(all, 0, 10)).toEqual({ transactions: [], complete: true });
  expect(collectAborted(all, 0, 11)).toEqual({ transactions: [first], complete: true });
  expect(collectAborted(all, 19, 25)).toEqual({ transactions: [first, second], complete: true });
  expect(collectAborted(all, 20, 31)).toEqual({ transactions: [second], complete: true });
  expect(collectAborted(all, 20, 40)).toEqual({ transactions: [second], complete: false });
  expect(collectAborted(all, 31, 40)).toEqual({ transactions: [], complete: false });
});
