import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTextFile, writePrivateFile, writeWholeFile } from '#millrace/file/atomic-file.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import type { FileSystem, LogFile } from '#millrace/file/file-system.js';
import { CHECKPOINT_BYTES_MAX } from '#millrace/limits.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();

test('a file is made, replaced and read as a whole', () => {
  const path = join(temporaryDirectory(), 'meta.properties');
  expect(readTextFile(system, path)).toBeNull();
  writeWholeFile(system, path, 'eins');
  writeWholeFile(system, path, 'zwölf', false);
  expect(readTextFile(system, path)).toBe('zwölf');
  writeWholeFile(system, path, '');
  expect(readTextFile(system, path)).toBe('');
});

test.each([
  ['replaced by a longer one', 'the longer text of another process'],
  ['replaced by a shorter one', 'short'],
  ['removed', null],
])('a file that is %s while it is read is one of the two, or none', (_, text) => {
  const path = join(temporaryDirectory(), 'millrace-topics.json');
  for (const call of ['exists', 'entry', 'sizeOf', 'open']) {
    writeWholeFile(system, path, 'the text of before');
    const racing = new Proxy(system, {
      get(target, name: keyof DiskFileSystem) {
        const value = target[name] as unknown;
        if (typeof value !== 'function') return value;
        return (...args: unknown[]) => {
          if (name === call && text === null) target.remove(path);
          if (name === call && text !== null) writeWholeFile(target, path, text);
          return value.apply(target, args) as unknown;
        };
      },
    }) as FileSystem;
    expect([text, 'the text of before']).toContain(readTextFile(racing, path));
  }
});

test('what an interrupted write left is no hindrance', () => {
  const directory = temporaryDirectory();
  writeFileSync(join(directory, 'a.tmp'), 'half of a much longer text');
  writeWholeFile(system, join(directory, 'a'), 'new');
  expect(readdirSync(directory)).toEqual(['a']);
  expect(readFileSync(join(directory, 'a'), 'utf8')).toBe('new');
});

test('a private file is for its owner from its first byte on, whoever could read the old one', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'secret');
  for (const left of [path, `${path}.tmp`]) writeFileSync(left, 'old', { mode: 0o644 });
  const modes: number[] = [];
  const watching = new Proxy(system, {
    get(target, name: keyof DiskFileSystem) {
      const value = target[name] as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        const result: unknown = value.apply(target, args);
        if (name === 'createPrivate' || name === 'open') modes.push(statSync(args[0] as string).mode & 0o777);
        return result;
      };
    },
  }) as FileSystem;
  writePrivateFile(watching, path, 'new');
  expect(readTextFile(system, path)).toBe('new');
  expect([...modes, statSync(path).mode & 0o777]).toEqual([0o600, 0o600, 0o600]);
  expect(readdirSync(directory)).toEqual(['secret']);
});

test('the order is: write, sync, rename, sync of the directory', () => {
  const directory = temporaryDirectory();
  const calls: string[] = [];
  const traced = new Proxy(system, {
    get(target, name: keyof DiskFileSystem) {
      const value = target[name] as unknown;
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        calls.push(name);
        const result: unknown = value.apply(target, args);
        return name === 'open' ? tracedFile(result as LogFile, calls) : result;
      };
    },
  }) as FileSystem;
  writeWholeFile(traced, join(directory, 'a'), 'text');
  expect(calls).toEqual(['remove', 'open', 'write', 'sync', 'close', 'rename', 'syncDirectory']);
  calls.length = 0;
  writeWholeFile(traced, join(directory, 'a'), 'text', false);
  expect(calls).toEqual(['remove', 'open', 'write', 'sync', 'close', 'rename']);
});

function tracedFile(file: LogFile, calls: string[]): LogFile {
  return {
    write: (...args: Parameters<LogFile['write']>) => (calls.push('write'), file.write(...args)),
    sync: () => (calls.push('sync'), file.sync()),
    close: () => (calls.push('close'), file.close()),
  } as LogFile;
}

test('a failed write leaves the old content', () => {
  const directory = temporaryDirectory();
  const path = join(directory, 'a');
  writeWholeFile(system, path, 'old');
  // A directory in the place of the temporary file.
  mkdirSync(`${path}.tmp`);
  expect(() => writeWholeFile(system, path, 'new')).toThrow();
  expect(readTextFile(system, path)).toBe('old');
});

test('a file that is too large to be one of ours is not read', () => {
  const path = join(temporaryDirectory(), 'a');
  writeFileSync(path, '');
  truncateSync(path, CHECKPOINT_BYTES_MAX + 1);
  expect(() => readTextFile(system, path)).toThrow(`${path} has ${CHECKPOINT_BYTES_MAX + 1} bytes`);
});
