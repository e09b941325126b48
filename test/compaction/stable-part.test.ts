import { writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { abortedTransactions, lastRecords, lastStableOffset } from '#millrace/compaction/stable-part.js';
import { encodeTransactionIndex } from '#millrace/index/transaction-index.js';
import { numbered, TempLog } from '../support/temp-log.ts';

const abort = (producerId: number, firstOffset: number, lastOffset: number, stable = lastOffset + 1) => ({
  producerId,
  firstOffset,
  lastOffset,
  lastStableOffset: stable,
});

test('without a state of producers all of a log is stable', () => {
  const { log } = new TempLog();
  log.append(numbered(3));
  expect(lastStableOffset(log)).toBe(3);
  expect(lastRecords(log)).toEqual([]);
});

test('aborted transactions are those of all segments that overlap, the active one too', () => {
  const rig = new TempLog();
  for (let i = 0; i < 3; i++) {
    rig.log.append(numbered(10));
    if (i < 2) rig.log.roll();
  }
  const write = (base: string, ...entries: ReturnType<typeof abort>[]): void =>
    writeFileSync(rig.path(`${base.padStart(20, '0')}.txnindex`), encodeTransactionIndex(entries));
  write('0', abort(1, 0, 5, 3));
  write('10', abort(2, 4, 12, 4));
  write('20', abort(3, 11, 25, 11));
  const found = (from: number, to: number): number[] =>
    abortedTransactions(rig.system, rig.log, from, to).map(({ producerId }) => producerId);
  expect(found(0, 30)).toEqual([1, 2, 3]);
  expect(found(10, 20)).toEqual([2, 3]);
  expect(found(0, 10)).toEqual([1, 2]);
  expect(found(20, 30)).toEqual([3]);
});
