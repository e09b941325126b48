/**
 * Processes that compact all the time are followed by this one and killed, each at a moment of chance. Neither a follower nor who opens the log afterwards
 * misses the newest record of a key, or sees one twice.
 */
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openStore } from '#millrace/main.js';
import type { BatchRun } from '#millrace/record/batches.js';
import { firstSeed, Random } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';

const CHILD = fileURLToPath(new URL('compaction-child.mjs', import.meta.url));
const KEYS = 40;
const KILLS = Number(process.env.MILLRACE_RUNS ?? 4);

interface Readable {
  readonly startOffset: number;
  read(offset: number): BatchRun;
}

/** Reads from the start to where there is no more; every offset once, and each key's newest below `end`. Returns how many records there are. */
function check(log: Readable, end: number): number {
  const newest = new Map<number, number>();
  let last = -1;
  let count = 0;
  for (let offset = log.startOffset; ;) {
    const run = log.read(offset);
    if (run.size === 0) break;
    for (const batch of run) {
      for (const record of batch) {
        const value = Number.parseInt(String(record.value), 10);
        if (record.offset <= last || value !== record.offset || String(record.key) !== `key-${value % KEYS}`)
          throw new Error(
            `offset ${record.offset} after ${last} has the key ${String(record.key)} and the value ${String(record.value)}`,
          );
        last = record.offset;
        newest.set(value % KEYS, value);
        count++;
      }
    }
    offset = run.nextOffset;
  }
  for (let offset = Math.max(0, end - KEYS); offset < end; offset++) {
    if ((newest.get(offset % KEYS) ?? -1) < offset)
      throw new Error(`key ${offset % KEYS} has ${newest.get(offset % KEYS)}, and ${offset} was durable`);
  }
  return count;
}

/** Follows a child until it has compacted so often, then for a moment of chance, then kills it. Returns up to where all was durable. */
async function followAndKill(directory: string, random: Random): Promise<{ end: number; passes: number }> {
  const child = spawn(process.execPath, [CHILD, directory], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise((resolve) => child.once('exit', (_code, signal) => resolve(signal)));
  const told = { end: 0, compactions: 0 };
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('durable')) told.end = Number(line.slice(8));
    else told.compactions++;
  });
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (told.end === 0 && isRunning()) await setImmediate();
  let passes = 0;
  const follower = await openStore(directory, { readOnly: true });
  try {
    const log = follower.partition('keys', 0);
    while (told.compactions < 2 && isRunning()) {
      check(log, told.end);
      passes++;
      await setImmediate();
    }
    const until = performance.now() + random.between(0, 60);
    while (performance.now() < until) await setImmediate();
  } finally {
    child.kill('SIGKILL');
    await ended;
    await follower.close();
  }
  expect(await ended).toBe('SIGKILL');
  return { end: told.end, passes };
}

const seed = firstSeed();

test(`${KILLS} kills while the log is compacted and followed, seed ${seed}`, async () => {
  const random = new Random(seed);
  const directory = join(temporaryDirectory(), 'data');
  let passes = 0;
  for (let i = 0; i < KILLS; i++) {
    const told = await followAndKill(directory, random);
    passes += told.passes;
    const store = await openStore(directory);
    const log = store.partition('keys', 0);
    expect(log.endOffset).toBeGreaterThanOrEqual(told.end);
    const count = check(log, log.endOffset);
    // Most of what was written has been compacted away.
    expect(count).toBeLessThan(log.endOffset);
    expect(readdirSync(join(directory, 'keys-0')).filter((name) => /cleaned|swap|deleted/.test(name))).toEqual([]);
    await store.close();
  }
  expect(passes).toBeGreaterThan(KILLS);
}, 120_000);
