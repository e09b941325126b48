/** Producers of a log that is written: what appends, open batches and ready batches in their name do. */
import { describe, expect, test } from 'vitest';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import type { CompressionName } from '#millrace/types.js';
import { TestOwner } from '../support/batch-owner.ts';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';
import { codeOf, TestProducer } from '../support/test-producer.ts';

const OUT_OF_ORDER = 'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE';

function rigWithProducer(settings = {}): { rig: TempLog; producer: TestProducer } {
  const rig = new TempLog(settings);
  return { rig, producer: new TestProducer(() => rig.log, 7) };
}

describe.each<CompressionName>(['none', 'gzip'])('an append in a producer’s name, %s', (compression) => {
  test('has its id, epoch and sequence in the header', () => {
    const { rig, producer } = rigWithProducer({ compression });
    producer.append(3);
    producer.append(2);
    const headers = [...rig.log.read(0)].map((batch) => [
      batch.isValid(),
      batch.producerId,
      batch.producerEpoch,
      batch.baseSequence,
      batch.isTransactional,
    ]);
    expect(headers).toEqual([
      [true, 7, 0, 0, false],
      [true, 7, 0, 3, false],
    ]);
    expect(rig.crash().damage).toBeNull();
  });

  test('that comes again is answered with its first offsets, and writes nothing', () => {
    const { rig, producer } = rigWithProducer({ compression });
    for (let i = 0; i < 6; i++) producer.append(2);
    const { size, traffic } = rig.log;
    const before = { ...traffic };
    expect(producer.retry(4, 2)).toMatchObject({ baseOffset: 4, lastOffset: 5, isDuplicate: true, logAppendTime: -1 });
    expect([rig.log.size, rig.log.endOffset, traffic]).toEqual([size, 12, before]);
    // The sixth last is not remembered: Kafka's answer to that.
    expect(codeOf(() => producer.retry(0, 2))).toBe(OUT_OF_ORDER);
    expect(codeOf(() => producer.retry(13, 1))).toBe(OUT_OF_ORDER);
    expect(producer.append(1)).toMatchObject({ baseOffset: 12, isDuplicate: false });
  });

  test('must fit into one batch', () => {
    const { rig, producer } = rigWithProducer({ compression, maxMessageBytes: 500 });
    expect(codeOf(() => producer.append(numbered(40, 0, 30)))).toBe('ERR_MILLRACE_TOO_LARGE');
    expect(rig.log.endOffset).toBe(0);
    producer.sequence = 0;
    expect(producer.append(numbered(3)).baseOffset).toBe(0);
  });
});

test('a duplicate’s receipt is durable when its first append is', async () => {
  const { rig, producer } = rigWithProducer();
  producer.append(3);
  expect(rig.log.durableOffset).toBe(0);
  const receipt = producer.retry(0, 3);
  rig.log.append(numbered(1));
  await receipt.durable;
  expect(rig.log.durableOffset).toBeGreaterThanOrEqual(3);
});

test('a duplicate under LogAppendTime has the time of its first append', () => {
  const { rig, producer } = rigWithProducer({ timestampType: 'LogAppendTime' });
  const { logAppendTime } = producer.append(1);
  rig.clock.advance(500);
  expect(producer.retry(0, 1)).toMatchObject({ logAppendTime, isDuplicate: true });
});

test('an append that fails leaves the producer where it was', () => {
  const { rig, producer } = rigWithProducer({ segmentBytes: 2048 });
  producer.append(2);
  const { sequence } = producer;
  expect(codeOf(() => producer.retry(sequence, [{ value: 'a' }, { value: 7 as never }]))).toBe(
    'ERR_MILLRACE_INVALID_ARGUMENT',
  );
  expect(codeOf(() => producer.retry(sequence, [{ value: 'x'.repeat(4000) }]))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.activeProducers).toMatchObject([{ producerId: 7, lastSequence: 1 }]);
  expect(producer.append(1).baseOffset).toBe(2);
});

