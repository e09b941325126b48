/** The quick start as a newcomer runs it, with little data: what it prints, what it leaves, and what it says to wrong arguments. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';

const script = fileURLToPath(new URL('../../examples/quick-start.js', import.meta.url));
const timeout = 60_000;

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'millrace-test-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

/** Runs the quick start with temporary files below the test's directory. */
function run(args: string[], options: { deaf?: boolean } = {}): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, TMPDIR: directory, FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
    const child = spawn(process.execPath, [script, ...args], { env, cwd: directory });
    let [out, err] = ['', ''];
    if (options.deaf === true) child.stdout.destroy();
    else child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out, err }));
  });
}

test(
  'real events go in and come out, and the data stays where it was asked for',
  async () => {
    const data = join(directory, 'data');
    const first = await run(['--bytes', '1', '--data', data]);
    expect(first).toMatchObject({ code: 0, err: '' });
    expect(first.out).toMatch(/^input +329 real events .* once: 3\.10 MiB$/m);
    expect(first.out).toMatch(/^append +329 records, 3\.10 MiB in .* records\/s, .*\/s$/m);
    expect(first.out).toMatch(/^read +329 records, 3\.10 MiB in .* records\/s, .*\/s$/m);
    expect(first.out).toMatch(/^by time +1,000 random timestamps, each led to its record: p50 .*, p99 /m);
    expect(first.out).toMatch(/^durable +one writer, .* appends\/s, p50 .*, p99 .*\n +64 writers, .* appends\/s/m);
    expect(first.out).toMatch(/^ +0{20}\.log +[\d.]+ KiB +record batches/m);
    // Plain where it is piped.
    expect(first.out).not.toContain('\u001b');

    // Again, over what the first run left.
    const second = await run(['--bytes', '7000000', '--data', data]);
    expect(second).toMatchObject({ code: 0, err: '' });
    expect(second.out).toMatch(/^append +987 records, 9\.31 MiB in /m);

    const store = await openStore(data, { readOnly: true });
    const counts = [0, 1, 2, 3].map((partition) => store.partition('github-events', partition).endOffset);
    expect(counts).toEqual([38, 253, 31, 7].map((count) => 3 * count));
    await store.close();
    expect(readdirSync(directory)).toEqual(['data']);
  },
  timeout,
);

test(
  'a temporary directory goes, also when nobody reads the output',
  async () => {
    expect(await run(['--bytes', '1'], { deaf: true })).toMatchObject({ code: 1, err: '' });
    expect(readdirSync(directory)).toEqual([]);
    expect(await run(['--bytes', '1'])).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(directory)).toEqual([]);
    expect(await run(['--bytes', '1', '--keep'])).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(directory)).toHaveLength(1);
  },
  timeout,
);

test('wrong arguments, and too small a disk, get one sentence', async () => {
  writeFileSync(join(directory, 'file'), '');
  for (const [args, sentence] of [
    [['--bytes', '1e9'], '--bytes takes a whole number of bytes from 1 on, not "1e9".'],
    [['--bytes', '0'], '--bytes takes a whole number of bytes from 1 on, not "0".'],
    [['--byte', '1'], "Unknown option '--byte'; see --help."],
    [['more'], "Unexpected argument 'more'; see --help."],
    [['--data', ''], '--data takes the name of a directory, not "".'],
    [['--data', join(directory, 'none', 'data')], `${join(directory, 'none', 'data')} cannot be made: ENOENT.`],
    [['--data', join(directory, 'file')], `${join(directory, 'file')} is not a directory.`],
  ] as const) {
    expect(await run([...args])).toEqual({ code: 2, out: '', err: `${sentence}\n` });
  }
  const huge = await run(['--bytes', '999999999999999']);
  expect(huge).toMatchObject({ code: 2, out: '' });
  expect(huge.err).toMatch(/^.*millrace-quick-start-\w+ has \d+ MiB free and this takes 100\d+ MiB; .*\.\n$/);
  expect(readdirSync(directory)).toEqual(['file']);
}, 30_000);

test('a directory that another process writes gets one sentence', async () => {
  const store = await openStore(directory);
  const ended = await run(['--data', directory, '--bytes', '1']);
  await store.close();
  expect(ended.code).toBe(1);
  expect(ended.err).toMatch(/^.*another process.*\n$|^.*process \d+.*\n$/);
});
