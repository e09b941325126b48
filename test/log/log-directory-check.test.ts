import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { isGone } from '#millrace/file/stale-file.js';
import { checkNames, isUnwritten, snapshotsIn } from '#millrace/log/log-directory-check.js';
import { Findings } from '#millrace/segment/finding.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { numbered, readyBatches } from '../support/temp-log.ts';

const system = new DiskFileSystem();
const BASE = '00000000000000000007';

function found(names: readonly string[], settled = true): string[] {
  const directory = temporaryDirectory();
  for (const name of names) writeFileSync(join(directory, name), '');
  const findings = new Findings();
  checkNames(system, directory, findings, settled);
  return findings.all.map(({ path }) => path.split('/').at(-1)!);
}

test('what belongs to a log is known, and what is on its way in or out', () => {
  const known = [
    '.log',
    '.index',
    '.timeindex',
    '.txnindex',
    '.snapshot',
    '.log.deleted',
    '.index.swap',
    '.log.cleaned',
  ];
  const others = [
    'leader-epoch-checkpoint',
    'leader-epoch-checkpoint.tmp',
    'partition.metadata',
    '00000000000000000099.snapshot',
  ];
  expect(found([...known.map((suffix) => BASE + suffix), ...others])).toEqual([]);
});

test('anything else is not, and neither is a directory', () => {
  expect(found(['notes.txt', '7.log', `${BASE}.logs`, `${BASE}.log`]).sort()).toEqual([
    `${BASE}.logs`,
    '7.log',
    'notes.txt',
  ]);
  const directory = temporaryDirectory();
  mkdirSync(join(directory, `${BASE}.log`));
  const findings = new Findings();
  checkNames(system, directory, findings, true);
  expect(findings.all).toMatchObject([{ kind: 'unknown' }]);
});

test('an index without its log, unless the log may be on its way out', () => {
  expect(found([`${BASE}.index`])).toEqual([`${BASE}.index`]);
  expect(found([`${BASE}.index`], false)).toEqual([]);
});

test('snapshots by offset; logs that have nothing yet; files that went', () => {
  const directory = temporaryDirectory();
  const path = join(directory, `${BASE}.log`);
  writeFileSync(join(directory, `${BASE}.snapshot`), '');
  writeFileSync(path, '');
  expect(snapshotsIn(system, directory)).toEqual([{ name: `${BASE}.snapshot`, offset: 7 }]);
  expect(isUnwritten(system, path)).toBe(true);
  writeFileSync(path, Buffer.alloc(100));
  expect(isUnwritten(system, path)).toBe(true);
  writeFileSync(path, readyBatches(numbered(1)));
  expect(isUnwritten(system, path)).toBe(false);
  let error: unknown;
  try {
    isUnwritten(system, join(directory, 'gone'));
  } catch (thrown) {
    error = thrown;
  }
  expect(isGone(error)).toBe(true);
  expect(isGone(new Error('another'))).toBe(false);
});
