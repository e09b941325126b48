/** The addon's loading: everywhere a program may load it, and a plain word where it is missing. What it does: test/addon. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { native } from '#millrace/native.js';

const compiled = fileURLToPath(new URL('.', import.meta.resolve('#millrace/native.js')));

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-native-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

function run(program: string): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8', timeout: 20_000 });
  return { status, stdout, stderr };
}

test('the addon has what is declared of it', () => {
  expect(native.crc32cKind).toMatch(/^(?:sse4\.2\+pclmul|armv8|table)$/);
  expect([4096, 16_384, 65_536]).toContain(native.pageSize);
  expect(native.counters()).toEqual({ mappings: expect.any(Number), mappedBytes: expect.any(Number) });
  // The check value of the checksum: every implementation gives it for these nine digits.
  expect(native.crc32c(Buffer.from('123456789'), 0, 9)).toBe(0xe3069283);
});

test('it loads in several worker threads at once, again after one ended, and the process exits', () => {
  const program = `
    import { Worker, isMainThread, parentPort } from 'node:worker_threads';
    import { native } from ${JSON.stringify(import.meta.resolve('#millrace/native.js'))};

    const answer = native.crc32c(Buffer.from('123456789'), 0, 9);
    if (isMainThread) {
      const work = () => new Promise((resolve, reject) => {
        let got;
        const worker = new Worker(new URL(import.meta.url));
        worker.on('message', (message) => { got = message; }).on('error', reject).on('exit', () => resolve(got));
      });
      console.log([...(await Promise.all([work(), work(), work()])), await work(), answer].join());
    } else {
      parentPort.postMessage(answer);
    }`;
  const path = join(folder, 'program.mjs');
  writeFileSync(path, program);
  const answers = `${Array.from({ length: 5 }, () => 0xe3069283).join()}\n`;
  expect(run(path)).toEqual({ status: 0, stdout: answers, stderr: '' });
});

test('where there is none, the error names the machine and what to do', () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  for (const name of ['native.js', 'errors.js']) cpSync(join(compiled, name), join(folder, 'dist', name));
  writeFileSync(
    join(folder, 'program.mjs'),
    `import('./dist/native.js').catch((error) => console.log(error.code, error.message));`,
  );
  const { stdout } = run(join(folder, 'program.mjs'));
  expect(stdout).toContain('ERR_MILLRACE_UNSUPPORTED');
  expect(stdout).toContain(`${process.platform}-${process.arch}`);
  expect(stdout).toContain('npm run build');
});
