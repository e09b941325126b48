/** When npm must install: the lock file against what npm says it installed. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { staleInstall } from '../../../tools/build/stale.mjs';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-stale-'));
  write('package.json', { dependencies: { a: '^1.0.0' } });
});

afterEach(() => rmSync(root, { recursive: true }));

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content));
}

function lock(packages: object): void {
  write('package-lock.json', { packages: { '': { dependencies: { a: '^1.0.0' } }, ...packages } });
}

function installed(packages: object): void {
  write('node_modules/.package-lock.json', { packages });
}

const a = { version: '1.0.0', integrity: 'sha512-x' };
const here = { os: [process.platform], cpu: [process.arch] };

test('what the lock file has is installed: nothing', () => {
  lock({ 'node_modules/a': a });
  installed({ 'node_modules/a': a });
  expect(staleInstall(root)).toBeUndefined();
});

test.each([
  ['no node_modules', undefined, 'node_modules is missing'],
  ['an npm that was killed', '{"packages": {', 'node_modules is missing'],
  ['a package is missing', { packages: {} }, 'node_modules/a is missing, package-lock.json has 1.0.0'],
  [
    'another version',
    { packages: { 'node_modules/a': { version: '1.0.1' } } },
    'node_modules/a is 1.0.1, package-lock.json has 1.0.0',
  ],
  [
    'another content',
    { packages: { 'node_modules/a': { ...a, integrity: 'y' } } },
    'node_modules/a is 1.0.0, package-lock.json has 1.0.0',
  ],
])('%s', (_name, content, why) => {
  lock({ 'node_modules/a': a });
  if (content !== undefined) write('node_modules/.package-lock.json', content);
  expect(staleInstall(root)).toBe(why);
});

test('an optional package of another machine need not be there, one of this machine must', () => {
  lock({ 'node_modules/a': a, 'node_modules/a-other': { ...a, optional: true, os: ['aix'], cpu: ['ppc64'] } });
  installed({ 'node_modules/a': a });
  expect(staleInstall(root)).toBeUndefined();
  lock({ 'node_modules/a': a, 'node_modules/a-here': { ...a, optional: true, ...here } });
  expect(staleInstall(root)).toBe('node_modules/a-here is missing, package-lock.json has 1.0.0');
});

test('which C library this machine has is left to npm', () => {
  lock({ 'node_modules/a': a, 'node_modules/a-musl': { ...a, optional: true, ...here, libc: ['musl'] } });
  installed({ 'node_modules/a': a });
  expect(staleInstall(root)).toBeUndefined();
});

test('a dependency that package.json has and the lock file lacks', () => {
  write('package.json', { dependencies: { a: '^1.0.0', b: '^1.0.0' } });
  lock({ 'node_modules/a': a });
  installed({ 'node_modules/a': a });
  expect(staleInstall(root)).toBe(`package-lock.json does not have package.json's dependencies`);
});
