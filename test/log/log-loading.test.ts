import { rmSync, truncateSync, writeFileSync, readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import { expect, test } from 'vitest';
import { isMillraceError } from '#millrace/errors.js';
import { native } from '#millrace/native.js';
import { ATTRIBUTES, CRC, LAST_OFFSET_DELTA } from '#millrace/record/batch-format.js';
import { numbered, readyBatches, TempLog } from '../support/temp-log.ts';

const NAME = '00000000000000000000';

function code(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return isMillraceError(error) ? error.code : String(error);
  }
  return 'nothing';
}

test('an empty directory becomes a log that begins at its start offset', () => {
  const rig = new TempLog({}, { startOffset: 77 });
  expect([rig.log.startOffset, rig.log.endOffset, rig.log.segmentCount]).toEqual([77, 77, 1]);
  expect(rig.names('.log')).toEqual(['00000000000000000077.log']);
});

test('a start offset below the first segment counts as the first segment’s', async () => {
  const rig = new TempLog({}, { startOffset: 50 });
  rig.log.append(numbered(3));
  await rig.log.close();
  expect(rig.open(10).startOffset).toBe(50);
  await rig.log.close();
  expect(rig.open(52).startOffset).toBe(52);
});

test('a log with a last segment that is empty, or has gaps, opens where it ended', async () => {
  const rig = new TempLog();
  rig.log.appendBatches(readyBatches(numbered(2), { baseOffset: 5 }), { from: 'leader' });
  await rig.reopen();
  expect(rig.log.endOffset).toBe(7);
  rig.log.roll();
  await rig.reopen();
  expect([rig.log.endOffset, rig.log.segmentCount]).toEqual([7, 2]);
  expect(rig.log.append(numbered(1)).baseOffset).toBe(7);
});

test('the age of a segment counts from its first batch after a new start, too', async () => {
  const rig = new TempLog({ segmentMs: 1000 });
  rig.log.append([{ value: 'a', timestamp: 5000 }]);
  rig.log.append([{ value: 'b', timestamp: 5900 }]);
  await rig.reopen();
  rig.log.append([{ value: 'c', timestamp: 6001 }]);
  expect(rig.log.segmentCount).toBe(2);
});

test('a new start reads a few headers, not the log', async () => {
  const rig = new TempLog();
  for (let i = 0; i < 200; i++) rig.log.append(numbered(2, i * 2, 2000));
  await rig.log.close();
  let bytesRead = 0;
  const open = rig.system.open.bind(rig.system);
  rig.system.open = (path, mode) => {
    const file = open(path, mode);
    const read = file.read.bind(file);
    if (path.endsWith('.log')) file.read = (...args) => ((bytesRead += args[2] - args[1]), read(...args));
    return file;
  };
  rig.open();
  expect(rig.log.endOffset).toBe(400);
  expect(bytesRead).toBeLessThan(2000);
});

test.each([
  ['cut inside its last batch', (path: string, size: number) => truncateSync(path, size - 1)],
  ['cut inside a header', (path: string, size: number) => truncateSync(path, size - 100)],
  ['followed by reserved zeros', (path: string, size: number) => truncateSync(path, size + 4096)],
  ['followed by a few zeros', (path: string, size: number) => truncateSync(path, size + 3)],
  [
    'followed by garbage',
    (path: string) => writeFileSync(path, Buffer.concat([readFileSync(path), Buffer.alloc(100, 0xee)])),
  ],
] as const)('a last segment that is %s is corrupt, and recovers', async (_, spoil) => {
  const rig = new TempLog();
  rig.log.append(numbered(3, 0, 100));
  rig.log.append(numbered(3, 3, 10));
  const { size } = rig.log;
  await rig.log.close();
  const path = rig.path(`${NAME}.log`);
  spoil(path, size);
  expect(code(() => rig.open())).toBe('ERR_MILLRACE_CORRUPT');
  expect(code(() => rig.open())).toBe('ERR_MILLRACE_CORRUPT');
  rig.recover(0);
  expect([3, 6]).toContain(rig.open().endOffset);
});

