import { expect, test } from 'vitest';
import { Brake, GivenUp, giveUp, newGiveUpFlag } from '#millrace/compaction/compaction-control.js';

test('work goes on until it is given up', () => {
  const flag = newGiveUpFlag();
  const brake = new Brake(flag, Infinity);
  for (let i = 0; i < 100; i++) brake.worked(100_000);
  giveUp(flag);
  expect(() => {
    for (let i = 0; i < 4; i++) brake.worked(100_000);
  }).toThrow(GivenUp);
  expect(() => new Brake(flag, Infinity).worked(1)).toThrow(GivenUp);
});

test('a rate is kept, from the first bytes on', () => {
  const brake = new Brake(newGiveUpFlag(), 10 * 1024 * 1024);
  const began = performance.now();
  for (let i = 0; i < 10; i++) brake.worked(100 * 1024);
  // 1,000 KiB at 10 MiB a second, of which the last look is at 900 or so.
  expect(performance.now() - began).toBeGreaterThan(50);
});

test('a rate that is not reached costs no time', () => {
  const brake = new Brake(newGiveUpFlag(), Number.MAX_SAFE_INTEGER);
  const began = performance.now();
  for (let i = 0; i < 1000; i++) brake.worked(1000);
  expect(performance.now() - began).toBeLessThan(1000);
});
