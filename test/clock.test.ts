/** The real clock: whole milliseconds, tasks that can be cancelled, and a process that may end before them. */
import { spawnSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from '#millrace/clock.js';

test('tells whole milliseconds since 1970', () => {
  const before = Date.now();
  const now = systemClock.now();
  expect(Number.isSafeInteger(now)).toBe(true);
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('calls a task once, not before its time, and not when it was cancelled', async () => {
  const calls: string[] = [];
  const began = performance.now();
  let elapsedMs = 0;
  systemClock.schedule(30, () => {
    elapsedMs = performance.now() - began;
    calls.push('kept');
  });
  const cancel = systemClock.schedule(10, () => calls.push('cancelled'));
  cancel();
  await sleep(150);
  expect(calls).toEqual(['kept']);
  // A timer may be early by less than its own unit.
  expect(elapsedMs).toBeGreaterThanOrEqual(29);
});

test('a scheduled task keeps the process alive only when that is asked for', () => {
  const program = `
    const { systemClock } = await import(process.argv[1]);
    systemClock.schedule(60_000, () => console.log('late'));
    systemClock.schedule(20, () => console.log('soon'), true);
  `;
  const { status, signal, stdout } = spawnSync(
    process.execPath,
    ['--input-type=module', '-e', program, import.meta.resolve('#millrace/clock.js')],
    {
      timeout: 10_000,
    },
  );
  expect({ status, signal, said: String(stdout) }).toEqual({ status: 0, signal: null, said: 'soon\n' });
});
