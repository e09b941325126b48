import { Worker } from 'node:worker_threads';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  Brake,
  changeRate,
  type CompactionControl,
  GivenUp,
  giveUp,
  isGivenUp,
  newControl,
} from '#millrace/compaction/compaction-control.js';

const MIB = 1024 * 1024;

test('work goes on until it is given up', () => {
  const control = newControl(0);
  const brake = new Brake(control);
  for (let i = 0; i < 100; i++) brake.worked(100_000);
  expect(isGivenUp(control)).toBe(false);
  giveUp(control);
  expect(isGivenUp(control)).toBe(true);
  expect(() => {
    for (let i = 0; i < 4; i++) brake.worked(100_000);
  }).toThrow(GivenUp);
  expect(() => new Brake(control).worked(1)).toThrow(GivenUp);
});

test('a rate is kept, from the first bytes on', () => {
  const brake = new Brake(newControl(10 * MIB));
  const began = performance.now();
  for (let i = 0; i < 10; i++) brake.worked(100 * 1024);
  // 1,000 KiB at 10 MiB a second, of which the last look is at 900 or so.
  expect(performance.now() - began).toBeGreaterThan(50);
});

test('what was done at another rate does not count', () => {
  const control = newControl(0);
  const brake = new Brake(control);
  brake.worked(1024 * MIB);
  changeRate(control, 10 * MIB);
  const began = performance.now();
  for (let i = 0; i < 10; i++) brake.worked(100 * 1024);
  // Not the two minutes that the gigabyte would have taken.
  expect(performance.now() - began).toBeLessThan(60_000);
});

/** Works at a byte a second in a thread; what it says is when it begins to, and how it ended. */
function sleeper(control: CompactionControl): Worker {
  const { href } = new URL(import.meta.resolve('#millrace/compaction/compaction-control.js'));
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    import { Brake } from ${JSON.stringify(href)};
    const brake = new Brake(workerData);
    parentPort.postMessage('begins');
    try {
      brake.worked(${MIB});
      parentPort.postMessage('done');
    } catch (error) {
      parentPort.postMessage(error.constructor.name);
    }`;
  return new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData: control });
}

test.each([
  ['another rate', (control: CompactionControl) => changeRate(control, 0), 'done'],
  ['the end', giveUp, 'GivenUp'],
])('%s is heard of by who sleeps, whether it comes before the sleep or in it', async (_, change, expected) => {
  const control = newControl(1);
  const thread = sleeper(control);
  expect(await once(thread, 'message')).toEqual(['begins']);
  change(control);
  expect(await once(thread, 'message')).toEqual([expected]);
  await thread.terminate();
});

test('a rate that is not reached costs no time', () => {
  const brake = new Brake(newControl(Number.MAX_SAFE_INTEGER));
  const began = performance.now();
  for (let i = 0; i < 1000; i++) brake.worked(1000);
  expect(performance.now() - began).toBeLessThan(1000);
});
