/** The model test where windows are copies: over memory, where each `pwrite` may be the last call, and over the real disk. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CopyingDisk } from '#millrace/file/copying-disk.js';
import { CopyingMemory } from '../support/copying-memory.ts';
import type { Fault } from '../support/memory-file-system.ts';
import { seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { LogRun } from './log-run.ts';
import type { TestedFileSystem } from './tested-file-system.ts';

const RUNS = Number(process.env.MILLRACE_RUNS ?? 30);
const STEPS = 120;
const TIMEOUT_MS = RUNS * 1000 + 60_000;

class TestedCopyingDisk extends CopyingDisk implements TestedFileSystem {
  capacity = Infinity;
  fault: Fault | null = null;
  readonly openFiles = 0;
  readonly used = Infinity;

  writeback(): void {}

  runFlush(): boolean {
    return false;
  }

  kill(): TestedCopyingDisk {
    this.close();
    return new TestedCopyingDisk();
  }

  crash(): TestedCopyingDisk {
    return this.kill();
  }
}

async function live(seed: number, system: TestedFileSystem, directory: string): Promise<LogRun> {
  const run = new LogRun(seed, system, directory);
  try {
    for (let i = 0; i < STEPS; i++) await run.step();
  } catch (error) {
    const trace = run.trace.slice(-40).join('\n');
    throw new Error(`MILLRACE_SEED=${seed}, after ${run.trace.length - 1} steps\n${trace}\n${String(error)}`, {
      cause: error,
    });
  }
  return run;
}

test('a log on copies agrees with its model, whatever stops it', { timeout: TIMEOUT_MS }, async () => {
  for (const seed of seedsOf(RUNS)) {
    const run = await live(seed, new CopyingMemory({ flush: 'manual', fileBytesMax: 64 * 1024 }), '/data/t-0');
    expect(run.counts.size).toBeGreaterThan(5);
  }
});

test('and so on the real disk, but for power failures', { timeout: TIMEOUT_MS }, async () => {
  const directory = temporaryDirectory();
  for (const seed of seedsOf(Math.ceil(RUNS / 5))) {
    const run = await live(seed, new TestedCopyingDisk(), join(directory, String(seed), 't-0'));
    await run.harness.close();
    await run.harness.dispose();
    run.system.close();
    expect(run.counts.size).toBeGreaterThan(5);
  }
});
