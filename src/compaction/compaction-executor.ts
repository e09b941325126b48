/** Where compaction reads and writes: in a worker thread of its own; on the caller's thread for a file system that no other thread has. */
import { DiskFileSystem } from '../file/disk.ts';
import type { FileSystem } from '../file/file-system.ts';
import { COMPACTION_THREAD_IDLE_MS } from '../limits.ts';
import { compiledModule } from '../package-root.ts';
import { InlineExecutor } from '../worker/inline-executor.ts';
import { ThreadPool } from '../worker/thread-pool.ts';
import { type CompactionOutcome, type CompactionTask, runCompactionTask } from './compaction-task.ts';
import type { CompactionExecutor } from './log-compaction.ts';

/** Begins no thread before the first task. */
export function compactionExecutor(system: FileSystem): CompactionExecutor {
  if (!(system instanceof DiskFileSystem)) return new InlineExecutor((task) => runCompactionTask(system, task));
  return new ThreadPool<CompactionTask, CompactionOutcome>({
    module: compiledModule('compaction/compaction-task'),
    work: 'compactInThread',
    threads: 1,
    idleMs: COMPACTION_THREAD_IDLE_MS,
  });
}
