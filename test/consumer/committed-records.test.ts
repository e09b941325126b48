/** Readers of committed records, over logs that Kafka wrote and over ones made here. */
import { cpSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { committedOnly } from '#millrace/consumer/committed-records.js';
import { openStore, type Consumer, type Store } from '#millrace/main.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import type { RecordBatch } from '#millrace/record/record-batch.js';
import type { RecordInput } from '#millrace/types.js';
import { expectedLog, FIXTURE, recordsAsExpected, type ExpectedLog } from '../compat/expected-log.ts';
import { readyBatches, type TempLog } from '../support/temp-log.ts';
import { openRig, ORDERS, turn, until, type Rig } from './consumer-fixture.ts';

type Log = Pick<TempLog['log'], 'endOffset' | 'appendBatches'>;

const sequences = new WeakMap<Log, Map<number, number>>();

function appendData(log: Log, producerId: number, ...values: string[]): void {
  const records: RecordInput[] = values.map((value) => ({ value }));
  const known = sequences.get(log) ?? new Map<number, number>();
  const baseSequence = known.get(producerId) ?? 0;
  sequences.set(log, known.set(producerId, baseSequence + values.length));
  const producer = { transactional: true, producerId, producerEpoch: 0, baseSequence };
  log.appendBatches(readyBatches(records, { baseOffset: log.endOffset, ...producer }));
}

function appendMarker(log: Log, producerId: number, type: 'commit' | 'abort'): void {
  const place = { baseOffset: log.endOffset, leaderEpoch: 0, timestamp: 0 };
  const marker = encodeControlBatch({ type, coordinatorEpoch: 0, producerId, producerEpoch: 0, ...place });
  log.appendBatches(marker, { allowControl: true });
}

describe('of a list of aborted transactions', () => {
  const batch = (producerId: number, baseOffset: number): RecordBatch => ({ producerId, baseOffset }) as RecordBatch;

  test('a batch is shown unless its producer has one that reaches over it', () => {
    const aborted = [
      { producerId: 1, firstOffset: 2, lastOffset: 5, lastStableOffset: 3 },
      { producerId: 1, firstOffset: 8, lastOffset: 9, lastStableOffset: 10 },
      { producerId: 2, firstOffset: 3, lastOffset: 7, lastStableOffset: 8 },
    ];
    const isShown = committedOnly(aborted)!;
    const shown = (producerId: number): number[] =>
      Array.from({ length: 12 }, (_, offset) => offset).filter((offset) => isShown(batch(producerId, offset)));
    expect(shown(1)).toEqual([0, 1, 5, 6, 7, 9, 10, 11]);
    expect(shown(2)).toEqual([0, 1, 2, 7, 8, 9, 10, 11]);
    expect(shown(3)).toHaveLength(12);
  });

  test('without one nobody is asked', () => {
    expect(committedOnly([])).toBeNull();
  });
});

describe('read_committed', () => {
  function reading(
    { consumer }: Rig,
    seen: string[],
    options: object = {},
  ): { reader: Consumer; ended: Promise<void> } {
    const reader = consumer({ autoOffsetReset: 'earliest', isolation: 'read_committed', ...options });
    reader.assign([ORDERS]);
    return { reader, ended: reader.each(({ value }) => seen.push(String(value))) };
  }

  test('waits at an open transaction, and goes on when it has ended', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    const seen: string[] = [];
    const { reader, ended } = reading(rig, seen);
    const appended = async (append: () => void, count = 0): Promise<string[]> => {
      append();
      for (let i = 0; i < 3; i++) await turn();
      await until(() => seen.length >= count);
      return seen.splice(0);
    };
    expect(await appended(() => rig.append(['plain']), 1)).toEqual(['plain']);
    expect(await appended(() => appendData(log, 1, 'a', 'b'))).toEqual([]);
    expect(await appended(() => rig.append(['behind']))).toEqual([]);
    expect(await appended(() => appendData(log, 2, 'other'))).toEqual([]);
    expect(await appended(() => appendMarker(log, 2, 'abort'))).toEqual([]);
    expect(reader.position(ORDERS)).toBe(1);
    expect(await appended(() => appendMarker(log, 1, 'commit'), 3)).toEqual(['a', 'b', 'behind']);
    await until(() => reader.position(ORDERS) === log.endOffset);
    expect(reader.position(ORDERS)).toBe(log.endOffset);
    await reader.close();
    await ended;
  });

  test('latest, lag and what is asked by time go by the last stable offset', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    rig.append(['plain']);
    appendData(log, 1, 'a', 'b');
    rig.append(['behind']);
    const reader = rig.consumer({ isolation: 'read_committed' });
    const other = rig.consumer();
    for (const each of [reader, other]) each.assign([ORDERS]);
    expect([reader.position(ORDERS), other.position(ORDERS)]).toEqual([1, 4]);
    expect([reader.endOffsets()[0].offset, other.endOffsets()[0].offset]).toEqual([1, 4]);
    for (const each of [reader, other]) each.seek(ORDERS, 0);
    expect([reader.lag(ORDERS), other.lag(ORDERS)]).toEqual([1, 4]);
    expect(reader.statistics.partitions[0].lag).toBe(1);
    for await (const batch of reader) {
      expect([batch.lag, batch.highWatermark, batch.nextOffset]).toEqual([0, 4, 1]);
      break;
    }
    // Within the transaction there is nothing for it, and never less than that.
    reader.seek(ORDERS, 2);
    expect([reader.lag(ORDERS), reader.statistics.partitions[0].lag]).toEqual([0, 0]);
    reader.seek(ORDERS, 'end');
    expect(reader.position(ORDERS)).toBe(1);
    const [{ maxTimestamp: timestamp }] = log.read(3);
    const wanted = [{ ...ORDERS, timestamp }];
    expect(other.offsetsForTimes(wanted)[0].offset).not.toBeNull();
    reader.seek(ORDERS, { timestamp: timestamp + 1 });
    expect(reader.position(ORDERS)).toBe(1);
    appendMarker(log, 1, 'commit');
    expect([reader.lag(ORDERS), reader.endOffsets()[0].offset]).toEqual([4, 5]);
    expect(reader.offsetsForTimes(wanted)).toEqual(other.offsetsForTimes(wanted));
  });

  test('a reset to the latest goes to the last stable offset', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    rig.append(['plain', 'plain']);
    appendData(log, 1, 'a');
    const resets: number[] = [];
    const reader = rig.consumer({ isolation: 'read_committed', onReset: ({ to }) => resets.push(to) });
    reader.assign([{ ...ORDERS, offset: 0 }]);
    log.deleteRecords(1);
    await reader.each(() => undefined, { untilEnd: true });
    expect([resets, reader.position(ORDERS)]).toEqual([[2], 2]);
  });

  test('ends before an open transaction when it is to end at the end', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    appendData(log, 1, 'a');
    appendMarker(log, 1, 'commit');
    appendData(log, 1, 'open');
    const reader = rig.consumer({ autoOffsetReset: 'earliest', isolation: 'read_committed' });
    reader.assign([ORDERS]);
    const seen: string[] = [];
    await reader.each(({ value }) => seen.push(String(value)), { untilEnd: true });
    expect(seen).toEqual(['a']);
    expect(reader.position(ORDERS)).toBe(2);
    // Going back begins the search anew.
    reader.seek(ORDERS, 0);
    appendMarker(log, 1, 'abort');
    await reader.each(({ value }) => seen.push(String(value)), { untilEnd: true });
    expect(seen).toEqual(['a', 'a']);
    expect(reader.position(ORDERS)).toBe(4);
  });

  test('an open transaction whose first records are deleted holds readers at the log start, as with Kafka', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    appendData(log, 1, 'open');
    rig.append(['behind']);
    const seen: string[] = [];
    const { reader, ended } = reading(rig, seen);
    await turn();
    log.deleteRecords(1);
    expect(log.lastStableOffset).toBe(1);
    for (let i = 0; i < 3; i++) await turn();
    expect(seen).toEqual([]);
    appendMarker(log, 1, 'abort');
    rig.append(['next']);
    await until(() => seen.length === 2);
    expect(seen).toEqual(['behind', 'next']);
    await reader.close();
    await ended;
  });

  test('a reader that begins in the middle of an aborted transaction is shown none of it', async () => {
    const rig = await openRig();
    const log = rig.store.partition('orders', 0);
    appendData(log, 1, 'a', 'b');
    appendData(log, 2, 'c');
    appendData(log, 1, 'd', 'e');
    log.roll();
    appendMarker(log, 2, 'commit');
    appendMarker(log, 1, 'abort');
    rig.append(['behind']);
    for (const [offset, shown] of [
      [1, ['c', 'behind']],
      [4, ['behind']],
    ] as const) {
      const reader = rig.consumer({ isolation: 'read_committed' });
      reader.assign([{ ...ORDERS, offset }]);
      const seen: string[] = [];
      await reader.each(({ value }) => seen.push(String(value)), { untilEnd: true });
      expect(seen).toEqual(shown);
      await reader.close();
    }
  });
});