test.each(['.index', '.timeindex'])(
  'a log whose %s is missing, in any segment, answers as before or is corrupt and recovers',
  async (suffix) => {
    const rig = new TempLog({ indexIntervalBytes: 100 });
    for (let i = 0; i < 3; i++) {
      for (let n = 0; n < 10; n++) rig.log.append([{ value: 'v'.repeat(50), timestamp: 1000 + i * 10 + n }]);
      rig.log.roll();
    }
    rig.log.append([{ value: 'w', timestamp: 2000 }]);
    await rig.log.close();
    for (const name of rig.names(suffix)) {
      rmSync(rig.path(name));
      const isLast = name.startsWith('00000000000000000030');
      expect(code(() => rig.open())).toBe(isLast ? 'ERR_MILLRACE_CORRUPT' : 'nothing');
      if (isLast) {
        rig.recover(31);
        rig.open();
      }
      for (let i = 0; i < 30; i++) expect(rig.log.offsetForTimestamp(1000 + i)?.offset).toBe(i);
      await rig.log.close();
    }
  },
);

test('a log of an older message format is refused by name and place', async () => {
  const rig = new TempLog();
  rig.log.append(numbered(3));
  const { size } = rig.log;
  await rig.log.close();
  const path = rig.path(`${NAME}.log`);
  // Offset, length, and of magic 0: checksum, magic, attributes, no key, a value of 64 bytes.
  const message = Buffer.alloc(26 + 64, 0xff);
  message.writeBigInt64BE(3n);
  message.writeInt32BE(message.length - 12, 8);
  message.writeUInt16BE(0, 16);
  message.writeInt32BE(64, 22);
  message.writeUInt32BE(crc32(message.subarray(16)), 12);
  writeFileSync(path, Buffer.concat([readFileSync(path), message]));
  expect(() => rig.open()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNSUPPORTED', path, position: size }));
});

/** Three batches of four records, cleanly stopped; the bytes of the last one may be changed. */
async function threeBatches(spoil: (batch: Buffer) => void): Promise<{ rig: TempLog; path: string; position: number }> {
  const rig = new TempLog();
  let position = 0;
  for (let i = 0; i < 3; i++) {
    position = rig.log.size;
    rig.log.append(numbered(4, i * 4));
  }
  await rig.log.close();
  const path = rig.path(`${NAME}.log`);
  const bytes = readFileSync(path);
  spoil(bytes.subarray(position));
  writeFileSync(path, bytes);
  return { rig, path, position };
}

/** Byte and bit: of the base offset those that are none of this segment or of an earlier batch, and all of the length, the magic and the last offset. */
const telling: [number, number][] = [
  ...[0, 1, 2, 3].flatMap((at) => [0, 7].map((bit): [number, number] => [at, bit])),
  [7, 3],
  ...[8, 9, 10, 11, 16, 23, 24, 25, 26].flatMap((at) =>
    [0, 1, 2, 3, 4, 5, 6, 7].map((bit): [number, number] => [at, bit]),
  ),
];

test.each(telling)(
  'a last batch whose header has byte %d spoilt in bit %d does not say where the log ends',
  async (at, bit) => {
    const { rig, path, position } = await threeBatches((batch) => void (batch[at] ^= 1 << bit));
    expect(() => rig.open()).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT', path }));
    expect(rig.recover(12).damage).toMatchObject({ path, position });
    expect(rig.open().endOffset).toBe(8);
  },
);

test('a last batch that has fewer records than offsets, as compaction leaves it, ends the log where it says', async () => {
  const { rig } = await threeBatches((batch) => {
    batch.writeInt32BE(9, LAST_OFFSET_DELTA);
    batch.writeUInt32BE(native.crc32c(batch, ATTRIBUTES, batch.length), CRC);
  });
  expect(rig.open().endOffset).toBe(18);
});

test('a first header that is damaged keeps no log from being opened, when the index leads past it', async () => {
  const rig = new TempLog({ indexIntervalBytes: 100 });
  for (let i = 0; i < 20; i++) rig.log.append(numbered(2, i * 2, 50));
  await rig.log.close();
  const path = rig.path(`${NAME}.log`);
  const bytes = readFileSync(path);
  bytes[16] ^= 1;
  writeFileSync(path, bytes);
  expect(rig.open().endOffset).toBe(40);
  expect(rig.log.read(30).baseOffset).toBe(30);
});
