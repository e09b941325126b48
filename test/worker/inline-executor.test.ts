import { expect, test } from 'vitest';
import { InlineExecutor } from '#millrace/worker/inline-executor.js';

test('the event loop gets a turn between tasks that hold it', async () => {
  const executor = new InlineExecutor<number, number>((ms) => {
    const end = performance.now() + ms;
    while (performance.now() < end);
    return ms;
  });
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  for (let i = 0; i < 6; i++) await executor.run(25);
  clearInterval(timer);
  expect(executor.concurrency).toBe(1);
  expect(turns).toBeGreaterThanOrEqual(3);
});
