import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { RemovalQueue } from '#millrace/file/removal-queue.js';
import { REMOVED_AT_ONCE } from '#millrace/limits.js';

const directory = mkdtempSync(join(tmpdir(), 'millrace-removal-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let made = 0;

function files(count: number): string[] {
  return Array.from({ length: count }, () => {
    const path = join(directory, `file-${made++}`);
    writeFileSync(path, 'x');
    return path;
  });
}

const left = (paths: readonly string[]): number => paths.filter((path) => existsSync(path)).length;

test('files go, more than one call of a thread takes too; one that is not there is no failure', async () => {
  const queue = new RemovalQueue();
  const [some, many] = [files(2), files(2 * REMOVED_AT_ONCE + 1)];
  some.splice(1, 0, join(directory, 'missing'));
  const [first, second] = [queue.add(some), queue.add(many)];
  await first.done;
  expect(left(some)).toBe(0);
  await second.done;
  expect([left(many), second.stop()]).toEqual([0, []]);
  await queue.add([]).done;
});

test('one that cannot be removed ends its call and no other', async () => {
  const queue = new RemovalQueue();
  const [before, behind, others] = [files(1), files(2), files(3)];
  const inTheWay = join(directory, 'directory');
  mkdirSync(inTheWay);
  const [failing, next] = [queue.add([...before, inTheWay, ...behind]), queue.add(others)];
  await expect(failing.done).rejects.toMatchObject({ code: 'ERR_MILLRACE_IO', path: inTheWay });
  expect(failing.stop()).toEqual([inTheWay, ...behind]);
  expect([left(before), left(behind)]).toEqual([0, 2]);
  await next.done;
  expect(left(others)).toBe(0);
});

test('what stop returns stays, whenever it comes', async () => {
  for (let round = 0; round < 12; round++) {
    const queue = new RemovalQueue();
    const [paths, others] = [files(60), files(5)];
    const [stopped, next] = [queue.add(paths), queue.add(others)];
    if (round > 0) await new Promise((resolve) => setTimeout(resolve, round % 4));
    const kept = stopped.stop();
    expect(kept.length).toBe(left(paths));
    await stopped.done;
    await next.done;
    expect(kept.every((path) => existsSync(path))).toBe(true);
    expect([stopped.stop(), left(others)]).toEqual([kept, 0]);
  }
});

test('after a close nothing more goes', async () => {
  const queue = new RemovalQueue();
  const [first, second] = [files(200), files(3)];
  queue.add(first);
  queue.add(second);
  queue.close();
  const kept = left(first);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([left(first), left(second)]).toEqual([kept, 3]);
});

test('one that waits behind others is stopped before it begins', async () => {
  const queue = new RemovalQueue();
  const [first, second] = [files(50), files(3)];
  const running = queue.add(first);
  const waiting = queue.add(second);
  expect(waiting.stop()).toEqual(second);
  await running.done;
  await waiting.done;
  expect([left(first), left(second)]).toEqual([0, 3]);
});
