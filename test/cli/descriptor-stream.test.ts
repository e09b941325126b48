import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { finished } from 'node:stream/promises';
import { expect, test } from 'vitest';
import { DescriptorStream } from '#millrace/cli/descriptor-stream.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

test('everything is written in its order', async () => {
  const path = join(temporaryDirectory(), 'out');
  const descriptor = openSync(path, 'w');
  const stream = new DescriptorStream(descriptor);
  const pieces = Array.from({ length: 50 }, (_, i) => Buffer.alloc(10_000 + i, i));
  for (const piece of pieces) stream.write(piece);
  stream.end('end');
  await finished(stream);
  closeSync(descriptor);
  expect(readFileSync(path).equals(Buffer.concat([...pieces, Buffer.from('end')]))).toBe(true);
});

test('a pipe that is full and does not block is tried again', async () => {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK);
  const stream = new DescriptorStream(writer);
  const sent = Buffer.alloc(300_000, 'p');
  stream.end(sent);
  const got = Buffer.alloc(sent.length + 1);
  let size = 0;
  while (size < sent.length) {
    await setTimeout(5);
    size += readWhatIsThere(reader, got, size);
  }
  await finished(stream);
  closeSync(writer);
  closeSync(reader);
  expect(got.subarray(0, size).equals(sent)).toBe(true);
});

test('a pipe whose reader has gone is told of before anything is written, if it is watched', async () => {
  const path = join(temporaryDirectory(), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const stream = new DescriptorStream(openSync(path, constants.O_WRONLY));
  const failed = once(stream, 'error');
  stream.watchReader();
  await setTimeout(150);
  expect(stream.destroyed).toBe(false);
  closeSync(reader);
  expect((await failed)[0]).toMatchObject({ code: 'EPIPE' });
});

test('a descriptor that cannot be written is an error', async () => {
  const path = join(temporaryDirectory(), 'in');
  closeSync(openSync(path, 'w'));
  const descriptor = openSync(path, 'r');
  const stream = new DescriptorStream(descriptor);
  stream.write('x');
  await expect(finished(stream)).rejects.toMatchObject({ code: 'EBADF' });
  closeSync(descriptor);
});

/** Bytes read; 0 when the writer has not come to write any. */
function readWhatIsThere(descriptor: number, into: Buffer, from: number): number {
  try {
    return readSync(descriptor, into, from, into.length - from, null);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
    throw error;
  }
}