test('a producer that a newer one has followed is fenced', () => {
  const { rig, producer } = rigWithProducer();
  producer.append(1);
  const next = new TestProducer(() => rig.log, 7);
  next.producerEpoch = 1;
  expect(codeOf(() => next.retry(3))).toBe(OUT_OF_ORDER);
  next.append(1);
  expect(codeOf(() => producer.append(1))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
});

test('producers outlive their records, and one that is unknown may begin anywhere', () => {
  const { rig, producer } = rigWithProducer();
  producer.append(2);
  rig.log.roll();
  rig.log.append(numbered(1));
  rig.log.deleteRecords(3);
  expect(rig.log.segmentCount).toBe(1);
  expect(producer.retry(0, 2)).toMatchObject({ baseOffset: 0, lastOffset: 1, isDuplicate: true });
  expect(producer.append(1).baseOffset).toBe(3);
  const other = new TestProducer(() => rig.log, 8);
  other.sequence = 1000;
  expect(other.append(2).baseOffset).toBe(4);
});

test('producers expire, and those with an open transaction do not', () => {
  const { rig, producer } = rigWithProducer();
  const transactional = new TestProducer(() => rig.log, 8, true);
  producer.append(1, rig.clock.now());
  transactional.append(1, rig.clock.now());
  rig.clock.advance(24 * 60 * 60 * 1000);
  rig.log.expireProducers();
  expect(rig.log.activeProducers.map(({ producerId }) => producerId)).toEqual([8]);
});

describe('an open batch in a producer’s name', () => {
  test('is the producer’s next batch when it is sealed', () => {
    const { rig, producer } = rigWithProducer();
    producer.append(1);
    const owner = new TestOwner();
    const open = rig.log.openBatch({ owner, producer: producer.stamp });
    for (const record of numbered(3)) open.add(record, rig.clock.now());
    expect(rig.log.activeProducers).toMatchObject([{ lastSequence: 0 }]);
    open.seal();
    expect(rig.log.activeProducers).toMatchObject([{ lastSequence: 3, lastOffset: 3, offsetDelta: 2 }]);
    expect(producer.retry(1, 3)).toMatchObject({ baseOffset: 1, isDuplicate: true });
    expect([...rig.log.read(1)].at(0)).toMatchObject({ producerId: 7, baseSequence: 1 });
  });

  test('is sealed before another append of its producer is judged', () => {
    const { rig, producer } = rigWithProducer();
    const open = rig.log.openBatch({ owner: new TestOwner(), producer: { ...producer.stamp, isTransactional: true } });
    open.add({ value: 'a' }, rig.clock.now());
    expect(rig.log.lastStableOffset).toBe(0);
    expect(codeOf(() => producer.retry(1))).toBe('ERR_MILLRACE_TRANSACTION_STATE');
    expect(rig.log.lastStableOffset).toBe(0);
    expect(rig.log.endOffset).toBe(1);
    rig.log.endTransaction({ producerId: 7, producerEpoch: 0, type: 'commit' });
    expect(rig.log.lastStableOffset).toBe(2);
  });

  test.each<CompressionName>(['none', 'gzip'])('is refused out of order before it is opened, %s', (compression) => {
    const { rig, producer } = rigWithProducer({ compression });
    producer.append(1);
    const openAt = (baseSequence: number): (() => unknown) => {
      const options = { owner: new TestOwner(), producer: { ...producer.stamp, baseSequence } };
      return () => rig.log.openBatch(options).add({ value: 'a' }, rig.clock.now());
    };
    expect(codeOf(openAt(0))).toBe(OUT_OF_ORDER);
    expect(codeOf(openAt(2))).toBe(OUT_OF_ORDER);
    expect(codeOf(openAt(1))).toBe('nothing');
    expect(rig.log.append(numbered(1)).baseOffset).toBe(2);
    expect(rig.log.activeProducers).toMatchObject([{ lastSequence: 1 }]);
  });
});

describe('ready batches', () => {
  const bytesOf = (baseSequence: number, count = 2, producerId = 7): Buffer =>
    readyBatches(numbered(count, baseSequence), { producerId, producerEpoch: 0, baseSequence });

  test('of a producer are checked by their headers', () => {
    const { rig } = rigWithProducer();
    expect(rig.log.appendBatches(bytesOf(0))).toMatchObject({ baseOffset: 0, isDuplicate: false });
    expect(rig.log.appendBatches(bytesOf(0))).toMatchObject({ baseOffset: 0, lastOffset: 1, isDuplicate: true });
    expect(codeOf(() => rig.log.appendBatches(bytesOf(4)))).toBe(OUT_OF_ORDER);
    expect(rig.log.endOffset).toBe(2);
  });

  test('in one call come again as a whole or are refused as a whole', () => {
    const { rig } = rigWithProducer();
    rig.log.appendBatches(Buffer.concat([bytesOf(0), bytesOf(2), bytesOf(0, 1, 8)]));
    const again = rig.log.appendBatches(Buffer.concat([bytesOf(0), bytesOf(2)]));
    expect(again).toMatchObject({ baseOffset: 0, lastOffset: 3, isDuplicate: true });
    expect(codeOf(() => rig.log.appendBatches(Buffer.concat([bytesOf(2), bytesOf(4)])))).toBe(OUT_OF_ORDER);
    const plain = readyBatches(numbered(1));
    expect(codeOf(() => rig.log.appendBatches(Buffer.concat([bytesOf(2), plain])))).toBe(OUT_OF_ORDER);
    expect(codeOf(() => rig.log.appendBatches(Buffer.concat([bytesOf(4), bytesOf(8)])))).toBe(OUT_OF_ORDER);
    expect(rig.log.endOffset).toBe(5);
  });

  test('of a leader are taken as they are', () => {
    const { rig } = rigWithProducer();
    const at = (baseOffset: number, baseSequence: number): Buffer =>
      readyBatches(numbered(1), { baseOffset, producerId: 7, producerEpoch: 0, baseSequence, transactional: true });
    rig.log.appendBatches(Buffer.concat([at(0, 0), at(1, 9)]), { from: 'leader' });
    expect(rig.log.appendBatches(at(2, 0), { from: 'leader' })).toMatchObject({ baseOffset: 2, isDuplicate: false });
    expect(rig.log.activeProducers).toMatchObject([
      { lastSequence: 0, lastOffset: 2, currentTransactionFirstOffset: 0 },
    ]);
    const marker = { type: 'abort', coordinatorEpoch: 3, producerId: 7, producerEpoch: 0 } as const;
    rig.log.appendBatches(encodeControlBatch({ ...marker, baseOffset: 3, leaderEpoch: 0, timestamp: 0 }), {
      from: 'leader',
    });
    expect(rig.log.abortedTransactions(0, 4)).toMatchObject([{ producerId: 7, firstOffset: 0, lastOffset: 3 }]);
  });

  test('a client’s control batch is refused', () => {
    const { rig } = rigWithProducer();
    const marker = { type: 'commit', coordinatorEpoch: 0, producerId: 7, producerEpoch: 0 } as const;
    const bytes = encodeControlBatch({ ...marker, baseOffset: 0, leaderEpoch: 0, timestamp: 0 });
    expect(codeOf(() => rig.log.appendBatches(bytes))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
    expect(rig.log.endOffset).toBe(0);
  });
});

describe('transactions', () => {
  test('move the last stable offset, and aborted ones are told', () => {
    const { rig } = rigWithProducer();
    const [one, two] = [1, 2].map((producerId) => new TestProducer(() => rig.log, producerId, true));
    rig.log.append(numbered(1));
    one.append(2);
    two.append(1);
    rig.log.append(numbered(1));
    expect([rig.log.lastStableOffset, rig.log.highWatermark]).toEqual([1, 5]);
    expect(rig.log.openTransactions).toMatchObject([
      { producerId: 1, producerEpoch: 0, firstOffset: 1 },
      { producerId: 2, firstOffset: 3 },
    ]);
    two.end('abort');
    expect(rig.log.lastStableOffset).toBe(1);
    one.end('commit');
    expect([rig.log.lastStableOffset, rig.log.openTransactions]).toEqual([7, []]);
    expect(rig.log.abortedTransactions(0, 7)).toEqual([
      { producerId: 2, firstOffset: 3, lastOffset: 5, lastStableOffset: 1 },
    ]);
    expect(rig.log.abortedTransactions(6, 7)).toEqual([]);
    expect(codeOf(() => rig.log.abortedTransactions(8, 9))).toBe('ERR_MILLRACE_OFFSET_OUT_OF_RANGE');
  });

  test('a marker is a batch of its own, with the times that the topic asks for', () => {
    const { rig } = rigWithProducer({ timestampType: 'LogAppendTime' });
    const receipt = rig.log.endTransaction({ producerId: 1, producerEpoch: 5, type: 'commit', coordinatorEpoch: 2 });
    expect(receipt).toMatchObject({ baseOffset: 0, lastOffset: 0, logAppendTime: rig.clock.now() });
    const [batch] = rig.log.read(0);
    expect(batch).toMatchObject({ isControl: true, isTransactional: true, producerId: 1, producerEpoch: 5, size: 78 });
    expect(rig.log.activeProducers).toMatchObject([{ producerId: 1, producerEpoch: 5, coordinatorEpoch: 2 }]);
    expect(rig.log.lastStableOffset).toBe(1);
  });

  test('an older coordinator and an older producer end nothing', () => {
    const { rig } = rigWithProducer();
    const producer = new TestProducer(() => rig.log, 1, true);
    producer.producerEpoch = 3;
    producer.append(1);
    producer.coordinatorEpoch = 4;
    const end = { producerId: 1, producerEpoch: 2, type: 'commit' } as const;
    expect(codeOf(() => rig.log.endTransaction(end))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
    producer.end('abort');
    producer.append(1);
    producer.coordinatorEpoch = 3;
    expect(codeOf(() => producer.end('commit'))).toBe('ERR_MILLRACE_COORDINATOR_FENCED');
    expect(rig.log.lastStableOffset).toBe(2);
    expect(rig.log.endOffset).toBe(3);
  });

  test('a late request cannot touch the next transaction (KIP-890)', () => {
    const { rig } = rigWithProducer();
    const producer = new TestProducer(() => rig.log, 1, true);
    producer.append(1);
    const late = producer.stamp;
    producer.producerEpoch = 1;
    producer.end('abort', { transactionVersion: 2 });
    expect(codeOf(() => rig.log.append(numbered(1), { producer: late }))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
    expect(rig.log.openTransactions).toEqual([]);
    producer.sequence = 0;
    producer.append(1);
    expect(codeOf(() => producer.end('commit', { transactionVersion: 2 }))).toBe('ERR_MILLRACE_PRODUCER_FENCED');
    expect(rig.log.openTransactions).toHaveLength(1);
  });

  test('a high watermark holds readers back, and decided transactions behind it stay unstable', () => {
    const { rig } = rigWithProducer();
    rig.log.moveHighWatermark(0);
    const producer = new TestProducer(() => rig.log, 1, true);
    rig.log.append(numbered(2));
    producer.append(1);
    rig.log.moveHighWatermark(3);
    expect(rig.log.lastStableOffset).toBe(2);
    producer.end('commit');
    expect(rig.log.lastStableOffset).toBe(2);
    rig.log.moveHighWatermark(4);
    expect([rig.log.highWatermark, rig.log.lastStableOffset]).toEqual([4, 4]);
    rig.log.moveHighWatermark(100);
    expect(rig.log.highWatermark).toBe(4);
    expect(codeOf(() => rig.log.moveHighWatermark(-1))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  });
});

describe('a cut', () => {
  test('leaves transactions unstable that ended before it and past the high watermark', () => {
    const rig = new TempLog();
    const producer = new TestProducer(() => rig.log, 8, true);
    rig.log.append(numbered(2));
    rig.log.moveHighWatermark(2);
    producer.append(2);
    producer.end('commit');
    rig.log.append(numbered(2));
    rig.log.moveHighWatermark(3);
    expect(rig.log.lastStableOffset).toBe(2);
    expect(rig.log.truncateTo(5)).toBe(5);
    expect([rig.log.highWatermark, rig.log.lastStableOffset]).toEqual([3, 2]);
    rig.log.moveHighWatermark(5);
    expect(rig.log.lastStableOffset).toBe(5);
  });

  test.each([true, false])(
    'takes producers back to where they were; with a snapshot there: %s',
    async (hasSnapshot) => {
      const { rig, producer } = rigWithProducer();
      const transactional = new TestProducer(() => rig.log, 8, true);
      producer.append(2);
      transactional.append(1);
      if (hasSnapshot) await rig.log.checkpoint();
      producer.append(1);
      transactional.end('abort');
      producer.append(1);
      expect(rig.log.truncateTo(4)).toBe(4);
      expect(rig.log.activeProducers).toMatchObject([
        { producerId: 7, lastSequence: 2, lastOffset: 3 },
        { producerId: 8, lastSequence: 0, currentTransactionFirstOffset: 2 },
      ]);
      expect([rig.log.lastStableOffset, rig.log.abortedTransactions(0, 4)]).toEqual([2, []]);
      expect(producer.retry(3, 1)).toMatchObject({ baseOffset: 4, isDuplicate: false });
      rig.crash(4);
      expect(rig.log.openTransactions).toMatchObject([{ producerId: 8, firstOffset: 2 }]);
    },
  );

  test('takes aborted transactions out of the index, and a crash brings none back', async () => {
    const { rig } = rigWithProducer();
    const producer = new TestProducer(() => rig.log, 8, true);
    for (let i = 0; i < 3; i++) {
      producer.append(1);
      producer.end('abort');
    }
    await rig.log.checkpoint();
    expect(rig.log.truncateTo(4)).toBe(4);
    const kept = [
      { producerId: 8, firstOffset: 0, lastOffset: 1, lastStableOffset: 2 },
      { producerId: 8, firstOffset: 2, lastOffset: 3, lastStableOffset: 4 },
    ];
    expect(rig.log.abortedTransactions(0, 4)).toEqual(kept);
    rig.crash(4);
    expect(rig.log.abortedTransactions(0, 4)).toEqual(kept);
  });

  test('of everything forgets everybody', () => {
    const { rig, producer } = rigWithProducer();
    producer.append(2);
    rig.log.truncateFullyAndStartAt(10);
    expect(rig.log.activeProducers).toEqual([]);
    expect(rig.names('.snapshot')).toEqual([]);
    expect(producer.retry(0, 2)).toMatchObject({ baseOffset: 10, isDuplicate: false });
  });
});
