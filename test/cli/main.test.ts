/** The compiled program as users run it: in processes of its own, with real pipes and signals. */
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { ended, MAIN, run, start } from './cli-run.ts';

test('help ends with 0, no command and a wrong option with 2, an unknown topic with 1', async () => {
  const data = temporaryDirectory();
  const [help, none, wrong, unknown] = await Promise.all([
    run(['--help']),
    run([]),
    run(['topic', 'list', '--dta', data]),
    run(['consume', 'orders', '--data', data]),
  ]);
  expect(help).toMatchObject({ status: 0, stderr: '' });
  expect(help.stdout).toMatch(/^Usage: millrace/);
  expect(none).toMatchObject({ status: 2, stdout: '' });
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toMatch(/^millrace: unknown option '--dta'\n.*--data/);
  expect(unknown.status).toBe(1);
  expect(unknown.stderr).toBe(`millrace: there is no topic "orders" in ${data} (ERR_MILLRACE_UNKNOWN_TOPIC)\n`);
});

test('what goes in through a pipe comes out through a pipe', async () => {
  const data = join(temporaryDirectory(), 'data');
  const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${'x'.repeat(i % 90)}\n`).join('');
  expect(await run(['produce', 'lines', '--create', '--data', data], lines)).toMatchObject({ status: 0, stdout: '' });
  expect(await run(['consume', 'lines', '--data', data])).toEqual({ status: 0, stdout: lines, stderr: '' });
});

test('a reader that goes away early ends a consumer quietly', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('t');
  const value = Buffer.alloc(1000, 'v');
  for (let i = 0; i < 20; i++) store.partition('t', 0).append(Array.from({ length: 1000 }, () => ({ value })));
  const child = start(['consume', 't', '--data', data]);
  await once(child.stdout, 'readable');
  child.stdout.read(10);
  child.stdout.destroy();
  const [status] = (await once(child, 'exit')) as [number];
  expect(status).toBe(0);
  expect(child.stderr.read()).toBeNull();
});

test('a consumer follows a live writer, and Ctrl-C ends it with 0', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('t');
  const log = store.partition('t', 0);
  log.append([{ value: 'first' }]);
  const child = start(['consume', 't', '--follow', '--data', data]);
  const lines: string[] = [];
  const took = async (count: number): Promise<string[]> => {
    while (lines.length < count) {
      const [chunk] = (await once(child.stdout, 'data')) as [Buffer];
      lines.push(...chunk.toString().trimEnd().split('\n'));
    }
    return lines;
  };
  expect(await took(1)).toEqual(['first']);
  log.append([{ value: 'second' }]);
  expect(await took(2)).toEqual(['first', 'second']);
  log.roll();
  log.append([{ value: 'third' }]);
  expect(await took(3)).toEqual(['first', 'second', 'third']);
  child.kill('SIGINT');
  expect(await ended(child)).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('a directory that another process writes can be read, and not be written: who holds it is said', async () => {
  const data = temporaryDirectory();
  await using store = await openStore(data);
  await store.createTopic('t', { partitions: 2 });
  const [described, refused] = await Promise.all([
    run(['topic', 'describe', 't', '--json', '--data', data]),
    run(['topic', 'delete', 't', '--data', data]),
  ]);
  expect(JSON.parse(described.stdout)).toMatchObject({ name: 't', partitions: [{ partition: 0 }, { partition: 1 }] });
  expect(refused).toMatchObject({ status: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^millrace: .* is held by process \d+ on .*, since .* \(ERR_MILLRACE_LOCKED\)\n$/);
  expect(store.topics()).toHaveLength(1);
});

test('Ctrl-C ends a producer with what it has read, and leaves the directory clean', async () => {
  const data = temporaryDirectory();
  const child = start(['produce', 't', '--create', '--data', data]);
  child.stdin.write('one\ntwo\nhalf');
  await waitForRecords(data, 2);
  child.kill('SIGINT');
  const result = await ended(child);
  expect(result.status).toBe(1);
  expect(result.stderr).toMatch(
    /wrote 2 records .*\nmillrace: interrupted before the end .*\(ERR_MILLRACE_ABORTED\)\n$/,
  );
  await using store = await openStore(data);
  expect(store.recovery.clean).toBe(true);
  expect(store.partition('t', 0).endOffset).toBe(2);
});

/** Until the topic `t` is there and has so many records. */
async function waitForRecords(data: string, count: number): Promise<void> {
  for (;;) {
    await using store = await openStore(data, { readOnly: true });
    if (store.topics().length === 1 && store.partition('t', 0).endOffset === count) return;
    await setTimeout(20);
  }
}

test('what V8 has compiled is kept for the next start, where this Node can and may', () => {
  const canKeep = 'enableCompileCache' in nodeModule;
  const kept = (environment: Record<string, string>): string[] => {
    const folder = temporaryDirectory();
    const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, NODE_V8_COVERAGE: ___, ...env } = process.env;
    execFileSync(process.execPath, [MAIN, '--version'], { env: { ...env, TMPDIR: folder, ...environment } });
    return readdirSync(folder);
  };
  expect(kept({})).toEqual(canKeep ? ['node-compile-cache'] : []);
  expect(kept({ NODE_DISABLE_COMPILE_CACHE: '1' })).toEqual([]);
});

test('the package names the program, which the system can run', () => {
  const root = new URL('../..', import.meta.url);
  const { bin } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as { bin: Record<string, string> };
  expect(Object.keys(bin)).toEqual(['millrace']);
  expect(readFileSync(new URL(bin.millrace, root), 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
