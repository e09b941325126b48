import { expect, test } from 'vitest';
import { encodeTransactionIndex } from '#millrace/index/transaction-index.js';
import { OffsetIndex } from '#millrace/index/offset-index.js';
import { TimeIndex } from '#millrace/index/time-index.js';
import {
  offsetIndexContents,
  timeIndexContents,
  transactionIndexContents,
  wholeEntries,
} from '#millrace/segment/index-contents.js';

const offsets = new OffsetIndex(100);
for (const [offset, position] of [
  [107, 500],
  [120, 1024],
  [133, 65_536],
])
  offsets.append(offset, position);
const times = new TimeIndex(100);
for (const [timestamp, offset] of [
  [1_700_000_000_000, 107],
  [1_700_000_000_256, 356],
])
  times.maybeAppend(timestamp, offset);

test('offset entries are absolute; what is reserved and what is cut is told with its position', () => {
  const rows = [
    { kind: 'offsetEntry', offset: 107, position: 500 },
    { kind: 'offsetEntry', offset: 120, position: 1024 },
    { kind: 'offsetEntry', offset: 133, position: 65_536 },
  ];
  expect([...offsetIndexContents(offsets.bytes, 100)]).toEqual(rows);
  const padded = Buffer.concat([offsets.bytes, Buffer.alloc(40)]);
  expect([...offsetIndexContents(padded, 100)]).toEqual([...rows, { kind: 'reserved', position: 24, bytes: 40 }]);
  expect([...offsetIndexContents(offsets.bytes.subarray(0, 21), 100)]).toEqual([
    ...rows.slice(0, 2),
    { kind: 'damage', position: 16, message: 'the file ends after 5 bytes of an entry' },
  ]);
});

test('entries out of order are told and shown', () => {
  const bytes = Buffer.from(offsets.bytes);
  bytes.writeUInt32BE(3, 8);
  expect([...offsetIndexContents(bytes, 100)].map(({ kind }) => kind)).toEqual([
    'offsetEntry',
    'damage',
    'offsetEntry',
    'offsetEntry',
  ]);
  const late = Buffer.from(times.bytes);
  late.writeUInt32BE(0, 4);
  expect([...timeIndexContents(late, 100)]).toHaveLength(2);
  late.writeUInt32BE(0xffff_ffff, 4);
  expect([...timeIndexContents(late, 100)][1]).toMatchObject({ kind: 'damage', position: 12 });
});

test('time entries and aborted transactions', () => {
  expect([...timeIndexContents(Buffer.concat([times.bytes, Buffer.alloc(24)]), 100)]).toEqual([
    { kind: 'timeEntry', timestamp: 1_700_000_000_000, offset: 107 },
    { kind: 'timeEntry', timestamp: 1_700_000_000_256, offset: 356 },
    { kind: 'reserved', position: 24, bytes: 24 },
  ]);
  const aborted = { producerId: 7, firstOffset: 101, lastOffset: 110, lastStableOffset: 111 };
  const bytes = Buffer.concat([encodeTransactionIndex([aborted, aborted]), Buffer.alloc(3)]);
  bytes.writeInt16BE(9, 34);
  expect([...transactionIndexContents(bytes, 'x.txnindex', 100)]).toEqual([
    { kind: 'abortedTransaction', version: 0, ...aborted },
    { kind: 'damage', position: 34, message: 'no entry of a transaction index' },
    { kind: 'damage', position: 68, message: 'the file ends after 3 bytes of an entry' },
  ]);
});

test('a last entry that ends with zeros is whole', () => {
  expect(wholeEntries(offsets.bytes, 8)).toHaveLength(24);
  expect(wholeEntries(times.bytes, 12)).toHaveLength(24);
  expect(wholeEntries(Buffer.alloc(64), 8)).toHaveLength(0);
});
