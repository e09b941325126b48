/**
 * An executor in worker threads. Threads are begun as tasks come and ended by `close`; each loads the module once.
 *
 * `module` is a compiled module of ours, and `work` the name of the function that it exports.
 */
import { fileURLToPath } from 'node:url';
import type * as PiscinaPackage from 'piscina';
import { requirePackage } from '../lazy-module.ts';
import type { Executor } from './executor.ts';

export interface ThreadPoolOptions {
  readonly module: URL;
  readonly work: string;
  readonly threads: number;
  /** How long a thread waits for another task before it ends; default: not at all. */
  readonly idleMs?: number;
}

export class ThreadPool<Task, Result> implements Executor<Task, Result> {
  readonly concurrency: number;
  readonly #options: ThreadPoolOptions;
  #pool: PiscinaPackage.Piscina<Task, Result> | null = null;
  readonly #running = new Set<Promise<Result>>();

  constructor(options: ThreadPoolOptions) {
    this.concurrency = options.threads;
    this.#options = options;
  }

  async run(task: Task): Promise<Result> {
    const run = (this.#pool ??= newPool<Task, Result>(this.#options)).run(task);
    this.#running.add(run);
    try {
      return await run;
    } finally {
      this.#running.delete(run);
    }
  }

  async close(): Promise<void> {
    // Piscina's own close gives up on tasks that no thread has taken yet.
    await Promise.allSettled(this.#running);
    await this.#pool?.destroy();
  }
}

/** Loads piscina when there is a task for it: few programs ever need threads here. */
function newPool<Task, Result>(options: ThreadPoolOptions): PiscinaPackage.Piscina<Task, Result> {
  const { Piscina: Pool } = requirePackage('piscina') as typeof PiscinaPackage;
  return new Pool<Task, Result>({
    filename: fileURLToPath(options.module),
    name: options.work,
    minThreads: 0,
    maxThreads: options.threads,
    idleTimeout: options.idleMs ?? 0,
    // The tasks hold a thread for long and block it: a second one in it would only wait.
    concurrentTasksPerWorker: 1,
    recordTiming: false,
  });
}
