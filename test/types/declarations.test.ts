/** The declarations that a program sees, from the package's entries on: none of them is `any`. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, string | { types: string }>;
};

/** Declaration files that can be reached from an entry, by their relative imports. */
function reachable(entries: readonly string[]): string[] {
  const found = new Set<string>();
  const open = [...entries];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (found.has(path)) continue;
    found.add(path);
    const text = readFileSync(path, 'utf8');
    for (const [, specifier] of text.matchAll(/(?:from |import |import\()['"](\.[^'"]+)['"]/g)) {
      open.push(resolve(dirname(path), specifier).replace(/\.(?:ts|js)$/, '.d.ts'));
    }
  }
  return [...found];
}

/** Lines where `any` stands as a type. */
function anys(text: string): string[] {
  const code = text
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ''))
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll(/'[^'\n]*'|"[^"\n]*"/g, "''");
  return code.split('\n').filter((line) => /(?<![\w$.])any(?![\w$]|\s*[(?:=])/.test(line));
}

test('no declaration is any', () => {
  const entries = Object.values(manifest.exports).flatMap((entry) =>
    typeof entry === 'string' ? [] : [join(root, entry.types)],
  );
  const paths = reachable(entries);
  expect(entries.length).toBeGreaterThanOrEqual(2);
  // Far more than the entries: the walk follows what they import.
  expect(paths.length).toBeGreaterThan(50);
  expect(paths.filter((path) => !existsSync(path))).toEqual([]);
  const found = paths.flatMap((path) => anys(readFileSync(path, 'utf8')).map((line) => `${path}: ${line}`));
  expect(found).toEqual([]);
});

test.each([
  'export declare function f(x: any): void;',
  'readonly records: any[];',
  'x: Promise<any>;',
  'x: Record<string, any>;',
  'type A = string | any;',
  'f(...args: any): void;',
])('%s is found', (line) => {
  expect(anys(line)).toEqual([line]);
});

test.each([
  '/** any number of them */',
  "type A = 'any';",
  'any(): void;',
  'readonly any: boolean;',
  'anyone: string; // any',
])('%s is none', (line) => {
  expect(anys(line)).toEqual([]);
});
