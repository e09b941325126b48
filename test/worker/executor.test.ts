/** The contract of an executor, kept by both. */
import { threadId } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import type { Executor } from '#millrace/worker/executor.js';
import { InlineExecutor } from '#millrace/worker/inline-executor.js';
import { ThreadPool } from '#millrace/worker/thread-pool.js';
import * as work from './executor-work.mjs';

interface Task {
  readonly value: number;
}
interface Result {
  readonly double: number;
  readonly thread: number;
}

const executors: Record<string, () => Executor<Task, Result>> = {
  inline: () => new InlineExecutor<Task, Result>(work.double),
  threads: () =>
    new ThreadPool<Task, Result>({ module: new URL('executor-work.mjs', import.meta.url), work: 'double', threads: 2 }),
};

describe.each(Object.entries(executors))('%s', (kind, make) => {
  test('each task gets its own result', async () => {
    const executor = make();
    const results = await Promise.all(Array.from({ length: 50 }, (_, value) => executor.run({ value })));
    expect(results.map(({ double }) => double)).toEqual(Array.from({ length: 50 }, (_, value) => value * 2));
    const elsewhere = results.every(({ thread }) => thread !== threadId);
    expect(elsewhere).toBe(kind === 'threads');
    await executor.close();
  });

  test('a bug in the work rejects its task alone', async () => {
    const executor = make();
    await expect(executor.run({ value: -1 })).rejects.toThrow('negative: -1');
    await expect(executor.run({ value: 4 })).resolves.toMatchObject({ double: 8 });
    await executor.close();
  });

  test('closing waits for what was given', async () => {
    const executor = make();
    const results = [1, 2, 3].map((value) => executor.run({ value }));
    await executor.close();
    expect((await Promise.all(results)).map(({ double }) => double)).toEqual([2, 4, 6]);
  });
});
