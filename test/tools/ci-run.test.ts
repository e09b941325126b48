/** `.ci/run` itself: all parts run, whatever happens to one, and its end tells the truth. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../.ci/run', import.meta.url));
let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-ci-'));
  cpSync(script, join(root, '.ci/run'));
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
