import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type ByteSource, fileSource, StreamSource } from '#millrace/cli/produce/byte-source.js';
import { temporaryDirectory } from '../../support/temp-directory.ts';

async function all(source: ByteSource, room: number): Promise<string> {
  const buffer = Buffer.alloc(room + 3);
  let text = '';
  for (;;) {
    const filled = await source.fill(buffer, 3);
    if (filled === 0) return text;
    text += buffer.toString('latin1', 3, 3 + filled);
  }
}

test('a file is read to its end, whose place is known', async () => {
  const path = join(temporaryDirectory(), 'in');
  writeFileSync(path, 'abcdefghij');
  const source = await fileSource(path);
  expect(source.size).toBe(10);
  expect(await all(source, 4)).toBe('abcdefghij');
  await source.close();
});

test('a file that is not there, or is none, is an error with its path', async () => {
  const directory = temporaryDirectory();
  const missing = join(directory, 'missing');
  await expect(fileSource(missing)).rejects.toMatchObject({
    code: 'ERR_MILLRACE_IO',
    message: `reading ${missing} failed: ENOENT`,
  });
  mkdirSync(missing);
  await expect(fileSource(missing)).rejects.toMatchObject({ message: `${missing} is a directory, expected a file` });
});

test('of a stream, what is there is handed on at once, in pieces of any size', async () => {
  const stream = new PassThrough();
  const source = new StreamSource(stream);
  const buffer = Buffer.alloc(100);
  stream.write('abc');
  expect(await source.fill(buffer, 0)).toBe(3);
  stream.write('defghij');
  stream.end('kl');
  expect(await all(source, 4)).toBe('defghijkl');
  await source.close();
});

test('closing a stream ends a read that waits', async () => {
  const source = new StreamSource(new PassThrough());
  const waiting = source.fill(Buffer.alloc(1), 0);
  await source.close();
  await expect(waiting).rejects.toThrow();
});
