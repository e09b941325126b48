/**
 * The executor contract: where work that takes long is done.
 *
 * `inline-executor.ts` does it on the caller's thread, for tests, for file systems in memory and for work too small for a thread;
 * `thread-pool.ts` in worker threads. Tasks and results are plain data, since they may cross threads.
 */
export interface Executor<Task, Result> {
  /** Tasks that run at once. */
  readonly concurrency: number;
  /** Rejects when the task's code throws, which is a bug: failures that are expected are results. */
  run(task: Task): Promise<Result>;
  /** Waits for the tasks that were given, and ends the threads. */
  close(): Promise<void>;
}
