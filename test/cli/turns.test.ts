import { PassThrough } from 'node:stream';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { CliContext } from '#millrace/cli/context.js';
import { Turns } from '#millrace/cli/turns.js';

function contextOf(stdout: PassThrough, signal: AbortSignal): CliContext {
  return { stdin: new PassThrough(), stdout, stderr: new PassThrough(), signal, setExitCode: () => undefined };
}

test('a turn is given when it is time, and an ended command is told then', async () => {
  const controller = new AbortController();
  const turns = new Turns(contextOf(new PassThrough(), controller.signal));
  let isLate = false;
  void setImmediate().then(() => (isLate = true));
  await turns.take();
  expect(isLate).toBe(false);
  const until = performance.now() + 25;
  while (performance.now() < until);
  await turns.take();
  expect(isLate).toBe(true);
  controller.abort();
  await setTimeout(25);
  await expect(turns.take()).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
});

test('a reader that is slow is waited for', async () => {
  const stdout = new PassThrough({ highWaterMark: 10 });
  const turns = new Turns(contextOf(stdout, new AbortController().signal));
  stdout.write('more than ten characters');
  let isThrough = false;
  const turn = turns.take().then(() => (isThrough = true));
  await setTimeout(10);
  expect(isThrough).toBe(false);
  stdout.resume();
  await turn;
  expect(isThrough).toBe(true);
});

test('a reader that has gone ends the command', async () => {
  const controller = new AbortController();
  const stdout = new PassThrough({ highWaterMark: 10 });
  const turns = new Turns(contextOf(stdout, controller.signal));
  stdout.write('more than ten characters');
  const turn = turns.take();
  controller.abort();
  await expect(turn).rejects.toMatchObject({ code: 'ERR_MILLRACE_ABORTED' });
});
