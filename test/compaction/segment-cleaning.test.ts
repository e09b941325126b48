/** Cleaning of groups with transactions: what the log itself cannot make yet is handed in, as the worker gets it. */
import { expect, test } from 'vitest';
import type { FilterRules } from '#millrace/compaction/batch-filter.js';
import { transactionsFrom } from '#millrace/compaction/cleaned-transactions.js';
import { Brake, newControl } from '#millrace/compaction/compaction-control.js';
import { indexDirtyKeys } from '#millrace/compaction/key-indexing.js';
import { OffsetMap } from '#millrace/compaction/offset-map.js';
import { cleanSegments } from '#millrace/compaction/segment-cleaning.js';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { decodeTransactionIndex } from '#millrace/index/transaction-index.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const DIRECTORY = '/t-0';
const NOW = 1_000_000;
const indexes = { intervalBytes: 100, bytesMax: 1 << 20 };

interface Producer {
  readonly producerId?: number;
  readonly transactional?: boolean;
}

function data(
  baseOffset: number,
  entries: readonly (readonly [string | null, string | null])[],
  producer: Producer = {},
) {
  const [batch] = encodeBatches(
    entries.map(([key, value]) => ({ key, value })),
    {
      baseOffset,
      leaderEpoch: 0,
      timestamp: 500,
      timestampType: 'CreateTime',
      batchBytesMax: 10_000,
      compression: 'none',
      ...(producer.producerId === undefined ? {} : { ...producer, producerEpoch: 0, baseSequence: 7 }),
    },
  );
  return batch;
}

function marker(baseOffset: number, type: 'commit' | 'abort', producerId: number): Uint8Array {
  return encodeControlBatch({
    type,
    coordinatorEpoch: 0,
    producerId,
    producerEpoch: 0,
    baseOffset,
    leaderEpoch: 0,
    timestamp: 600,
  });
}

/** Compacts one segment from offset 0 on of these batches; all of it is dirty. */
function clean(
  batches: readonly Uint8Array[],
  options: Partial<FilterRules> & { aborted?: readonly [number, number, number][] } = {},
) {
  const system = new MemoryFileSystem();
  system.makeDirectory(DIRECTORY);
  const bytes = Buffer.concat(batches);
  const path = `${DIRECTORY}/${'0'.repeat(20)}`;
  const file = system.open(`${path}.log`, 'w+');
  file.write(bytes, 0, bytes.length, 0);
  file.close();
  const segments = [{ baseOffset: 0, size: bytes.length, endOffset: 100 }];
  const { aborted: pairs = [], ...rules } = options;
  const aborted = pairs.map(([producerId, firstOffset, lastOffset]) => ({
    producerId,
    firstOffset,
    lastOffset,
    lastStableOffset: lastOffset,
  }));
  const map = new OffsetMap(OffsetMap.allocate(10_000, 100));
  const brake = new Brake(newControl(0));
  indexDirtyKeys(system, map, { directory: DIRECTORY, segments, startOffset: 0, aborted }, brake);
  expect(map.latestOffset).toBe(99);
  const report = cleanSegments(
    system,
    map,
    {
      directory: DIRECTORY,
      segments,
      transactions: transactionsFrom(aborted, 0),
      rules: { producers: [], highWatermark: 1000, now: NOW, deleteRetentionMs: 100, ...rules },
      indexes,
    },
    brake,
  );
  expect(system.openFiles).toBe(0);
  const read = (suffix: string): Buffer => {
    const found = system.open(`${path}${suffix}.cleaned`, 'r');
    const content = Buffer.alloc(found.size());
    found.read(content, 0, content.length, 0);
    found.close();
    return content;
  };
  const log = read('.log');
  const left = Array.from(new BatchRun(byteWindow(log), 0, log.length, 0), (batch) => {
    batch.ensureValid();
    return {
      offsets: Array.from(batch, ({ offset }) => offset),
      last: batch.lastOffset,
      horizon: batch.hasDeleteHorizon ? batch.baseTimestamp : null,
      sequence: batch.baseSequence,
    };
  });
  const hasIndex = system.exists(`${path}.txnindex.cleaned`);
  return { report, left, log, aborted: hasIndex ? decodeTransactionIndex(read('.txnindex'), path, 0) : [] };
}

const offsetsOf = (left: readonly { offsets: readonly number[] }[]): (readonly number[])[] =>
  left.map(({ offsets }) => offsets);

test('aborted data goes and does not outdate what was committed before it', () => {
  const { left, aborted } = clean(
    [
      data(0, [['a', 'kept']]),
      data(
        1,
        [
          ['a', 'aborted'],
          ['b', 'aborted'],
        ],
        { producerId: 1, transactional: true },
      ),
      marker(3, 'abort', 1),
    ],
    { aborted: [[1, 1, 3]] },
  );
  expect(offsetsOf(left)).toEqual([[0], [3]]);
  // Data was there: the entry stays with the marker.
  expect(aborted).toMatchObject([{ producerId: 1, firstOffset: 1, lastOffset: 3 }]);
});

