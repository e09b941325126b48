import { expect, test } from 'vitest';
import { AutoCommit } from '#millrace/member/auto-commit.js';
import { TestClock } from '#millrace/test-clock.js';
import { turns } from './member-rig.ts';

test('one commit after another, from time to time, until it is stopped', async () => {
  const clock = new TestClock();
  let count = 0;
  let release = (): void => undefined;
  const auto = new AutoCommit(clock, 1_000, () => {
    count++;
    return new Promise((resolve) => (release = resolve));
  });
  auto.start();
  auto.start();
  clock.advance(999);
  expect(count).toBe(0);
  clock.advance(3_000);
  expect(count).toBe(1);
  release();
  await turns(1);
  clock.advance(1_000);
  expect(count).toBe(2);
  auto.stop();
  expect(clock.scheduled).toBe(0);
});
