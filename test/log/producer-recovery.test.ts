/** What a crash leaves of producers, and what recovery makes of it. */
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { encodeProducerSnapshot } from '#millrace/log/producer-snapshot.js';
import { numbered, TempLog } from '../support/temp-log.ts';
import { TestProducer } from '../support/test-producer.ts';

const segment = (offset: number, suffix: string): string => String(offset).padStart(20, '0') + suffix;

/** 0-4 | 5-9 | 10-15: producer 7 writes, and producer 8 aborts a transaction in each segment and has one open at 15. */
function filled(): { rig: TempLog; producer: TestProducer; transactional: TestProducer } {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 7);
  const transactional = new TestProducer(() => rig.log, 8, true);
  for (let i = 0; i < 3; i++) {
    if (i > 0) rig.log.roll();
    producer.append(2);
    transactional.append(1);
    transactional.end('abort');
    producer.append(1);
  }
  transactional.append(1);
  return { rig, producer, transactional };
}

const aborted = [
  { producerId: 8, firstOffset: 2, lastOffset: 3, lastStableOffset: 4 },
  { producerId: 8, firstOffset: 7, lastOffset: 8, lastStableOffset: 9 },
  { producerId: 8, firstOffset: 12, lastOffset: 13, lastStableOffset: 14 },
];

function expectAll({ rig, producer }: ReturnType<typeof filled>): void {
  expect(rig.log.activeProducers).toMatchObject([
    { producerId: 7, producerEpoch: 0, lastSequence: 8, lastOffset: 14, currentTransactionFirstOffset: -1 },
    {
      producerId: 8,
      producerEpoch: 0,
      lastSequence: 3,
      lastOffset: 15,
      currentTransactionFirstOffset: 15,
      coordinatorEpoch: 0,
    },
  ]);
  expect([rig.log.lastStableOffset, rig.log.endOffset]).toEqual([15, 16]);
  expect(rig.log.abortedTransactions(0, 16)).toEqual(aborted);
  expect(producer.retry(8, 1)).toMatchObject({ baseOffset: 14, isDuplicate: true });
}

describe.each([0, 4, 5, 7, 10, 12, 13, 16])('after a kill, with %d as the recovery point', (recoveryPoint) => {
  test('states and indexes are what they were', () => {
    const all = filled();
    all.rig.crash(recoveryPoint);
    expectAll(all);
    expect(all.rig.names('.snapshot')).toContain(segment(16, '.snapshot'));
  });

  test('also without the snapshots behind it', () => {
    const all = filled();
    all.rig.stop();
    for (const name of all.rig.names('.snapshot')) if (Number.parseInt(name) > 0) rmSync(all.rig.path(name));
    all.rig.recover(recoveryPoint);
    all.rig.open();
    expectAll(all);
  });

  test('and without any', () => {
    const all = filled();
    all.rig.stop();
    for (const name of all.rig.names('.snapshot')) rmSync(all.rig.path(name));
    all.rig.recover(recoveryPoint);
    all.rig.open();
    expectAll(all);
  });

  test('and with torn ones', () => {
    const all = filled();
    all.rig.stop();
    for (const name of all.rig.names('.snapshot')) writeFileSync(all.rig.path(name), 'torn');
    all.rig.recover(recoveryPoint);
    all.rig.open();
    expectAll(all);
  });
});

test('a producer behind the recovery point, and no snapshot: it is looked for before it too', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  const producer = new TestProducer(() => rig.log, 7);
  const transactional = new TestProducer(() => rig.log, 8, true);
  producer.append(2);
  rig.log.roll();
  transactional.append(2);
  rig.log.append(numbered(20, 0, 100));
  const recoveryPoint = await rig.log.checkpoint();
  transactional.end('abort');
  rig.stop();
  for (const name of rig.names('.snapshot')) rmSync(rig.path(name));
  rig.recover(recoveryPoint);
  rig.open();
  expect(producer.retry(0, 2)).toMatchObject({ baseOffset: 0, isDuplicate: true });
  expect(rig.log.abortedTransactions(0, rig.log.endOffset)).toMatchObject([{ firstOffset: 2, lastOffset: 24 }]);
});

test.each([
  ['torn', (path: string) => writeFileSync(path, 'torn')],
  ['missing', (path: string) => rmSync(path)],
])(
  'snapshots that are %s cost no record before the recovery point, whatever is damaged there',
  async (_what, spoil) => {
    const rig = new TempLog({ indexIntervalBytes: 100 });
    const producer = new TestProducer(() => rig.log, 7);
    const transactional = new TestProducer(() => rig.log, 8, true);
    for (let i = 0; i < 20; i++) producer.append([{ value: `${i}`.padEnd(100, '.') }]);
    transactional.append(1);
    transactional.end('abort');
    producer.append(3);
    const recoveryPoint = await rig.log.checkpoint();
    const before = [...rig.log.activeProducers];
    rig.stop();
    const path = rig.path(segment(0, '.log'));
    const bytes = readFileSync(path);
    bytes[500] ^= 1;
    writeFileSync(path, bytes);
    for (const name of rig.names('.snapshot')) spoil(rig.path(name));
    expect(rig.recover(recoveryPoint)).toMatchObject({ endOffset: 25, damage: null });
    rig.open();
    expect(rig.log.activeProducers).toEqual(before);
    expect(rig.log.abortedTransactions(0, 25)).toMatchObject([{ firstOffset: 20, lastOffset: 21 }]);
  },
);

