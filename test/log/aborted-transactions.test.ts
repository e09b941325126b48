import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { decodeTransactionIndex, encodeTransactionIndex } from '#millrace/index/transaction-index.js';
import { writeTransactionIndex } from '#millrace/log/aborted-transactions.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { numbered, TempLog } from '../support/temp-log.ts';
import { TestProducer } from '../support/test-producer.ts';

const segment = (offset: number): string => `${String(offset).padStart(20, '0')}.txnindex`;

/** Ten transactions of one producer, each aborted in the next segment: [0..1] [2..4] [5..7] ... */
function filled(): { rig: TempLog; producer: TestProducer } {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 8, true);
  for (let i = 0; i < 10; i++) {
    producer.append(2);
    rig.log.roll();
    producer.end('abort');
  }
  return { rig, producer };
}

test('an entry stands in the segment of the marker, and is found from where the records are', () => {
  const { rig } = filled();
  expect(rig.names('.txnindex')).toEqual(Array.from({ length: 9 }, (_, i) => segment(2 + 3 * i)));
  const found = (from: number, to: number): number[] =>
    rig.log.abortedTransactions(from, to).map(({ firstOffset }) => firstOffset);
  expect(found(0, 1)).toEqual([0]);
  expect(found(1, 3)).toEqual([0]);
  expect(found(2, 3)).toEqual([0]);
  expect(found(3, 4)).toEqual([3]);
  expect(found(0, 30)).toEqual([0, 3, 6, 9, 12, 15, 18, 21, 24, 27]);
  const bytes = readFileSync(rig.path(segment(2)));
  expect(decodeTransactionIndex(bytes, 'x', 2)).toEqual([
    { producerId: 8, firstOffset: 0, lastOffset: 2, lastStableOffset: 3 },
  ]);
});

test('a committed transaction has none, nor has a log without transactions', () => {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 8, true);
  producer.append(1);
  producer.end('commit');
  producer.end('abort');
  rig.log.roll();
  rig.log.append(numbered(1));
  expect(rig.log.abortedTransactions(0, 4)).toEqual([]);
  expect(rig.names('.txnindex')).toEqual([]);
});

test('an index that is not right is made again from the log', async () => {
  const { rig, producer } = filled();
  const before = rig.log.abortedTransactions(0, 30);
  await rig.log.close();
  writeFileSync(rig.path(segment(5)), Buffer.alloc(20, 1));
  writeFileSync(rig.path(segment(29)), Buffer.alloc(35, 1));
  rig.open();
  expect(rig.log.abortedTransactions(0, 30)).toEqual(before);
  producer.append(1);
  producer.end('abort');
  expect(rig.log.abortedTransactions(0, 32)).toHaveLength(11);
  await rig.reopen();
  expect(rig.log.abortedTransactions(0, 32)).toHaveLength(11);
  expect(decodeTransactionIndex(readFileSync(rig.path(segment(29))), 'x', 29)).toHaveLength(2);
});

test('an index file is put in place as a whole; no entries, no file', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory('/log');
  const entry = (offset: number): Parameters<typeof writeTransactionIndex>[3][0] => ({
    producerId: 1,
    firstOffset: offset,
    lastOffset: offset + 1,
    lastStableOffset: offset + 2,
  });
  const path = `/log/${segment(0)}`;
  writeTransactionIndex(system, '/log', 0, [entry(1), entry(3)], true);
  expect(system.sizeOf(path)).toBe(68);
  writeTransactionIndex(system, '/log', 0, [entry(5)], false);
  const bytes = Buffer.alloc(34);
  system.open(path, 'r').read(bytes, 0, 34, 0);
  expect(bytes.equals(encodeTransactionIndex([entry(5)]))).toBe(true);
  writeTransactionIndex(system, '/log', 0, [], false);
  expect(system.exists(path)).toBe(false);
});
