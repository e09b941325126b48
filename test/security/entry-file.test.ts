import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { CHECKPOINT_BYTES_MAX } from '#millrace/limits.js';
import { type EntryFile, readEntryFile, writeEntryFile } from '#millrace/security/entry-file.js';
import { temporaryDirectory } from '../support/temp-directory.ts';

const system = new DiskFileSystem();

interface Fruit {
  readonly fruit: string;
}

function fruits(directory: string): EntryFile<Fruit> {
  return {
    path: join(directory, 'fruits.jsonl'),
    kind: 'fruits',
    decode(value) {
      const { fruit } = value as Partial<Fruit>;
      if (typeof fruit !== 'string') throw new Error('it has no fruit');
      return { fruit };
    },
    keyOf: ({ fruit }) => fruit,
    remedy: 'plant it again',
  };
}

test('what was written is read, in order, with what the head has', () => {
  const file = fruits(temporaryDirectory());
  expect(readEntryFile(system, file)).toBeNull();
  for (const entries of [[{ fruit: 'äpple\n' }, { fruit: 'pear' }], []]) {
    writeEntryFile(system, file, { soil: 'loam' }, entries);
    const content = readEntryFile(system, file)!;
    expect(content.entries).toEqual(entries);
    expect(content.head).toEqual({ version: 0, kind: 'fruits', entries: entries.length, soil: 'loam' });
  }
  expect(readFileSync(file.path, 'utf8')).toBe('{"version":0,"kind":"fruits","entries":0,"soil":"loam"}\n');
});

test('only the owner may read it, also when it replaces one that all may', () => {
  const file = fruits(temporaryDirectory());
  writeFileSync(file.path, 'old', { mode: 0o644 });
  chmodSync(file.path, 0o644);
  writeEntryFile(system, file, {}, [{ fruit: 'fig' }]);
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
});

const head = (entries: number): string => `{"version":0,"kind":"fruits","entries":${entries}}\n`;

test.each([
  ['nothing', '', 1, 'is no JSON'],
  ['zeros', '\0\0\0\n', 1, 'is no JSON'],
  ['a head that is null', 'null\n', 1, 'is no JSON object'],
  ['another kind', '{"version":0,"kind":"nuts","entries":0}\n', 1, 'is not the head of a file of fruits'],
  ['another version', '{"version":1,"kind":"fruits","entries":0}\n', 1, 'has version 1, expected 0'],
  ['an entry too few', `${head(2)}{"fruit":"fig"}\n`, 1, 'announces 2 entries, and there are 1'],
  ['an entry too many', `${head(0)}{"fruit":"fig"}\n`, 1, 'announces 0 entries, and there are 1'],
  ['no last line break', `${head(1)}{"fruit":"fig"}`, 2, 'is cut off'],
  ['half of a line', `${head(2)}{"fruit":"fig"}\n{"fruit":"pe\n`, 3, 'is no JSON'],
  ['an array', `${head(1)}["fig"]\n`, 2, 'is no JSON object'],
  ['another entry', `${head(2)}{"fruit":"fig"}\n{"nut":"fig"}\n`, 3, 'is no entry: it has no fruit'],
  ['the same twice', `${head(2)}{"fruit":"fig"}\n{"fruit":"fig"}\n`, 3, 'is an entry that was there before'],
  ['a count that is none', '{"version":0,"kind":"fruits","entries":"0"}\n', 1, 'announces 0 entries'],
])('%s is damage, with path and line', (_what, text, line, found) => {
  const file = fruits(temporaryDirectory());
  writeFileSync(file.path, text);
  const lines = text.split('\n');
  expect(() => readEntryFile(system, file)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_CORRUPT',
      path: file.path,
      position: lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0),
      message: expect.stringMatching(new RegExp(`^${file.path} line ${line} ${found}.*; plant it again$`)),
    }),
  );
});

test('a damaged line is not shown: it may have keys in it', () => {
  const file = fruits(temporaryDirectory());
  writeFileSync(file.path, `${head(1)}{"fruit":"sEcReT" x}\n`);
  let error: Error | null = null;
  try {
    readEntryFile(system, file);
  } catch (thrown) {
    error = thrown as Error;
  }
  expect(error).not.toBeNull();
  expect(`${error!.message} ${String(error!.cause)}`).not.toContain('sEcReT');
});

test('what could not be read again is not written, and a write that fails leaves the old one', () => {
  const file = fruits(temporaryDirectory());
  writeEntryFile(system, file, {}, [{ fruit: 'fig' }]);
  const large = { fruit: 'x'.repeat(CHECKPOINT_BYTES_MAX / 64) };
  expect(() =>
    writeEntryFile(
      system,
      file,
      {},
      Array.from({ length: 64 }, () => large),
    ),
  ).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_TOO_LARGE', path: file.path }));
  mkdirSync(`${file.path}.tmp`);
  expect(() => writeEntryFile(system, file, {}, [])).toThrow();
  expect(readEntryFile(system, file)!.entries).toEqual([{ fruit: 'fig' }]);
});
