/** The lock between builds: one at a time, and none waits for the dead. */
import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { acquireLock, isStale } from '../../../tools/build/lock.mjs';

const noSuchProcess = 2 ** 22 + 1;
let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lock-'));
  path = join(folder, 'below/lock');
});

afterEach(() => rmSync(folder, { recursive: true }));

test('the second waits until the first lets go', async () => {
  const order: string[] = [];
  const release = await acquireLock(path);
  const second = acquireLock(path, (pid: number) => order.push(`waits for ${pid}`)).then(
    (releaseSecond: () => void) => {
      order.push('second has it');
      releaseSecond();
    },
  );
  await sleep(250);
  order.push('first lets go');
  release();
  await second;
  expect(order).toEqual([`waits for ${process.pid}`, 'first lets go', 'second has it']);
  expect(existsSync(path)).toBe(false);
});

test('the lock of a process that is gone is taken over, by one only', async () => {
  (await acquireLock(path))();
  writeFileSync(path, JSON.stringify({ pid: noSuchProcess, host: hostname(), since: 0 }));
  let holders = 0;
  let most = 0;
  const one = async (): Promise<void> => {
    const release = await acquireLock(path);
    holders += 1;
    most = Math.max(most, holders);
    await sleep(5);
    holders -= 1;
    release();
  };
  await Promise.all([one(), one(), one(), one()]);
  expect(most).toBe(1);
});

test('one that nobody touched for a minute is taken over, though empty', async () => {
  (await acquireLock(path))();
  writeFileSync(path, '');
  const old = Date.now() / 1000 - 61;
  utimesSync(path, old, old);
  const release = await acquireLock(path);
  release();
  expect(existsSync(path)).toBe(false);
});

test('who lets go late does not remove the lock of the next', async () => {
  const release = await acquireLock(path);
  writeFileSync(path, JSON.stringify({ pid: process.pid, host: hostname(), since: 1 }));
  release();
  expect(existsSync(path)).toBe(true);
});

test('stale is a dead process of this machine, or one that has been silent', () => {
  const now = 1_000_000;
  const holder = { text: '', touchedAtMs: now, pid: process.pid, host: hostname() };
  expect(isStale(holder, now)).toBe(false);
  expect(isStale({ ...holder, pid: noSuchProcess }, now)).toBe(true);
  expect(isStale({ ...holder, pid: noSuchProcess, host: 'elsewhere' }, now)).toBe(false);
  expect(isStale({ ...holder, touchedAtMs: now - 60_001 }, now)).toBe(true);
});
