import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { openStore } from '#millrace/main.js';
import { refuseOldFormat } from '#millrace/segment/old-format.js';
import { afterEach, beforeEach, expect, it } from 'vitest';

/** A message of format 0 or 1, made by hand: no key, a value. */
function oldMessage(offset: number, magic: 0 | 1, value: string): Buffer {
  const body = Buffer.concat([
    Buffer.from([magic, 0]),
    magic === 1 ? Buffer.alloc(8) : Buffer.alloc(0),
    Buffer.from([0xff, 0xff, 0xff, 0xff]),
    Buffer.from([0, 0, 0, value.length]),
    Buffer.from(value),
  ]);
  const head = Buffer.alloc(16);
  head.writeBigInt64BE(BigInt(offset));
  head.writeInt32BE(body.length + 4, 8);
  head.writeUInt32BE(crc32(body), 12);
  return Buffer.concat([head, body]);
}

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'millrace-old-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

function inspect(bytes: Buffer): () => void {
  const path = join(directory, 'f.log');
  writeFileSync(path, bytes);
  return () => {
    const system = new DiskFileSystem();
    const file = system.open(path, 'r');
    try {
      refuseOldFormat(file, 0, bytes.length);
    } finally {
      file.close();
      system.close();
    }
  };
}

it.each([0, 1] as const)('knows a message of format %i', (magic) => {
  expect(inspect(oldMessage(0, magic, 'hello'))).toThrow(
    expect.objectContaining({ code: 'ERR_MILLRACE_UNSUPPORTED', position: 0 }),
  );
});

it('takes damage for damage: a wrong checksum, a message that is cut off, a format that nobody knows', () => {
  const wrong = oldMessage(0, 1, 'hello');
  wrong[wrong.length - 1] ^= 1;
  expect(inspect(wrong)).not.toThrow();
  expect(inspect(oldMessage(0, 1, 'hello').subarray(0, -1))).not.toThrow();
  expect(inspect(Buffer.alloc(64))).not.toThrow();
  expect(inspect(Buffer.from([1, 2, 3]))).not.toThrow();
  const unknown = oldMessage(0, 1, 'hello');
  unknown[16] = 3;
  expect(inspect(unknown)).not.toThrow();
});

it('leaves a log of an old format as it was, and the other partitions usable', async () => {
  const before = Buffer.concat([oldMessage(0, 1, 'a'), oldMessage(1, 1, 'b')]);
  mkdirSync(join(directory, 'old-0'));
  const path = join(directory, 'old-0', '00000000000000000000.log');
  writeFileSync(path, before);
  const store = await openStore(directory);
  expect(store.recovery.unavailable).toMatchObject([
    { topic: 'old', error: { code: 'ERR_MILLRACE_UNSUPPORTED', path } },
  ]);
  expect(() => store.partition('old', 0)).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_UNSUPPORTED' }));
  await store.createTopic('new');
  expect(store.partition('new', 0).append([{ value: 'x' }]).baseOffset).toBe(0);
  await store.close();
  expect(readFileSync(path)).toEqual(before);
});
