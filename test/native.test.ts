/** The addon's loading: everywhere a program may load it, and a plain word where it is missing. What it does: test/addon. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { native } from '#millrace/native.js';

const compiled = fileURLToPath(new URL('.', import.meta.resolve('#millrace/native.js')));

function run(program: string, ...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const node = ['--input-type=module', '-e', program, ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, node, { encoding: 'utf8', timeout: 20_000 });
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
    import { Worker } from 'node:worker_threads';
    const source = "const { parentPort, workerData } = require('node:worker_threads');" +
      "import(workerData).then(({ native }) => parentPort.postMessage(native.crc32c(Buffer.from('123456789'), 0, 9)))";
    const work = () => new Promise((resolve, reject) => {
      let answer;
      const worker = new Worker(source, { eval: true, workerData: process.argv[1] });
      worker.on('message', (message) => { answer = message; }).on('error', reject).on('exit', () => resolve(answer));
    });
    const { native } = await import(process.argv[1]);
    const answers = [...(await Promise.all([work(), work(), work()])), await work(), native.crc32c(Buffer.from('123456789'), 0, 9)];
    console.log(answers.join());`;
  const outcome = run(program, import.meta.resolve('#millrace/native.js'));
  expect(outcome).toEqual({ status: 0, stdout: `${Array.from({ length: 5 }, () => 0xe3069283).join()}\n`, stderr: '' });
});

test('where there is none, the error names the machine and what to do', () => {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-native-'));
  try {
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    for (const name of ['native.js', 'errors.js']) cpSync(join(compiled, name), join(folder, 'dist', name));
    const program = `await import(process.argv[1]).catch((error) => console.log(error.code, error.message));`;
    const { stdout } = run(program, join(folder, 'dist/native.js'));
    expect(stdout).toContain('ERR_MILLRACE_UNSUPPORTED');
    expect(stdout).toContain(`${process.platform}-${process.arch}`);
    expect(stdout).toContain('npm run build');
  } finally {
    rmSync(folder, { recursive: true });
  }
});
