import { expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { encodeControlBatch } from '#millrace/record/control-record.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);

test('batches of a producer get offsets, and the epoch of the log', () => {
  const rig = new TempLog();
  rig.log.append(numbered(5), { leaderEpoch: 3 });
  const receipt = rig.log.appendBatches(readyBatches(numbered(7, 5), { baseOffset: 900, leaderEpoch: 0 }));
  expect(receipt).toMatchObject({ baseOffset: 5, lastOffset: 11, logAppendTime: -1 });
  const [, batch] = rig.log.read(0);
  expect([batch.baseOffset, batch.leaderEpoch, batch.isValid()]).toEqual([5, 3, true]);
  expect(rig.values().map(Number)).toEqual(range(0, 12));
});

test('several batches in one call become visible together', () => {
  const rig = new TempLog();
  const bytes = readyBatches(numbered(50), { batchBytesMax: 200 });
  expect(rig.log.appendBatches(bytes)).toMatchObject({ baseOffset: 0, lastOffset: 49 });
  expect(rig.log.size).toBe(bytes.length);
  expect(rig.records().map((record) => record.offset)).toEqual(range(0, 50));
  expect(rig.crash().damage).toBeNull();
});

test('batches of a leader keep offsets and epochs, gaps included', () => {
  const rig = new TempLog();
  const bytes = Buffer.concat([
    readyBatches(numbered(3, 10), { baseOffset: 10, leaderEpoch: 1 }),
    readyBatches(numbered(2, 20), { baseOffset: 20, leaderEpoch: 4 }),
    readyBatches(numbered(1, 25), { baseOffset: 25, leaderEpoch: 4 }),
  ]);
  expect(rig.log.appendBatches(bytes, { from: 'leader' })).toMatchObject({ baseOffset: 10, lastOffset: 25 });
  expect(rig.log.read(0).bytes.equals(bytes)).toBe(true);
  expect(rig.log.endOffset).toBe(26);
});

test('each batch of a leader begins its epoch at its own offset, also when one call brings several', () => {
  const rig = new TempLog();
  const bytes = Buffer.concat([
    readyBatches(numbered(3), { baseOffset: 0, leaderEpoch: 1 }),
    readyBatches(numbered(2), { baseOffset: 3, leaderEpoch: 1 }),
    readyBatches(numbered(2), { baseOffset: 5, leaderEpoch: 4 }),
  ]);
  rig.log.appendBatches(bytes, { from: 'leader' });
  const epochs = [
    { epoch: 1, startOffset: 0 },
    { epoch: 4, startOffset: 5 },
  ];
  expect(rig.log.leaderEpochs.entries).toEqual(epochs);
  rig.crash();
  expect(rig.log.leaderEpochs.entries).toEqual(epochs);
});

test('a follower that catches up takes older epochs than its leader has now', () => {
  const rig = new TempLog();
  rig.log.appendBatches(readyBatches(numbered(1), { leaderEpoch: 2 }), { from: 'leader', leaderEpoch: 9 });
  expect(rig.log.leaderEpochs.latest).toBe(2);
});

test.each([
  ['before the end of the log', { baseOffset: 2, leaderEpoch: 5 }],
  ['of an older epoch', { baseOffset: 3, leaderEpoch: 4 }],
])('a batch of a leader that lies %s is refused', (_, place) => {
  const rig = new TempLog();
  rig.log.append(numbered(3), { leaderEpoch: 5 });
  const bytes = Buffer.concat([
    readyBatches(numbered(1), place),
    readyBatches(numbered(1), { baseOffset: 9, leaderEpoch: 5 }),
  ]);
  expect(code(() => rig.log.appendBatches(bytes, { from: 'leader' }))).toBe('ERR_MILLRACE_OUT_OF_ORDER');
  expect(rig.values()).toEqual(['0', '1', '2']);
});

test.each([
  ['a flipped bit in a record', (bytes: Buffer) => bytes.writeUInt8(bytes[70] ^ 1, 70)],
  ['a length beyond the bytes', (bytes: Buffer) => bytes.writeInt32BE(5000, 8)],
  ['a length of nothing', (bytes: Buffer) => bytes.writeInt32BE(0, 8)],
  ['a magic of 7', (bytes: Buffer) => bytes.writeInt8(7, 16)],
])('a batch with %s is refused, and those before it with it', (_, spoil) => {
  const rig = new TempLog();
  rig.log.append(numbered(1));
  const bad = readyBatches(numbered(3));
  spoil(bad);
  expect(code(() => rig.log.appendBatches(Buffer.concat([readyBatches(numbered(2)), bad])))).toBe(
    'ERR_MILLRACE_CORRUPT',
  );
  expect(rig.values()).toEqual(['0']);
  expect(rig.crash().damage).toBeNull();
});

test('message formats before v2 are refused by name', () => {
  const rig = new TempLog();
  const old = readyBatches(numbered(3));
  old.writeInt8(1, 16);
  expect(code(() => rig.log.appendBatches(old))).toBe('ERR_MILLRACE_UNSUPPORTED');
});

test.each([[Buffer.alloc(0)], ['text'], [undefined], [[1, 2]]])('appendBatches refuses %j', (bytes) => {
  const rig = new TempLog();
  expect(code(() => rig.log.appendBatches(bytes as never))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});

test('appendBatches refuses an origin that is none', () => {
  const rig = new TempLog();
  const options = { from: 'follower' } as never;
  expect(code(() => rig.log.appendBatches(readyBatches(numbered(1)), options))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
});

test('half a batch is refused', () => {
  const rig = new TempLog();
  const bytes = readyBatches(numbered(3));
  for (const length of [1, 11, 60, 61, bytes.length - 1]) {
    expect(code(() => rig.log.appendBatches(bytes.subarray(0, length)))).toBe('ERR_MILLRACE_CORRUPT');
  }
  expect(rig.log.endOffset).toBe(0);
});

test('control batches come from a leader, or where they are allowed', () => {
  const rig = new TempLog();
  const marker = (baseOffset: number): Uint8Array =>
    encodeControlBatch({
      type: 'commit',
      coordinatorEpoch: 1,
      producerId: 7,
      producerEpoch: 0,
      baseOffset,
      leaderEpoch: 0,
      timestamp: 5,
    });
  expect(code(() => rig.log.appendBatches(marker(0)))).toBe('ERR_MILLRACE_INVALID_ARGUMENT');
  rig.log.appendBatches(marker(0), { allowControl: true });
  rig.log.appendBatches(marker(1), { from: 'leader' });
  expect([...rig.log.read(0)].map((batch) => batch.isControl)).toEqual([true, true]);
});

test('a batch larger than max.message.bytes is refused from a producer and taken from a leader', () => {
  const rig = new TempLog({ maxMessageBytes: 100 });
  const bytes = readyBatches(numbered(20));
  expect(code(() => rig.log.appendBatches(bytes))).toBe('ERR_MILLRACE_TOO_LARGE');
  rig.log.appendBatches(bytes, { from: 'leader' });
  expect(rig.log.endOffset).toBe(20);
});

test.each(['none', 'gzip', 'snappy', 'lz4'] as const)(
  'LogAppendTime is patched into a batch under %s',
  (compression) => {
    const rig = new TempLog({ timestampType: 'LogAppendTime' });
    const receipt = rig.log.appendBatches(readyBatches(numbered(30), { compression, timestamp: 5 }));
    const [batch] = rig.log.read(0);
    expect(receipt.logAppendTime).toBe(rig.clock.now());
    expect([batch.timestampType, batch.maxTimestamp, batch.isValid()]).toEqual([
      'LogAppendTime',
      rig.clock.now(),
      true,
    ]);
    expect([...batch].every((record) => record.timestamp === rig.clock.now())).toBe(true);
    expect(batch.compression).toBe(compression);
  },
);

test('LogAppendTime does not touch what a leader sent', () => {
  const rig = new TempLog({ timestampType: 'LogAppendTime' });
  const bytes = readyBatches(numbered(3), { timestamp: 5 });
  rig.log.appendBatches(bytes, { from: 'leader' });
  expect(rig.log.read(0).bytes.equals(bytes)).toBe(true);
});

test.each(['gzip', 'snappy', 'lz4'] as const)('append compresses under the %s of the topic', (compression) => {
  const rig = new TempLog({ compression, maxMessageBytes: 4096 });
  rig.log.append(numbered(300, 0, 50), { compression: 'none' });
  const batches = [...rig.log.read(0)];
  expect(new Set(batches.map((batch) => batch.compression))).toEqual(new Set([compression]));
  expect(rig.values().map(Number.parseFloat)).toEqual(range(0, 300));
  expect(rig.crash().damage).toBeNull();
});

test('the codec of an append counts where the topic leaves it to the producer', () => {
  const rig = new TempLog();
  rig.log.append(numbered(30), { compression: 'gzip' });
  expect([...rig.log.read(0)].map((batch) => batch.compression)).toEqual(['gzip']);
});

const settings = ['none', 'gzip', 'snappy', 'lz4'] as const;
const pairs = settings.flatMap((topic) => settings.map((sent) => [sent, topic] as const));

test.each(pairs)('a ready batch under %s is stored under the codec of its topic, %s', (sent, topic) => {
  const rig = new TempLog({ compression: topic });
  const fields = { producerId: 7, producerEpoch: 1, baseSequence: 40 };
  const bytes = readyBatches(numbered(200), { compression: sent, batchBytesMax: 1000, ...fields });
  const receipt = rig.log.appendBatches(bytes, { leaderEpoch: 2 });
  expect(receipt).toMatchObject({ baseOffset: 0, lastOffset: 199 });
  const batches = [...rig.log.read(0)];
  for (const batch of batches) {
    expect([batch.compression, batch.isValid(), batch.leaderEpoch, batch.producerId]).toEqual([topic, true, 2, 7]);
  }
  expect(batches[1].baseSequence).toBe(40 + batches[1].baseOffset);
  expect(rig.values().map(Number)).toEqual(range(0, 200));
  if (sent === topic) expect(rig.log.size).toBe(bytes.length);
  expect(rig.crash().damage).toBeNull();
});

test('batches of a leader, and control batches, keep their codec', () => {
  const rig = new TempLog({ compression: 'gzip' });
  rig.log.appendBatches(readyBatches(numbered(3), { compression: 'snappy' }), { from: 'leader' });
  const marker = { type: 'abort', coordinatorEpoch: 1, producerId: 7, producerEpoch: 0, baseOffset: 3 } as const;
  rig.log.appendBatches(encodeControlBatch({ ...marker, leaderEpoch: 0, timestamp: 5 }), { allowControl: true });
  expect([...rig.log.read(0)].map((batch) => batch.compression)).toEqual(['snappy', 'none']);
});

test('a batch that its topic codec makes larger than max.message.bytes is refused', () => {
  const rig = new TempLog({ compression: 'none', maxMessageBytes: 1000 });
  const small = readyBatches([{ value: 'x'.repeat(5000) }], { compression: 'gzip', batchBytesMax: 10_000 });
  expect(small.length).toBeLessThan(1000);
  expect(code(() => rig.log.appendBatches(small))).toBe('ERR_MILLRACE_TOO_LARGE');
  expect(rig.log.endOffset).toBe(0);
});
