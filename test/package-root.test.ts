import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { compiledModule, packageRoot } from '#millrace/package-root.js';

test('the package lies where its package.json does', () => {
  const { name } = JSON.parse(readFileSync(new URL('package.json', packageRoot), 'utf8')) as { name: string };
  expect(name).toBe('millrace');
  expect(packageRoot.href).toBe(new URL('..', import.meta.url).href);
});

test('a module that threads load is there', () => {
  expect(existsSync(compiledModule('store/recovery-task'))).toBe(true);
  expect(existsSync(compiledModule('store/no-such-task'))).toBe(false);
});
