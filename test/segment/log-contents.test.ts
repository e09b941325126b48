import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { logContents, type LogRow } from '#millrace/segment/log-contents.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { readyBatches } from '../support/temp-log.ts';

const system = new DiskFileSystem();

function rows(bytes: Buffer, records = true): LogRow[] {
  const path = join(temporaryDirectory(), 'log');
  writeFileSync(path, bytes);
  return [...logContents(system, path, { records })];
}

const batch = readyBatches(
  [
    { key: 'k', value: 'v', headers: { h: null }, timestamp: 5 },
    { value: null, timestamp: 9 },
  ],
  {
    baseOffset: 3,
    leaderEpoch: 2,
    producerId: 8,
    producerEpoch: 1,
    baseSequence: 0x7fff_ffff,
    compression: 'gzip',
  },
);
const marker = Buffer.from(
  encodeControlBatch({
    type: 'abort',
    coordinatorEpoch: 4,
    producerId: 8,
    producerEpoch: 1,
    baseOffset: 5,
    leaderEpoch: 2,
    timestamp: 10,
  }),
);

test('a batch, its records, and a marker', () => {
  const [first, one, two, second, end] = rows(Buffer.concat([batch, marker]));
  expect(first).toMatchObject({
    kind: 'batch',
    baseOffset: 3,
    lastOffset: 4,
    count: 2,
    baseSequence: 0x7fff_ffff,
    lastSequence: 0,
    producerId: 8,
    producerEpoch: 1,
    partitionLeaderEpoch: 2,
    isTransactional: false,
    isControl: false,
    deleteHorizonMs: null,
    position: 0,
    timestampType: 'CreateTime',
    timestamp: 9,
    size: batch.length,
    magic: 2,
    compresscodec: 'gzip',
    crc: batch.readUInt32BE(17),
    isvalid: true,
  });
  expect(one).toMatchObject({
    kind: 'record',
    offset: 3,
    timestamp: 5,
    keySize: 1,
    valueSize: 1,
    sequence: 0x7fff_ffff,
    control: null,
  });
  expect(one).toMatchObject({ headers: [{ key: 'h', value: null }], key: Buffer.from('k'), value: Buffer.from('v') });
  expect(two).toMatchObject({
    kind: 'record',
    offset: 4,
    keySize: -1,
    valueSize: -1,
    sequence: 0,
    key: null,
    value: null,
  });
  expect(second).toMatchObject({ kind: 'batch', isControl: true, isTransactional: true, position: batch.length });
  expect(end).toMatchObject({
    kind: 'record',
    offset: 5,
    sequence: -1,
    control: { type: 'ABORT', coordinatorEpoch: 4 },
  });
});

test('without records there are batches only, and reserved bytes are no damage', () => {
  const kinds = rows(Buffer.concat([batch, marker, Buffer.alloc(100)]), false).map(({ kind }) => kind);
  expect(kinds).toEqual(['batch', 'batch', 'reserved']);
});

test('damage is told where it is, and what is whole behind it is shown', () => {
  const flipped = Buffer.concat([batch, marker]);
  flipped[70] ^= 1;
  expect(rows(flipped).map(({ kind }) => kind)).toEqual(['batch', 'damage', 'batch', 'record']);
  const garbage = Buffer.concat([batch, Buffer.alloc(80, 0xee), marker, marker.subarray(0, 40)]);
  const found = rows(garbage, false);
  expect(found.map(({ kind }) => kind)).toEqual(['batch', 'damage', 'batch', 'damage']);
  expect(found[1]).toMatchObject({ position: batch.length });
  expect(found[3]).toMatchObject({ position: batch.length + 80 + marker.length });
});
