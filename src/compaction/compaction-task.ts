/**
 * The pieces of compaction that a worker thread runs. Tasks and outcomes are plain data, and the offset map is memory that both threads share.
 *
 * Loaded by worker threads (log-compaction.ts), which have the addon and nothing else of the process. The main thread appends and reads meanwhile: a
 * task opens sealed segments for reading, and writes no file but `.cleaned` ones.
 */
import { DiskFileSystem } from '../file/disk.ts';
import type { FileSystem } from '../file/file-system.ts';
import { type PlainError, toPlainError } from '../worker/error-transfer.ts';
import { Brake, type CompactionControl, GivenUp } from './compaction-control.ts';
import { type IndexingOptions, type IndexingReport, indexDirtyKeys } from './key-indexing.ts';
import { OffsetMap, type OffsetMapState } from './offset-map.ts';
import { type CleaningOptions, type CleaningReport, cleanSegments } from './segment-cleaning.ts';

interface Work {
  readonly control: CompactionControl;
  readonly map: OffsetMapState;
}

export type CompactionTask =
  | (Work & { readonly kind: 'index'; readonly options: IndexingOptions })
  | (Work & { readonly kind: 'clean'; readonly options: CleaningOptions })
  | { readonly kind: 'remove'; readonly paths: readonly string[] };

export type CompactionOutcome =
  | { readonly kind: 'indexed'; readonly map: OffsetMapState; readonly report: IndexingReport }
  | { readonly kind: 'cleaned'; readonly report: CleaningReport }
  | { readonly kind: 'removed' }
  | { readonly kind: 'given up' }
  | { readonly kind: 'failed'; readonly error: PlainError };

export function runCompactionTask(system: FileSystem, task: CompactionTask): CompactionOutcome {
  try {
    switch (task.kind) {
      case 'index': {
        const map = new OffsetMap(task.map);
        const report = indexDirtyKeys(system, map, task.options, new Brake(task.control));
        return { kind: 'indexed', map: map.state, report };
      }
      case 'clean': {
        const brake = new Brake(task.control);
        return { kind: 'cleaned', report: cleanSegments(system, new OffsetMap(task.map), task.options, brake) };
      }
      case 'remove':
        for (const path of task.paths) system.remove(path);
        return { kind: 'removed' };
    }
  } catch (error) {
    return error instanceof GivenUp ? { kind: 'given up' } : { kind: 'failed', error: toPlainError(error) };
  }
}

/** What the thread pool calls. */
export function compactInThread(task: CompactionTask): CompactionOutcome {
  const system = new DiskFileSystem();
  try {
    return runCompactionTask(system, task);
  } finally {
    system.close();
  }
}
