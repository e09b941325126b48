/**
 * Makes the directories of new partitions and brings them to stable storage, or removes what it made.
 *
 * In groups: their files are made without a sync, and one round of the flusher's thread covers a group. A crash in the middle leaves what
 * `millrace-change.json` names, and the next open removes it.
 */
import type { LogFile } from '../file/file-system.ts';
import { FLUSH_EACH_FILES_MAX, LOGS_AT_ONCE } from '../limits.ts';
import { flushRound } from '../file/flush-round.ts';
import { makePartitionDirectory } from './partition-directory.ts';
import type { StoreEnvironment } from './store-environment.ts';

/** `syncfs`, which covers names too, is Linux's. */
const SYNCFS_COVERS_NAMES = process.platform === 'linux';

/** Durable when it resolves; after a rejection none of the directories is there, unless the disk failed. */
export async function makePartitions(
  environment: StoreEnvironment,
  directories: readonly string[],
  topicId: string,
): Promise<void> {
  const { system, directory } = environment;
  let made = 0;
  try {
    while (made < directories.length) {
      const group = directories.slice(made, made + LOGS_AT_ONCE);
      const files: LogFile[] = [];
      try {
        for (const each of group) {
          // Counted before it is made: one that was half made is to be removed too.
          made++;
          files.push(...makePartitionDirectory(system, each, topicId));
        }
        const wholeFileSystem = group.length > FLUSH_EACH_FILES_MAX;
        const names = wholeFileSystem && SYNCFS_COVERS_NAMES ? [] : [...group, directory];
        await flushRound(environment.flushThread, { files, directories: names, wholeFileSystem });
      } finally {
        for (const file of files) file.close();
      }
    }
  } catch (error) {
    removeDirectories(environment, directories.slice(0, made));
    throw error;
  }
}

/** Takes back what was made. A disk that does not even do that is offline. */
export function removeDirectories(environment: StoreEnvironment, directories: readonly string[]): void {
  try {
    for (const each of directories) environment.system.removeDirectory(each);
  } catch (error) {
    throw environment.health.fail(error);
  }
}
