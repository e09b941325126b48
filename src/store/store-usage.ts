/**
 * What the partitions of a data directory take: bytes, records, segments, and how old their records are. Works beside the writer; a log that cannot be read is told as such.
 */
import { join } from 'node:path';
import { isMillraceError, type MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { isGone } from '../log/log-directory-check.ts';
import type { ReadOnlyStore } from './read-only-store.ts';
import { partitionDirectoryName } from './partition-directory.ts';

export interface PartitionUsage {
  readonly topic: string;
  readonly partition: number;
  /** Bytes of its record batches. */
  readonly bytes: number;
  /** Bytes of all files in its directory: indexes, and what is reserved ahead of the writer, are among them. */
  readonly fileBytes: number;
  /** Offsets that it has; of a compacted log not each of them has a record. */
  readonly records: number;
  readonly segments: number;
  readonly startOffset: number;
  readonly endOffset: number;
  /** Of the first record that has a timestamp, and the largest of all; null where none has. Milliseconds since 1970. */
  readonly oldestTimestamp: number | null;
  readonly newestTimestamp: number | null;
  /** Why the log could not be read: then there are only the bytes of its files. */
  readonly error: MillraceError | null;
}

/** The partitions by topic and number. Those that are deleted meanwhile are left out. */
export function* storeUsage(system: FileSystem, store: ReadOnlyStore): Generator<PartitionUsage> {
  const topics = store.topics().sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, partitions } of topics) {
    for (let partition = 0; partition < partitions; partition++) {
      const directory = join(store.directory, partitionDirectoryName(name, partition));
      try {
        yield {
          topic: name,
          partition,
          fileBytes: fileBytesOf(system, directory),
          ...readUsage(store, name, partition),
        };
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }
}

function readUsage(
  store: ReadOnlyStore,
  topic: string,
  partition: number,
): Omit<PartitionUsage, 'topic' | 'partition' | 'fileBytes'> {
  try {
    const log = store.partition(topic, partition);
    const { startOffset, endOffset } = log;
    const hasRecords = endOffset > startOffset;
    return {
      bytes: log.size,
      records: Math.max(0, endOffset - startOffset),
      segments: log.segmentCount,
      startOffset,
      endOffset,
      oldestTimestamp: hasRecords ? (log.offsetForTimestamp(0)?.timestamp ?? null) : null,
      newestTimestamp: hasRecords ? (log.offsetOfMaxTimestamp()?.timestamp ?? null) : null,
      error: null,
    };
  } catch (error) {
    if (!isMillraceError(error) || isGone(error)) throw error;
    const nothing = { bytes: 0, records: 0, segments: 0, startOffset: 0, endOffset: 0 };
    return { ...nothing, oldestTimestamp: null, newestTimestamp: null, error };
  }
}

function fileBytesOf(system: FileSystem, directory: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of system.list(directory)) {
    // One that went meanwhile has -1.
    if (!isDirectory) bytes += Math.max(0, system.sizeOf(join(directory, name)));
  }
  return bytes;
}