test('a log that is cut before its recovery point forgets the producers of what was cut', async () => {
  const { rig, producer } = filled();
  await rig.log.checkpoint();
  rig.stop();
  const path = rig.path(segment(10, '.log'));
  truncateSync(path, 100);
  rig.recover(16);
  rig.open();
  expect(rig.log.endOffset).toBe(12);
  expect(producer.retry(6, 2)).toMatchObject({ baseOffset: 10, isDuplicate: true });
  expect(rig.log.activeProducers).toMatchObject([
    { producerId: 7, lastSequence: 7 },
    { producerId: 8, currentTransactionFirstOffset: -1 },
  ]);
});

test('a checkpoint is where recovery begins', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  const producer = new TestProducer(() => rig.log, 7);
  for (let i = 0; i < 40; i++) producer.append(10);
  const recoveryPoint = await rig.log.checkpoint();
  expect(recoveryPoint).toBe(400);
  producer.append(1);
  rig.stop();
  // Producers whose batches lie before it are known from the snapshot alone.
  const snapshot = encodeProducerSnapshot([{ ...rig.log.activeProducers[0], producerId: 99 }]);
  writeFileSync(rig.path(segment(400, '.snapshot')), snapshot);
  rig.recover(recoveryPoint);
  rig.open();
  expect(rig.log.activeProducers.map(({ producerId, lastSequence }) => [producerId, lastSequence])).toEqual([
    [99, 400],
    [7, 400],
  ]);
});

test('a log that begins behind its recovery point has the snapshot of its first segment', () => {
  const { rig, producer } = filled();
  rig.log.deleteRecords(10);
  rig.stop();
  // Its last records of the first producer stand in segments that are gone.
  rig.recover(4);
  rig.open(10);
  expect(rig.log.activeProducers).toMatchObject([
    { producerId: 7, lastSequence: 8 },
    { producerId: 8, lastSequence: 3, coordinatorEpoch: 0 },
  ]);
  expect(rig.log.abortedTransactions(10, 16)).toEqual(aborted.slice(2));
  rig.log.truncateTo(12);
  expect(producer.retry(6, 2)).toMatchObject({ baseOffset: 10, isDuplicate: true });
});

test('what was cut off as damaged takes its producers with it', () => {
  const { rig } = filled();
  rig.stop();
  rmSync(rig.path(segment(10, '.log')));
  writeFileSync(rig.path(segment(10, '.log')), '');
  rig.recover(0);
  rig.open();
  expect(rig.log.endOffset).toBe(10);
  expect(rig.log.activeProducers).toMatchObject([
    { lastSequence: 5 },
    { lastSequence: 1, currentTransactionFirstOffset: -1 },
  ]);
  expect(rig.log.abortedTransactions(0, 10)).toEqual(aborted.slice(0, 2));
});

test.each([0, 12])(
  'transaction indexes that say too much or nothing are made again, from %d on',
  async (recoveryPoint) => {
    const all = filled();
    const { rig } = all;
    await rig.log.checkpoint();
    rig.stop();
    writeFileSync(rig.path(segment(10, '.txnindex')), Buffer.alloc(50, 7));
    rig.recover(recoveryPoint);
    rig.open();
    expectAll(all);
  },
);

test('an index of a segment that has no aborted transaction goes', () => {
  const rig = new TempLog();
  const producer = new TestProducer(() => rig.log, 8, true);
  producer.append(1);
  producer.end('commit');
  rig.stop();
  const bytes = Buffer.alloc(34);
  bytes[17] = 0;
  writeFileSync(rig.path(segment(0, '.txnindex')), bytes);
  rig.recover(0);
  rig.open();
  expect(rig.names('.txnindex')).toEqual([]);
  expect(rig.log.abortedTransactions(0, 2)).toEqual([]);
});

test('a log that has had no producer is recovered as ever', () => {
  const rig = new TempLog();
  rig.log.append(numbered(20));
  expect(rig.crash(0).segmentsScanned).toBe(1);
  expect(rig.names('.snapshot')).toEqual([]);
});

test('snapshots of Kafka’s that hold nobody are kept going', () => {
  const rig = new TempLog();
  rig.log.append(numbered(3));
  rig.stop();
  writeFileSync(rig.path(segment(0, '.snapshot')), encodeProducerSnapshot([]));
  rig.recover(0);
  rig.open();
  expect(rig.names('.snapshot')).toEqual([segment(0, '.snapshot'), segment(3, '.snapshot')]);
});
