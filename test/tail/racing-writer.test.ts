/** A writer in another process cuts, rolls, deletes and restarts at full speed while this one reads: nothing wrong is seen, and no page is gone. */
import { fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { type FollowedLog, isMillraceError, openStore } from '#millrace/main.js';
import { Random, seedsOf } from '../support/random.ts';
import { temporaryDirectory } from '../support/temp-directory.ts';
import { checkValue } from './racing-values.mjs';

const CHILD = fileURLToPath(new URL('racing-child.mjs', import.meta.url));
/** How long the race goes on. */
const RACE_MS = Number(process.env.MILLRACE_RACE_MS ?? 1200);

interface Told {
  readonly steps: number;
  readonly startOffset: number;
  readonly endOffset: number;
  readonly hash: string;
}

/** Reads somewhere, in one way or the other; returns how many records there were. What was cut or deleted meanwhile is out of range. */
async function readSomewhere(log: FollowedLog, random: Random): Promise<number> {
  const { startOffset, endOffset } = log;
  const from = random.between(startOffset, endOffset);
  const options = { maxBytes: random.between(0, 40_000) };
  let expected = from;
  try {
    const run = random.chance(0.3) ? await log.readAsync(from, options) : log.read(from, options);
    for (const batch of run) {
      batch.ensureValid();
      for (const { offset, value } of batch) {
        if (offset < from) continue;
        if (offset !== expected) throw new Error(`${offset} follows ${expected - 1}`);
        checkValue(value, offset);
        expected++;
      }
    }
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) throw error;
  }
  return expected - from;
}

/** Waits at the end for what comes, again and again. */
async function waitOn(log: FollowedLog, random: Random, signal: AbortSignal): Promise<number> {
  let woken = 0;
  while (!signal.aborted) {
    try {
      await log.waitFor(log.endOffset, { signal });
      woken++;
      // Now and then nobody looks for a while.
      await setTimeout(random.chance(0.5) ? 0 : random.between(0, 40));
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_ABORTED')) throw error;
    }
  }
  return woken;
}

test('a reader keeps up with a writer that does everything at once', { timeout: RACE_MS + 60_000 }, async () => {
  const [seed] = seedsOf(1);
  const random = new Random(seed);
  const directory = join(temporaryDirectory(), 'data');
  const child = fork(CHILD, [directory, String(seed), String(RACE_MS)]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'message');
  const store = await openStore(directory, { readOnly: true });
  onTestFinished(() => store.close());
  const log = store.partition('a', 0);

  const control = new AbortController();
  const waiting = waitOn(log, new Random(seed + 1), control.signal);
  const told: Told[] = [];
  child.once('message', (message) => told.push(message as Told));
  child.send('go');
  let records = 0;
  while (told.length === 0) {
    if (child.exitCode !== null) throw new Error(`MILLRACE_SEED=${seed}: the writer ended with ${child.exitCode}`);
    for (let i = 0; i < 20; i++) {
      records += await readSomewhere(log, random).catch((error: unknown) => {
        throw new Error(`MILLRACE_SEED=${seed}: ${String(error)}`, { cause: error });
      });
    }
    if (random.chance(0.01)) log.refresh();
    await setImmediate();
  }
  control.abort();
  expect(await waiting).toBeGreaterThan(1);
  expect(records).toBeGreaterThan(100);

  const { startOffset, endOffset, hash: wanted, steps } = told[0];
  expect(steps).toBeGreaterThan(50);
  expect(log.refresh(), `seed ${seed}`).toBe(endOffset);
  expect(log.startOffset).toBeLessThanOrEqual(startOffset);
  const hash = createHash('sha256');
  for (let next = startOffset; next < endOffset;) {
    for (const batch of log.read(next)) {
      for (const { offset, value } of batch) {
        if (offset < startOffset) continue;
        hash.update(value!);
        next = offset + 1;
      }
    }
  }
  expect(hash.digest('hex'), `seed ${seed}`).toBe(wanted);
  child.send('end');
  await once(child, 'exit');
});
