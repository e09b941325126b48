/** The model test where windows are copies: over memory, where each `pwrite` may be the last call, and over the real disk. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { CopyingMemory } from '../support/copying-memory.ts';
import { seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { live } from './log-life.ts';
import { testedDisk } from './tested-file-system.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 12);
const TIMEOUT_MS = RUNS * 1000 + 60_000;

test('a log on copies agrees with its model, whatever stops it', { timeout: TIMEOUT_MS }, async () => {
  for (const seed of seedsOf(RUNS)) {
    const run = await live(seed, new CopyingMemory({ flush: 'manual', fileBytesMax: 64 * 1024 }), '/data/t-0');
    expect(run.counts.size).toBeGreaterThan(5);
  }
});

test('and so on the real disk, but for power failures', { timeout: TIMEOUT_MS }, async () => {
  const directory = temporaryDirectory();
  for (const seed of seedsOf(Math.ceil(RUNS / 5))) {
    const run = await live(seed, testedDisk(CopyingDisk), join(directory, String(seed), 't-0'));
    await run.harness.close();
    await run.harness.dispose();
    run.system.close();
    expect(run.counts.size).toBeGreaterThan(5);
  }
});
