import { execFileSync } from 'node:child_process';
import nodePath from 'node:path';
import { lazily, requirePackage } from '#millrace/lazy-module.js';
import { expect, test } from 'vitest';

test('a package is loaded at the first call, and is the same at each', () => {
  let loads = 0;
  const path = lazily(() => {
    loads++;
    return requirePackage('node:path');
  });
  expect(loads).toBe(0);
  expect([path(), path()]).toEqual([nodePath, nodePath]);
  expect(loads).toBe(1);
});

test('a package that is not there is told at the first call', () => {
  const none = lazily(() => requirePackage('millrace-has-no-such-package'));
  expect(() => none()).toThrow('millrace-has-no-such-package');
});

test('importing millrace loads no codec and no thread pool', () => {
  const program = `
    const { openStore } = await import('millrace');
    const { createRequire } = await import('node:module');
    const loaded = Object.keys(createRequire(process.cwd() + '/x.js').cache).join();
    console.log(typeof openStore, /snappy|lz4|fzstd|piscina/.test(loaded));`;
  expect(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' })).toBe(
    'function false\n',
  );
});
