import { expect, test } from 'vitest';
import { Waiters } from '#millrace/member/waiters.js';

test('all who wait are told once, and who comes later waits for the next time', async () => {
  const waiters = new Waiters();
  const [first, second] = [waiters.wait(), waiters.wait()];
  expect(waiters.count).toBe(2);
  waiters.resolve();
  await Promise.all([first, second]);
  const third = waiters.wait();
  waiters.reject(new Error('no'));
  await expect(third).rejects.toThrow('no');
  expect(waiters.count).toBe(0);
});
