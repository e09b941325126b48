import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { ThreadPool } from '#millrace/worker/thread-pool.js';

const module = new URL('executor-work.mjs', import.meta.url);

test('tasks run on as many threads as were asked for, and not more', async () => {
  const pool = new ThreadPool<{ value: number }, { thread: number }>({ module, work: 'double', threads: 2 });
  const results = await Promise.all(Array.from({ length: 40 }, (_, value) => pool.run({ value })));
  const threads = new Set(results.map(({ thread }) => thread));
  expect(threads.size).toBeLessThanOrEqual(2);
  expect(pool.concurrency).toBe(2);
  await pool.close();
});

test('a pool that was never used, and one that was closed, keep no process alive', () => {
  const script = `
    import { ThreadPool } from '#millrace/worker/thread-pool.js';
    const options = { module: new URL(process.argv[1]), work: 'double', threads: 2 };
    new ThreadPool(options);
    const used = new ThreadPool(options);
    console.log((await used.run({ value: 21 })).double);
    await used.close();
  `;
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', script, module.href], {
    timeout: 10_000,
  });
  expect(String(output)).toBe('42\n');
});
