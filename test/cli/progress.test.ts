import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createProgress, describeProgress } from '#millrace/cli/progress.js';
import { Kept, testContext } from './cli-run.ts';

/** What the progress bar asks of a terminal. */
class Terminal extends Kept {
  override isTTY = true;
  cursorTo = (): boolean => true;
  moveCursor = (): boolean => true;
  clearLine = (): boolean => true;
}

test('nothing is shown where standard error is no terminal', async () => {
  const context = testContext();
  const progress = createProgress(context, { total: 10, unit: 'records' });
  progress.update(5);
  await setTimeout(250);
  progress.stop();
  expect(context.stderr.text).toBe('');
});

test('on a terminal there is a bar with what is done', async () => {
  const stderr = new Terminal();
  const context = { ...testContext(), stderr };
  const progress = createProgress(context, { total: 1000, unit: 'partitions' });
  progress.update(500);
  await setTimeout(250);
  progress.stop();
  expect(stderr.text).toContain('50 %  500 of 1,000 partitions');
  expect(context.stdout.text).toBe('');
});

test('rate and time left', () => {
  const state = { total: 4 * 2 ** 20, done: 2 ** 20, elapsedMs: 1000, unit: 'bytes' } as const;
  expect(describeProgress(state)).toBe('25 %  1.00 MiB of 4.00 MiB  1.00 MiB/s  3 s left');
  expect(describeProgress({ ...state, done: 0, elapsedMs: 0 })).toBe('0 %  0 B of 4.00 MiB  0 B/s');
  expect(describeProgress({ total: 100_000, done: 10, elapsedMs: 1000, unit: 'records' })).toMatch(/2 h 46 min left$/);
});
