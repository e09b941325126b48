/**
 * What the partitions of a data directory take: bytes, records, segments, and how old their records are. Works beside the writer; a log that cannot be read is told as such.
 */
import { join } from 'node:path';
import { isMillraceError, type MillraceError } from '../errors.ts';
import { systemClock } from '../clock.ts';
import type { FileSystem } from '../file/file-system.ts';
import { WindowCache } from '../file/window-cache.ts';
import { isGone } from '../file/stale-file.ts';
import { FollowedLog } from '../log/log-follower.ts';
import { NewsWatch } from '../log/news-watch.ts';
import type { SegmentEnvironment } from '../segment/segment.ts';
import { LOG_START_CHECKPOINT, OffsetCheckpoint } from './offset-checkpoints.ts';
import { readCatalog } from './topic-catalog.ts';
import { type Partition, Topic } from './topic.ts';

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

/** The partitions by topic and number, one after another as they are asked for. Those that are deleted meanwhile are left out. */
export function* storeUsage(system: FileSystem, directory: string): Generator<PartitionUsage> {
  const cache = new WindowCache(system);
  const startOffsets = OffsetCheckpoint.read(system, directory, LOG_START_CHECKPOINT);
  const topics = [...readCatalog(system, directory).topics.values()];
  for (const { entry, present } of topics.sort((a, b) => (a.entry.name < b.entry.name ? -1 : 1))) {
    const topic = new Topic(directory, entry, {}, (partition) => present.has(partition));
    for (const partition of topic.partitions) {
      if (partition === null) continue;
      const startOffset = startOffsets.get(topic.name, partition.index);
      try {
        const fileBytes = fileBytesOf(system, partition.directory);
        const usage = readUsage({ system, cache }, partition, startOffset);
        yield { topic: topic.name, partition: partition.index, fileBytes, ...usage };
      } catch (error) {
        if (!isGone(error)) throw error;
      }
    }
  }
}

type LogUsage = Omit<PartitionUsage, 'topic' | 'partition' | 'fileBytes'>;

function readUsage(environment: SegmentEnvironment, partition: Partition, startOffset: number): LogUsage {
  let log: FollowedLog | null = null;
  try {
    log = FollowedLog.open(environment, partition.directory, {
      settings: partition.topic.settings,
      startOffset: () => startOffset,
      isPresent: () => true,
      news: new NewsWatch(systemClock),
    });
    return usageOf(log);
  } catch (error) {
    if (!isMillraceError(error) || isGone(error)) throw error;
    const nothing = { bytes: 0, records: 0, segments: 0, startOffset: 0, endOffset: 0 };
    return { ...nothing, oldestTimestamp: null, newestTimestamp: null, error };
  } finally {
    // At once: it holds a descriptor, and there may be ten thousand of them.
    log?.close();
  }
}

function usageOf(log: FollowedLog): LogUsage {
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
}

function fileBytesOf(system: FileSystem, directory: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of system.list(directory)) {
    // One that went meanwhile has -1.
    if (!isDirectory) bytes += Math.max(0, system.sizeOf(join(directory, name)));
  }
  return bytes;
}
