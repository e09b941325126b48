import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { refuseLocked, StoreLock } from '#millrace/store/store-lock.js';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { open } from './store-fixture.ts';

const system = new DiskFileSystem();
const NOW = Date.UTC(2026, 0, 2, 3, 4, 5);

test('a second one in the same process is told that it is this process', () => {
  const directory = temporaryDirectory();
  const lock = StoreLock.take(system, directory, NOW);
  expect(() => StoreLock.take(system, directory, NOW)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_LOCKED',
      message: `${directory} is held by this process, since 2026-01-02T03:04:05.000Z`,
    }),
  );
  lock.release();
  StoreLock.take(system, directory, NOW).release();
});

test('the file is empty when nobody has the lock, as Kafka leaves it', () => {
  const directory = temporaryDirectory();
  const lock = StoreLock.take(system, directory, NOW);
  expect(JSON.parse(readFileSync(join(directory, '.lock'), 'utf8'))).toMatchObject({
    pid: process.pid,
    host: hostname(),
  });
  lock.release();
  expect(readFileSync(join(directory, '.lock'), 'utf8')).toBe('');
});

test.each(['', '{"pid":"x"}', 'null', '{"pid":1,"host":"h"', '[]'])('a holder that left %j has no name', (text) => {
  const directory = temporaryDirectory();
  const lock = StoreLock.take(system, directory, NOW);
  writeFileSync(join(directory, '.lock'), text);
  expect(() => StoreLock.take(system, directory, NOW)).toThrow('is held by another process, which left no name');
  lock.release();
});

test('another process is named, and its lock goes with it, however it ends', async () => {
  const directory = temporaryDirectory();
  const script = `
    import { openStore } from 'millrace';
    await openStore(process.argv[1]);
    console.log('open');
    setInterval(() => {}, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  await expect(open(directory)).rejects.toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_LOCKED',
      message: expect.stringContaining(`is held by process ${child.pid} on ${hostname()}`),
    }),
  );
  child.kill('SIGKILL');
  await once(child, 'exit');
  const store = await open(directory);
  expect(store.topics()).toEqual([]);
});

const hasPython = spawnSync('python3', ['--version']).status === 0;
if (!hasPython)
  console.warn('NOT TESTED: the record lock against another program, since there is no python3 to take one');

// A record lock is what Kafka takes; Node cannot, so another program does.
test.skipIf(!hasPython)(
  'a record lock, which is the kind that a Kafka broker holds, excludes us, and ours excludes it',
  async () => {
    const directory = temporaryDirectory();
    const path = join(directory, '.lock');
    const take = 'import fcntl,sys; f=open(sys.argv[1],"a+"); fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)';
    const lock = StoreLock.take(system, directory, NOW);
    expect(spawnSync('python3', ['-c', take, path], { encoding: 'utf8' }).stderr).toContain('BlockingIOError');
    lock.release();
    const holder = spawn('python3', ['-c', `${take}; print("held", flush=True); sys.stdin.read()`, path]);
    onTestFinished(() => void holder.kill('SIGKILL'));
    await once(holder.stdout, 'data');
    expect(() => StoreLock.take(system, directory, NOW)).toThrow(
      expect.objectContaining({ code: 'ERR_MILLRACE_LOCKED' }),
    );
    holder.stdin.end();
    await once(holder, 'exit');
    StoreLock.take(system, directory, NOW).release();
  },
);

test('who only asks changes nothing, and is told who has it', () => {
  const directory = temporaryDirectory();
  refuseLocked(system, directory);
  expect(system.exists(join(directory, '.lock'))).toBe(false);
  const lock = StoreLock.take(system, directory, NOW);
  const text = readFileSync(join(directory, '.lock'), 'utf8');
  expect(() => refuseLocked(system, directory)).toThrow(
    expect.objectContaining({
      code: 'ERR_MILLRACE_LOCKED',
      message: expect.stringContaining('is held by this process'),
    }),
  );
  expect(readFileSync(join(directory, '.lock'), 'utf8')).toBe(text);
  lock.release();
  refuseLocked(system, directory);
  StoreLock.take(system, directory, NOW).release();
});
