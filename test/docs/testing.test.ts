/**
 * docs/testing-with-millrace.md: its tests run in the runners that they are for, with this package and kafkajs installed beside them, and its programs
 * print what they say. The test for jest is not run, since jest is no dependency here: that it is the one for vitest but for its imports is what is checked.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { expectedOutput } from './examples.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/testing-with-millrace.md'), 'utf8');
const blocks = Array.from(page.matchAll(/^```js (.+)\n([\s\S]*?)^```$/gm), ([, info, text]) => ({ info, text }));
const files = new Map(
  blocks.flatMap(({ info, text }) => (info.startsWith('file=') ? [[info.slice('file='.length), text] as const] : [])),
);
const programs = blocks.filter(({ info }) => info === 'run');

const scratch = mkdtempSync(join(tmpdir(), 'millrace-testing-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));
mkdirSync(join(scratch, 'node_modules'));
symlinkSync(root, join(scratch, 'node_modules/millrace'), 'dir');
for (const name of ['kafkajs', 'vitest', 'prom-client']) {
  symlinkSync(join(root, 'node_modules', name), join(scratch, 'node_modules', name), 'dir');
}
for (const [name, text] of files) writeFileSync(join(scratch, name), text);

function run(args: readonly string[]): Promise<{ code: number | string | null; out: string }> {
  // A runner that finds itself in another one behaves as its part.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(?:VITEST|NODE_OPTIONS|NODE_TEST|TEST$|FORCE_COLOR)/.test(name)),
  );
  // kafkajs 2.2.4 asks for timers of less than no time, which Node 24 tells of.
  env.NODE_OPTIONS = '--disable-warning=TimeoutNegativeWarning';
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      args,
      { cwd: scratch, env: { ...env, NO_COLOR: '1' }, timeout: 50_000 },
      (error, out, err) => {
        resolve({ code: error === null ? 0 : (error.code ?? error.signal ?? null), out: `${out}${err}` });
      },
    );
  });
}

describe('the tests pass in their runner, and fail when the program is wrong', { timeout: 60_000 }, () => {
  const wrong = files.get('place-order.mjs')!.replace('order.customer', 'String(order.total)');
  const runners: [string, string, string[]][] = [
    ['vitest', 'place-order.vitest.test.mjs', ['node_modules/vitest/vitest.mjs', 'run', '--root', '.']],
    ['node:test', 'place-order.node.test.mjs', ['--test']],
  ];

  test.each(runners)('%s', async (_, name, command) => {
    const good = await run([...command, name]);
    expect(good.code, good.out).toBe(0);
    expect(good.out).toMatch(/[12] passed|(?:#|ℹ) pass 1/);
    writeFileSync(join(scratch, 'place-order.mjs'), wrong);
    const bad = await run([...command, name]);
    writeFileSync(join(scratch, 'place-order.mjs'), files.get('place-order.mjs')!);
    expect(bad.code).not.toBe(0);
    expect(bad.out).toContain('c-17');
  });
});

test('that for jest is that for vitest, but for its imports', () => {
  const rest = (name: string): string[] =>
    files
      .get(name)!
      .replace(/^import .*\n/gm, '')
      .split(/^(?=test\()/m);
  const [jest, vitest] = [rest('place-order.jest.test.mjs'), rest('place-order.vitest.test.mjs')];
  expect(jest.length).toBe(2);
  expect(jest.map((part) => part.trim())).toEqual(vitest.slice(0, 2).map((part) => part.trim()));
});

describe('a program prints what it says', { timeout: 60_000 }, () => {
  test.each(programs.map(({ text }, i) => [i, text] as const))('%i', async (i, text) => {
    const file = join(scratch, `program-${i}.mjs`);
    writeFileSync(file, text);
    const { code, out } = await run([file]);
    expect(code, out).toBe(0);
    const expected = expectedOutput(text);
    if (expected.length > 0) expect(out.trimEnd().split('\n')).toEqual(expected);
    else expect(out).toMatch(/^start \d+(?:\.\d+)? ms, close \d+(?:\.\d+)? ms\n$/);
  });
});
