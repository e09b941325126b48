/** What the model test looks at beside the log itself: its files, its indexes, and promises that need flush rounds to settle. */
import { join } from 'node:path';
import type { FileSystem } from '#millrace/file/file-system.js';
import { recoverLog } from '#millrace/log/log-recovery.js';
import type { HarnessOptions, LogHarness } from './log-harness.ts';
import { equal } from './log-model.ts';

/**
 * The indexes of a clean stop are those that recovery makes of the log, byte for byte. Transaction indexes are compared where the log is whole: they keep
 * where an aborted transaction began, also when compaction or retention took the records of its beginning.
 */
export function checkIndexes(system: FileSystem, { directory, settings }: HarnessOptions, isCompacted: boolean): void {
  const files = system.list(directory).map(({ name }) => name);
  const isWhole = !isCompacted && files.includes(`${'0'.repeat(20)}.log`);
  const names = files.filter((name) => (isWhole ? /index$/ : /\.(time)?index$/).test(name));
  const before = names.map((name) => contentOf(system, join(directory, name)));
  for (const name of names) system.remove(join(directory, name));
  recoverLog(system, { directory, settings, recoveryPoint: 0 });
  names.forEach((name, i) => equal(before[i], contentOf(system, join(directory, name)), `${name}, made again`));
}

function contentOf(system: FileSystem, path: string): string {
  const file = system.open(path, 'r');
  const bytes = Buffer.alloc(file.size());
  file.read(bytes, 0, bytes.length, 0);
  file.close();
  return bytes.toString('hex');
}

/** Waits for what needs flush rounds, and runs them. */
export async function settled<T>(system: { runFlush(): boolean }, promise: Promise<T>): Promise<T> {
  const state = { settled: false };
  const mark = (): void => void (state.settled = true);
  promise.then(mark, mark);
  while (!state.settled) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!state.settled) system.runFlush();
  }
  return promise;
}

/** For who looks into a failure: `MILLRACE_TRACE=1` adds it to each step. */
export function stateOf({ log, system, options, recoveryPoint, startOffset }: LogHarness): string {
  const epochs = log.leaderEpochs.entries.map((entry) => `${entry.epoch}@${entry.startOffset}`).join(' ');
  const files = system
    .list(options.directory)
    .map(({ name }) => `${name.replace(/^0+/, '')}:${system.sizeOf(join(options.directory, name))}`);
  return `| epochs ${epochs} | recovery point ${recoveryPoint}, start ${startOffset} | ${files.join(' ')}`;
}
