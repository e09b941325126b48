import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { startBroker } from '#millrace/broker/broker.js';
import { MemoryDirectory } from '#millrace/broker/memory-directory.js';

const CHILD = fileURLToPath(new URL('memory-child.mjs', import.meta.url));

/** A child with a broker, and the directory of that. */
async function begin(way: string): Promise<{ child: ChildProcess; directory: string; ended: Promise<unknown[]> }> {
  const child = spawn(process.execPath, [CHILD, way], { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  onTestFinished(() => void child.kill('SIGKILL'));
  const [directory] = (await once(createInterface(child.stdout), 'line')) as [string];
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return { child, directory, ended };
}

test('is there until it is removed', async () => {
  const made = await MemoryDirectory.make();
  writeFileSync(join(made.path, 'a'), 'x');
  await made.remove();
  expect(existsSync(made.path)).toBe(false);
});

test.each([
  ['exits', 7],
  ['throws', 1],
  ['thread', 0],
])('nothing stays of a broker that nobody closed: %s', { timeout: 60_000 }, async (way, status) => {
  const { directory, ended } = await begin(way);
  expect(await ended).toEqual([status, null]);
  expect(existsSync(directory)).toBe(false);
});

// Elsewhere the directory is one for temporary files, which the system clears.
test.skipIf(!existsSync('/dev/shm'))(
  'the next process removes what one has left that was killed, and nothing else',
  { timeout: 60_000 },
  async () => {
    const [killed, alive] = [await begin('waits'), await begin('waits')];
    killed.child.kill('SIGKILL');
    await killed.ended;
    const foreign = mkdtempSync('/dev/shm/millrace-');
    onTestFinished(() => rmSync(foreign, { recursive: true }));
    expect(existsSync(killed.directory)).toBe(true);
    await (
      await begin('exits')
    ).ended;
    expect(existsSync(killed.directory)).toBe(false);
    expect(readdirSync(alive.directory)).toContain('meta.properties');
    expect(existsSync(foreign)).toBe(true);
  },
);

test('many have one listener, and the last takes it along', async () => {
  const before = process.listenerCount('exit');
  const brokers = await Promise.all([1, 2, 3].map(() => startBroker({ data: 'memory', port: 0 })));
  expect(process.listenerCount('exit')).toBe(before + 1);
  for (const broker of brokers) await broker.close();
  expect(process.listenerCount('exit')).toBe(before);
});
