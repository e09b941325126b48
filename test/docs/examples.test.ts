/**
 * Every ```js block of README.md and of docs/api/ is a program that runs: as it is, in an empty directory, with this package installed
 * there. Where a block has comments `// => …`, these are what it prints, all of it, line by line.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { errorCodes } from 'millrace';
import { examplesOf, expectedOutput, namesExported } from './examples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const api = join(root, 'docs/api');
const pages = [
  'README.md',
  ...readdirSync(api)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/api/${name}`),
];
const examples = pages.flatMap((page) => examplesOf(page, readFileSync(join(root, page), 'utf8')));

const scratch = mkdtempSync(join(tmpdir(), 'millrace-docs-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
// As `npm install millrace` would leave it, and beside it what a reader may have installed.
mkdirSync(join(scratch, 'node_modules'));
symlinkSync(root, join(scratch, 'node_modules/millrace'), 'dir');
for (const name of ['kafkajs', 'pino', 'prom-client']) {
  symlinkSync(join(root, 'node_modules', name), join(scratch, 'node_modules', name), 'dir');
}

interface Ended {
  readonly code: number | string | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a program in a directory of its own; ends it after half a minute. */
function run(program: string): Promise<Ended> {
  const directory = mkdtempSync(join(scratch, 'run-'));
  const file = join(directory, 'example.mjs');
  writeFileSync(file, program);
  // kafkajs sets timers in the past, of which later versions of Node warn.
  const NODE_OPTIONS = '--disable-warning=TimeoutNegativeWarning';
  const env = { ...process.env, NO_COLOR: '1', NODE_OPTIONS, FORCE_COLOR: undefined };
  return new Promise((resolve) => {
    execFile(process.execPath, [file], { cwd: directory, env, timeout: 30_000 }, (error, out, err) => {
      resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out, err });
    });
  });
}

describe.concurrent('an example runs, and prints what it says', () => {
  test.each(examples)('$page:$line', { timeout: 40_000 }, async ({ program }) => {
    const { code, out, err } = await run(program);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const expected = expectedOutput(program);
    if (expected.length > 0) expect(out.trimEnd().split('\n')).toEqual(expected);
  });
});

test('a wrong example is found', async () => {
  const [thrown, wrong] = examplesOf(
    'bad.md',
    "Text.\n\n```js\nimport 'millrace';\nawait Promise.reject(new Error('no'));\n```\n\n```js\nconsole.log(1); // => 2\n```\n",
  );
  expect([thrown.line, wrong.line]).toEqual([3, 8]);
  expect(await run(thrown.program)).toMatchObject({ code: 1, err: expect.stringContaining('Error: no') });
  expect((await run(wrong.program)).out.trimEnd().split('\n')).not.toEqual(expectedOutput(wrong.program));
  // A program that does not end, or waits for what never comes.
  expect((await run('await new Promise(() => undefined);')).code).toBe(13);
});

test('every name that the package exports stands in docs/api', () => {
  const text = pages
    .slice(1)
    .map((page) => readFileSync(join(root, page), 'utf8'))
    .join('\n');
  const names = ['src/main.ts', 'src/metrics/metrics.ts', 'src/broker/broker.ts', 'src/protocol/protocol.ts'].flatMap(
    (path) => namesExported(readFileSync(join(root, path), 'utf8')),
  );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
});

test('every error code has its line in errors.md', () => {
  const text = readFileSync(join(api, 'errors.md'), 'utf8');
  const rows = [...text.matchAll(/^\| `(ERR_MILLRACE_\w+)` /gm)].map((match) => match[1]);
  expect(rows.sort()).toEqual(Object.keys(errorCodes).sort());
});

test('every page stands in the index', () => {
  const index = readFileSync(join(api, 'README.md'), 'utf8');
  const names = pages.slice(1).map((page) => page.slice('docs/api/'.length));
  expect(names.filter((name) => name !== 'README.md' && !index.includes(`](${name})`))).toEqual([]);
});
