/**
 * One log against a plain array, over the file system in memory and over the real one. `MILLRACE_SEED=n` repeats a run, `MILLRACE_RUNS=n` makes it so many.
 */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { askedSeed, Random, seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { testedDisk } from './tested-file-system.ts';
import { LogHarness } from './log-harness.ts';
import { live } from './log-life.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 30);
const TIMEOUT_MS = RUNS * 1000 + 60_000;

test('a random life of a log agrees with its model, whatever stops it', { timeout: TIMEOUT_MS }, async () => {
  const counts = new Map<string, number>();
  let lost = 0;
  for (const seed of seedsOf(RUNS)) {
    const run = await live(seed, new MemoryFileSystem({ flush: 'manual', fileBytesMax: 64 * 1024 }), '/data/t-0');
    for (const [name, count] of run.counts) counts.set(name, (counts.get(name) ?? 0) + count);
    lost += run.lost;
  }
  if (RUNS >= 30 && askedSeed() === null) {
    // The harness is alive: each operation ran, and records that nobody was promised were lost to power failures.
    expect([...counts.values()].every((count) => count > 5)).toBe(true);
    expect([...counts.keys()]).toEqual(expect.arrayContaining(['a batch sealed', 'a batch lost', 'records compacted']));
    expect(lost).toBeGreaterThan(0);
  }
  expect(counts.size).toBeGreaterThan(5);
});

test('and so on the real disk, but for power failures', { timeout: TIMEOUT_MS }, async () => {
  const directory = temporaryDirectory();
  for (const seed of seedsOf(Math.ceil(RUNS / 10))) {
    const run = await live(seed, testedDisk(DiskFileSystem), join(directory, String(seed), 't-0'));
    await run.harness.close();
    await run.harness.dispose();
    run.system.close();
    expect(run.counts.size).toBeGreaterThan(5);
  }
});

test('negative control: what nobody waited for is lost in a power failure, and what was flushed is not', async () => {
  let lost = 0;
  for (let seed = 1; seed <= 40; seed++) {
    const system = new MemoryFileSystem({ fileBytesMax: 64 * 1024 });
    const settings = { ...DEFAULT_LOG_SETTINGS, segmentBytes: 16 * 1024 };
    const harness = new LogHarness(system, { directory: '/data/t-0', settings, step: 4096 });
    harness.open();
    for (let i = 0; i < 10; i++) harness.log.append([{ value: Buffer.alloc(600, i) }]);
    await harness.log.flush();
    for (let i = 10; i < 20; i++) harness.log.append([{ value: Buffer.alloc(600, i) }]);
    harness.recover(system.crash(new Random(seed)));
    const { endOffset } = harness.log;
    expect(endOffset).toBeGreaterThanOrEqual(10);
    lost += 20 - endOffset;
  }
  expect(lost).toBeGreaterThan(0);
});
