/**
 * Removes partitions: first their names, all together, then their files, which may take a while.
 *
 * A directory is renamed to one that ends with `-delete`, as Kafka does, so that it is gone for everybody at once; what a crash leaves of it
 * the next open removes. Views of its segments that readers hold stay valid.
 */
import { setImmediate } from 'node:timers/promises';
import { join } from 'node:path';
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { DeletedTopic } from '../group/offset-deletion.ts';
import { REMOVED_ASIDE_BYTES_MIN } from '../limits.ts';
import { listSegments } from '../log/log-directory.ts';
import { isLeaving, leavingName, partitionDirectoryName } from './partition-directory.ts';
import { readPartitionMetadata } from './partition-metadata.ts';
import { readTopicChange, removeTopicChange, isCommitted, type TopicChange } from './topic-change.ts';
import { readTopicsFile, writeTopicsFile } from './topics-file.ts';

/** Renames the directories of `partitions`, the last one first; durable when `directory` is synced. Returns where they are now. */
export function renameToLeave(
  system: FileSystem,
  directory: string,
  topic: string,
  partitions: readonly number[],
): string[] {
  const leaving: string[] = [];
  for (const partition of partitions.toReversed()) {
    const path = join(directory, leavingName(topic, partition));
    system.rename(join(directory, partitionDirectoryName(topic, partition)), path);
    leaving.push(path);
  }
  return leaving;
}

/** Removes directories with their files, the large ones on another thread; the event loop gets its turn in between. */
export async function removeLeaving(system: FileSystem, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const large = system
      .list(path)
      .map(({ name }) => join(path, name))
      .filter((file) => system.sizeOf(file) >= REMOVED_ASIDE_BYTES_MIN);
    if (large.length > 0) await system.removeAside(large).done;
    system.removeDirectory(path);
    await setImmediate();
  }
}

/** At open: removes what a deletion left. */
export async function removeLeftovers(system: FileSystem, directory: string): Promise<void> {
  const left = system.list(directory).filter((entry) => entry.isDirectory && isLeaving(entry.name));
  await removeLeaving(
    system,
    left.map((entry) => join(directory, entry.name)),
  );
}

/**
 * At open: undoes a change that was not committed, finishes a deletion. Returns the topic that was deleted, where there is no other of its name: there may be
 * more to be done for it, until when the note stays.
 */
export function settleChange(system: FileSystem, directory: string): DeletedTopic | null {
  const change = readTopicChange(system, directory);
  if (change === null) return null;
  const topics = readTopicsFile(system, directory) ?? [];
  const entry = topics.find((topic) => topic.name === change.topic);
  if (!isCommitted(change, entry)) {
    const partitions: number[] = [];
    for (let partition = change.from; partition < change.to; partition++) {
      if (isOfChange(system, join(directory, partitionDirectoryName(change.topic, partition)), change))
        partitions.push(partition);
    }
    if (partitions.length > 0) {
      renameToLeave(system, directory, change.topic, partitions);
      system.syncDirectory(directory);
    }
    if (change.kind === 'delete' && entry?.id === change.id) {
      writeTopicsFile(
        system,
        directory,
        topics.filter((topic) => topic !== entry),
      );
    }
  }
  if (change.kind === 'delete' && (entry === undefined || entry.id === change.id))
    return { name: change.topic, id: change.id };
  removeTopicChange(system, directory);
  return null;
}

/** Only what the change made, or a directory so new that it has neither an id nor a record. */
function isOfChange(system: FileSystem, path: string, change: TopicChange): boolean {
  if (!system.exists(path)) return false;
  try {
    const id = readPartitionMetadata(system, path);
    if (id !== null) return id === change.id;
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
  }
  return listSegments(system, path).every((segment) => segment.size === 0);
}
