/** A file that is loaded with what was compiled of it: it runs as ever, whatever became of what was kept. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { temporaryDirectory } from '../support/temp-directory.ts';

const LOADER = import.meta.resolve('#millrace/cli/kept-code.js');
let file: string;
let kept: string;

beforeEach(() => {
  const folder = temporaryDirectory();
  file = join(folder, 'program.cjs');
  kept = join(folder, 'cache/code/serve');
});

const inode = (): number => statSync(kept).ino;

function programOf(then: string): string[] {
  const text = `const { requireKept } = await import(${JSON.stringify(LOADER)});
    const program = requireKept(${JSON.stringify(file)}, ${JSON.stringify(kept)});
    ${then}`;
  return ['--input-type=module', '-e', text];
}

/** Loads the file in a process of its own. Returns what that wrote of it. */
function load(then = 'console.log(program.answer())'): { stdout: string; status: number | null; stderr: string } {
  const { stdout, status, stderr } = spawnSync(process.execPath, programOf(then), { encoding: 'utf8' });
  return { stdout: stdout.trim(), status, stderr };
}

function write(answer: string): void {
  writeFileSync(file, `// A program.\nexports.answer = () => ${answer};\n`);
}

test('what was compiled is kept when the process ends, and used by the next', () => {
  write('41 + 1');
  expect(load()).toMatchObject({ stdout: '42', status: 0 });
  expect(readdirSync(dirname(kept))).toEqual(['serve']);
  const first = inode();
  expect(load()).toMatchObject({ stdout: '42', status: 0 });
  expect(inode()).toBe(first);
});

test('of a process that goes on it is kept after a second', async () => {
  write('1');
  const child = spawn(process.execPath, programOf('setInterval(() => program, 60_000);'));
  await expect.poll(() => existsSync(kept), { timeout: 20_000 }).toBe(true);
  const first = inode();
  child.kill('SIGTERM');
  await once(child, 'exit');
  expect(inode()).toBe(first);
  expect(load().stdout).toBe('1');
  expect(inode()).toBe(first);
});

test('a process that fails keeps nothing: it may have run next to nothing', () => {
  write('1');
  expect(load('process.exitCode = 2').status).toBe(2);
  expect(existsSync(kept)).toBe(false);
});

test('another file of the same length and name is another program', () => {
  write('41 + 1');
  load();
  write('41 + 2');
  expect(load().stdout).toBe('43');
  expect(load().stdout).toBe('43');
});

test('what other flags compiled is compiled anew', () => {
  write('1');
  load();
  const first = inode();
  const { status } = spawnSync(process.execPath, ['--no-opt', '--max-lazy', ...programOf('program.answer()')]);
  expect(status).toBe(0);
  expect(inode()).not.toBe(first);
});

test('what is damaged is compiled anew: V8 would end the process', () => {
  write(`[${Array.from({ length: 200 }, (_, i) => `"text ${i}"`).join()}].length`);
  load();
  const whole = readFileSync(kept);
  const line = whole.indexOf('\n') + 1;
  const damaged = Array.from({ length: 12 }, (_, i) => {
    const copy = Buffer.from(whole);
    copy[line + Math.floor(((whole.length - line) * i) / 12)] ^= 0x10;
    return copy;
  });
  const zeros = Buffer.from(whole);
  zeros.fill(0, line);
  for (const content of [...damaged, zeros, whole.subarray(0, -1), whole.subarray(0, line - 9), Buffer.alloc(0)]) {
    writeFileSync(kept, content);
    expect(load()).toMatchObject({ stdout: '200', status: 0 });
    expect(readFileSync(kept).equals(content)).toBe(false);
  }
});

test('where it cannot be kept the program runs all the same', () => {
  write('1');
  mkdirSync(kept, { recursive: true });
  expect(load()).toEqual({ stdout: '1', status: 0, stderr: '' });
  expect(readdirSync(dirname(kept))).toEqual(['serve']);
  kept = join(file, 'below a file');
  expect(load()).toEqual({ stdout: '1', status: 0, stderr: '' });
});

test('the file is loaded once, also for those that it loads, and has what each CommonJS file has', () => {
  writeFileSync(join(dirname(file), 'other.cjs'), `exports.same = require('./program.cjs');`);
  writeFileSync(
    file,
    `exports.answer = () => [require('./other.cjs').same === module.exports, __filename, __dirname].join(' ');`,
  );
  for (let run = 0; run < 2; run++) {
    expect(load()).toEqual({ stdout: `true ${file} ${dirname(file)}`, status: 0, stderr: '' });
  }
});

test('an error says the line of the file', () => {
  writeFileSync(file, `exports.answer = () => {\n  throw new Error('for the trace');\n};`);
  expect(load().stderr).toContain(`${file}:2`);
});
