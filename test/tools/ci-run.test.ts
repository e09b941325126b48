/** `.ci/run` itself: all parts run, whatever happens to one, and its end tells the truth. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../.ci', import.meta.url));
const script = join(folder, 'run');
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-ci-'));
  cpSync(folder, join(root, '.ci'), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true }));

/** Runs parts in a package whose scripts are these. */
function run(
  scripts: Record<string, string>,
  parts: readonly string[],
): { status: number | null; lines: string[]; stderr: string } {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ scripts }));
  const { status, stdout, stderr } = spawnSync('bash', [join(root, '.ci/run'), ...parts], {
    cwd: tmpdir(),
    encoding: 'utf8',
  });
  return { status, lines: stdout.trimEnd().split('\n'), stderr };
}

test('a part that fails does not keep the others from running, and fails the whole', () => {
  const scripts = { lint: 'exit 3', 'format:check': 'echo formatted', typecheck: 'exit 77' };
  const { status, lines } = run(scripts, ['lint', 'format', 'typecheck']);
  expect(status).toBe(1);
  expect(lines).toContain('formatted');
  expect(lines).toEqual(
    expect.arrayContaining([
      expect.stringMatching(/^ {2}lint +\d+ s {2}FAILED \(3\)$/),
      expect.stringMatching(/^ {2}format +\d+ s {2}ok$/),
      expect.stringMatching(/^ {2}typecheck +\d+ s {2}skipped$/),
    ]),
  );
  expect(lines.at(-1)).toBe('1 passed, 1 failed, 1 skipped');
});

test('what a failing part said at its end is told again before the summary', () => {
  const { lines } = run({ lint: 'echo the cause; exit 3', 'format:check': 'echo formatted' }, ['lint', 'format']);
  const end = lines.indexOf('== the end of lint, which failed');
  expect(end).toBeGreaterThan(lines.indexOf('formatted'));
  expect(lines.slice(end)).toContain('the cause');
});

/** Runs the part `test`, in which a test fails as told, and passes or fails when it is looked at again. */
function runTests(failure: { file: string; told: string }, again: 'passes' | 'fails'): ReturnType<typeof run> {
  const assertion = { status: 'failed', fullName: 'waits', failureMessages: [failure.told] };
  const report = { testResults: [{ name: join(root, failure.file), status: 'failed', assertionResults: [assertion] }] };
  writeFileSync(join(root, 'report.json'), JSON.stringify(report));
  mkdirSync(join(root, 'node_modules/vitest'), { recursive: true });
  const looked = `console.log('looked at', process.argv.slice(3).join()); process.exit(${again === 'passes' ? 0 : 1});`;
  writeFileSync(join(root, 'node_modules/vitest/vitest.mjs'), looked);
  const first = `require('fs').cpSync('report.json', process.argv.at(-1).slice(13)); process.exit(1)`;
  return run({ test: `node -e "${first}" --` }, ['test']);
}

test('a test that fails once is looked at again, and told when it passes', () => {
  const { status, lines } = runTests({ file: 'test/a.test.ts', told: 'expected 1 to be 2' }, 'passes');
  expect(status).toBe(0);
  expect(lines).toContain('looked at test/a.test.ts');
  expect(lines.slice(-3, -1)).toEqual([
    'passed only at a second look, to be mended: test/a.test.ts: waits',
    '    expected 1 to be 2',
  ]);
});

test.each([
  ['fails again', { file: 'test/a.test.ts', told: 'expected 1 to be 2' }, 'fails'],
  ['is random', { file: 'test/property/a.test.ts', told: 'expected 1 to be 2' }, 'passes'],
  ['names a seed', { file: 'test/a.test.ts', told: 'with the seed 7, expected 1 to be 2' }, 'passes'],
] as const)('a test that fails and %s fails the part', (_, failure, again) => {
  const { status, lines } = runTests(failure, again);
  expect(status).toBe(1);
  expect(lines.at(-1)).toBe('0 passed, 1 failed');
});

test('when all pass, so does the whole', () => {
  const { status, lines } = run({ lint: 'true', 'format:check': 'true' }, ['lint', 'format']);
  expect(status).toBe(0);
  expect(lines.at(-1)).toBe('2 passed, 0 failed');
});

test('a part that does not exist is refused before anything runs', () => {
  const { status, lines, stderr } = run({ lint: 'true' }, ['lint', 'polish']);
  expect(status).toBe(2);
  expect(lines).toEqual(['']);
  expect(stderr).toMatch(/^no part named polish; there are: test workshop showcase lint /);
});

test('every part that it names it can run', () => {
  const { status, lines } = run({}, ['--list']);
  expect(status).toBe(0);
  expect(lines).toEqual(expect.arrayContaining(['test', 'lint', 'kafka', 'quick-start', 'bench', 'package']));
  const defined = [...readFileSync(script, 'utf8').matchAll(/^part_([\w-]+)/gm)].map((match) => match[1]);
  expect(new Set(lines)).toEqual(new Set(defined));
});