describe.each(['clean', 'killed'])('a log of Kafka 4.2, %s', (which) => {
  const expected = expectedLog(which, 'transactions-0');
  let directory: string;
  let store: Store;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'millrace-'));
    const names = readdirSync(join(FIXTURE, which, 'log-dir')).filter((name) =>
      ['transactions-0', 'meta.properties'].includes(name),
    );
    for (const name of names) cpSync(join(FIXTURE, which, 'log-dir', name), join(directory, name), { recursive: true });
    // Records are of 2025: the default retention would remove them.
    store = await openStore(directory, { defaults: { 'retention.ms': -1 } });
  });

  afterAll(async () => {
    await store.close();
    rmSync(directory, { recursive: true });
  });

  async function read(isolation: 'read_committed' | 'read_uncommitted', maxBytes: number): Promise<unknown[]> {
    const consumer = store.consumer({ autoOffsetReset: 'earliest', isolation, maxBytes });
    consumer.assign(['transactions']);
    const found: unknown[] = [];
    await consumer.eachBatch((batch) => found.push(...recordsAsExpected(batch)), { untilEnd: true });
    return found;
  }

  const recordsOf = ({ batches }: ExpectedLog, isShown: (batch: ExpectedLog['batches'][0]) => boolean): unknown[] =>
    batches.filter((batch) => !batch.control && isShown(batch)).flatMap(({ records }) => records);

  test.each([1, 500, 1 << 20])('markers are no records; %d bytes at once', async (maxBytes) => {
    expect(await read('read_uncommitted', maxBytes)).toEqual(recordsOf(expected, () => true));
  });

  test.each([1, 500, 1 << 20])('committed records are those that Kafka shows; %d bytes at once', async (maxBytes) => {
    const { abortedTransactions, lastStableOffset } = expected as unknown as {
      lastStableOffset: number;
      abortedTransactions: { producerId: number; firstOffset: number; lastOffset: number }[];
    };
    expect(abortedTransactions.length).toBeGreaterThan(2);
    const isAborted = ({ transactional, producerId, baseOffset }: ExpectedLog['batches'][0]): boolean =>
      transactional &&
      abortedTransactions.some(
        (each) => each.producerId === producerId && each.firstOffset <= baseOffset && baseOffset <= each.lastOffset,
      );
    const shown = recordsOf(expected, (batch) => batch.baseOffset < lastStableOffset && !isAborted(batch));
    expect(shown.length).toBeGreaterThan(20);
    expect(await read('read_committed', maxBytes)).toEqual(shown);
  });
});