test('a marker stays while data of its transaction is there, then until its horizon', () => {
  const committed = data(0, [['a', 'x']], { producerId: 1, transactional: true });
  const first = clean([committed, marker(1, 'commit', 1)]);
  expect(first.left).toMatchObject([
    { offsets: [0], horizon: null },
    { offsets: [1], horizon: null },
  ]);
  // Its data is outdated, but was there when the pass came by.
  const second = clean([committed, marker(1, 'commit', 1), data(2, [['a', 'y']])]);
  expect(second.left).toMatchObject([{ offsets: [1], horizon: null }, { offsets: [2] }]);
  const third = clean([second.log]);
  expect(third.left).toMatchObject([{ offsets: [1], horizon: NOW + 100 }, { offsets: [2] }]);
  expect(clean([third.log], { now: NOW + 99 }).left).toMatchObject([
    { offsets: [1], horizon: NOW + 100 },
    { offsets: [2] },
  ]);
  expect(offsetsOf(clean([third.log], { now: NOW + 100 }).left)).toEqual([[2]]);
});

test('markers are not keys: two with the same bytes do not outdate each other, nor data (R 675ed6e77c, R 4ce65523af)', () => {
  const key = Buffer.from([0, 0, 0, 1]).toString('latin1');
  const { left } = clean([
    data(0, [[key, 'data']]),
    data(1, [['x', '1']], { producerId: 1, transactional: true }),
    marker(2, 'commit', 1),
    data(3, [['y', '1']], { producerId: 2, transactional: true }),
    marker(4, 'commit', 2),
  ]);
  expect(offsetsOf(left)).toEqual([[0], [1], [2], [3], [4]]);
});

test("a producer's last batch stays, if need be without records, so that its sequence goes on", () => {
  const batches = [
    data(
      0,
      [
        ['a', '1'],
        ['b', '1'],
      ],
      { producerId: 5 },
    ),
    data(2, [
      ['a', '2'],
      ['b', '2'],
    ]),
  ];
  expect(offsetsOf(clean(batches).left)).toEqual([[2, 3]]);
  const producers = [{ producerId: 5, producerEpoch: 0, lastDataOffset: 1 }];
  const { left, report } = clean(batches, { producers });
  expect(left).toEqual([
    { offsets: [], last: 1, horizon: null, sequence: 7 },
    { offsets: [2, 3], last: 3, horizon: null, sequence: -1 },
  ]);
  expect(report.recordsKept).toBe(2);
  // And it stays so when it is compacted again.
  expect(clean([clean(batches, { producers }).log], { producers }).left).toEqual(left);
});

test('the last marker of a producer that wrote nothing since keeps its epoch', () => {
  const producers = [{ producerId: 5, producerEpoch: 0, lastDataOffset: -1 }];
  const { log } = clean([marker(0, 'commit', 5), data(1, [['a', 'x']])]);
  expect(offsetsOf(clean([log], { now: NOW + 100 }).left)).toEqual([[1]]);
  const kept = clean([log], { now: NOW + 100, producers }).left;
  expect(kept).toMatchObject([{ offsets: [], last: 0 }, { offsets: [1] }]);
});

test('the batch at the high watermark stays, others that are empty do not (R 55d2ae26b7, K-20452)', () => {
  const batches = [data(0, [['a', null]]), data(1, [[null, 'no key']]), data(2, [[null, 'no key']])];
  expect(offsetsOf(clean(batches).left)).toEqual([[0]]);
  expect(clean(batches, { highWatermark: 3 }).left).toMatchObject([{ offsets: [0] }, { offsets: [], last: 2 }]);
  expect(clean(batches).report.recordsWithoutKey).toBe(2);
});

test('batches of which all stays are the same to the byte', () => {
  const batches = [
    data(0, [
      ['a', '1'],
      ['b', ''],
    ]),
    data(2, [['c', '3']], { producerId: 9 }),
  ];
  expect(clean(batches).log.equals(Buffer.concat(batches))).toBe(true);
});

test('a tombstone makes its batch be written anew, once', () => {
  const first = clean([
    data(0, [
      ['a', '1'],
      ['b', null],
    ]),
  ]);
  expect(first.left).toMatchObject([{ offsets: [0, 1], horizon: NOW + 100 }]);
  const second = clean([first.log], { now: NOW + 50 });
  expect(second.log.equals(first.log)).toBe(true);
  expect(clean([first.log], { now: NOW + 100 }).left).toMatchObject([{ offsets: [0], horizon: NOW + 100 }]);
});
