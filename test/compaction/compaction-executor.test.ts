import { expect, test } from 'vitest';
import { compactionExecutor } from '#millrace/compaction/compaction-executor.js';
import { DiskFileSystem } from '#millrace/file/disk.js';
import { InlineExecutor } from '#millrace/worker/inline-executor.js';
import { ThreadPool } from '#millrace/worker/thread-pool.js';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

test('real files are compacted in a thread, those that nobody else has where they are', async () => {
  const threads = compactionExecutor(new DiskFileSystem());
  expect(threads).toBeInstanceOf(ThreadPool);
  expect(threads.concurrency).toBe(1);
  expect(await threads.run({ kind: 'remove', paths: [] })).toEqual({ kind: 'removed' });
  await threads.close();
  const inline = compactionExecutor(new MemoryFileSystem());
  expect(inline).toBeInstanceOf(InlineExecutor);
  expect(await inline.run({ kind: 'remove', paths: ['/none'] })).toEqual({ kind: 'removed' });
});
