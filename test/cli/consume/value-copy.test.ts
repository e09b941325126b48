import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, fstatSync, openSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { ValueCopy } from '#millrace/cli/consume/value-copy.js';
import { openStore, type RecordInput } from '#millrace/main.js';
import { BatchRun } from '#millrace/record/batches.js';
import { byteWindow } from '#millrace/record/byte-window.js';
import { random } from '../../addon/support.ts';
import { temporaryDirectory } from '../../support/temp-directory.ts';
import { brokenBatch } from './broken-batch.ts';

const millrace = fileURLToPath(import.meta.resolve('#millrace/cli/main.js'));

function file(): { descriptor: number; text: () => string } {
  const path = join(temporaryDirectory(), 'out');
  const descriptor = openSync(path, 'w');
  onTestFinished(() => closeSync(descriptor));
  return { descriptor, text: () => readFileSync(path, 'latin1') };
}

/** A topic `t` with one partition and values of all sizes, plain and compressed batches in turns; what `consume` writes of it. */
async function filled(): Promise<{ data: string; expected: Buffer }> {
  const below = random();
  const data = temporaryDirectory();
  const lines: Buffer[] = [];
  const sizes = [0, 1, 100, 5000, 65_535, 65_536, 131_072, 300_000];
  await using store = await openStore(data, { defaults: { 'max.message.bytes': 1 << 26, 'segment.bytes': 2 << 20 } });
  await store.createTopic('t');
  for (let round = 0; round < 25; round++) {
    const records = Array.from({ length: 1 + below(12) }, (_, i): RecordInput => {
      const value = below(5) === 0 ? null : Buffer.alloc(sizes[below(sizes.length)], 97 + i);
      lines.push(value ?? Buffer.alloc(0), Buffer.from('\n'));
      return { value, key: below(2) === 0 ? null : `key ${i}`, headers: below(3) === 0 ? { name: 'value' } : {} };
    });
    store.partition('t', 0).append(records, { compression: below(3) === 0 ? 'lz4' : 'none' });
  }
  return { data, expected: Buffer.concat(lines) };
}

/** `millrace consume t` with standard output on a path. */
function consumeInto(path: string, data: string, ...args: string[]): { status: number | null; stderr: string } {
  const descriptor = openSync(path, 'a');
  try {
    const { status, stderr } = spawnSync(process.execPath, [millrace, 'consume', 't', '--data', data, ...args], {
      stdio: ['ignore', descriptor, 'pipe'],
      encoding: 'utf8',
    });
    return { status, stderr };
  } finally {
    closeSync(descriptor);
  }
}

test('into a file goes what goes into a pipe, whatever the sizes and the codecs, behind what the file has', async () => {
  const { data, expected } = await filled();
  const path = join(temporaryDirectory(), 'out');
  expect(consumeInto(path, data)).toEqual({ status: 0, stderr: '' });
  expect(readFileSync(path).equals(expected)).toBe(true);
  expect(consumeInto(path, data, '--max', '7')).toEqual({ status: 0, stderr: '' });
  const seven = expected.subarray(0, nthLineEnd(expected, 7));
  expect(readFileSync(path).equals(Buffer.concat([expected, seven]))).toBe(true);
});

test('a full disk is told in one sentence', async () => {
  const { data } = await filled();
  const directory = temporaryDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', directory], { stdio: 'pipe' });
  } catch (error) {
    console.warn(`NOT TESTED: a full tmpfs, since it cannot be mounted here: ${String(error).split('\n')[0]}`);
    return;
  }
  try {
    // Past the stream, and through it.
    for (const format of ['%s\\n', '%o %s\\n']) {
      const path = join(directory, 'out');
      const { status, stderr } = consumeInto(path, data, '--format', format);
      expect(status).toBe(1);
      expect(stderr).toMatch(/^millrace: ENOSPC: [^\n]*\n$/);
      truncateSync(path);
    }
  } finally {
    execFileSync('umount', [directory]);
  }
});

test('it stops before a compressed batch, goes on behind it, and counts what it writes', async () => {
  await using store = await openStore(temporaryDirectory());
  await store.createTopic('t');
  const log = store.partition('t', 0);
  log.append([{ value: 'a' }, { value: 'b' }]);
  log.append([{ value: 'c' }, { value: 'd' }], { compression: 'gzip' });
  log.append([{ value: 'e' }]);
  const { descriptor, text } = file();
  const copy = new ValueCopy(Buffer.from(';'), descriptor);
  expect(copy.write(log.read(1), 10)).toBe(1);
  expect([copy.nextOffset, copy.offsetDelta, copy.rest?.baseOffset]).toEqual([2, -1, 2]);
  expect(copy.write(log.read(0), 1)).toBe(1);
  expect([copy.nextOffset, copy.offsetDelta, copy.rest?.baseOffset]).toEqual([-1, 0, 0]);
  expect(copy.write(log.read(4), Infinity)).toBe(1);
  expect([copy.nextOffset, copy.rest]).toEqual([5, null]);
  expect(text()).toBe('b;a;e;');
});

test('where a record is no record it stops, and says how far it came', () => {
  const bytes = brokenBatch();
  const { descriptor, text } = file();
  const copy = new ValueCopy(Buffer.from(';'), descriptor);
  expect(copy.write(new BatchRun(byteWindow(bytes), 0, bytes.length, 0), 10)).toBe(2);
  expect([copy.offsetDelta, copy.rest?.size]).toEqual([1, bytes.length]);
  expect(text()).toBe('a;b;');
});

test('what cannot be written is an error of the system', () => {
  const bytes = brokenBatch();
  const descriptor = openSync(fileURLToPath(import.meta.url), 'r');
  onTestFinished(() => closeSync(descriptor));
  expect(fstatSync(descriptor).isFile()).toBe(true);
  const copy = new ValueCopy(Buffer.from(';'), descriptor);
  const write = (): number => copy.write(new BatchRun(byteWindow(bytes), 0, bytes.length, 0), 10);
  expect(write).toThrow(expect.objectContaining({ code: 'EBADF', syscall: 'write' }));
});

function nthLineEnd(bytes: Buffer, n: number): number {
  let end = 0;
  for (let i = 0; i < n; i++) end = bytes.indexOf('\n', end) + 1;
  return end;
}
