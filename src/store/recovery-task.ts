/**
 * The piece of recovery that a worker thread runs: some partitions, one after another. Tasks and outcomes are plain data.
 *
 * Loaded by worker threads (recovery.ts), which have the addon and nothing else of the process.
 */
import { DiskFileSystem } from '../file/disk.ts';
import type { FileSystem } from '../file/file-system.ts';
import { type LogRecoveryOptions, type LogRecoveryReport, recoverLog } from '../log/log-recovery.ts';
import { type PlainError, toPlainError } from '../worker/error-transfer.ts';

export type RecoveryTask = readonly LogRecoveryOptions[];

/** What became of one partition of a task. */
export type RecoveryOutcome = { readonly report: LogRecoveryReport } | { readonly error: PlainError };

export function recoverLogs(system: FileSystem, task: RecoveryTask): RecoveryOutcome[] {
  return task.map((options) => {
    try {
      return { report: recoverLog(system, options) };
    } catch (error) {
      return { error: toPlainError(error) };
    }
  });
}

/** What the thread pool calls. */
export function recoverInThread(task: RecoveryTask): RecoveryOutcome[] {
  const system = new DiskFileSystem();
  try {
    return recoverLogs(system, task);
  } finally {
    system.close();
  }
}
