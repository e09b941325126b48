/**
 * The directory of a partition: its name, how it is made, and how it goes.
 *
 *     orders-3                                            partition 3 of the topic orders
 *     orders-3.<32 hex digits>-delete                     on its way out: gone for readers, its files still to be removed
 *     orders-3.<32 hex digits>-stray, ...-future          Kafka's, and left alone
 *
 * (org.apache.kafka.storage.internals.log.LocalLog.)
 */
import { join } from 'node:path';
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { PARTITIONS_PER_TOPIC_MAX } from '../limits.ts';
import { EPOCH_CHECKPOINT } from '../log/epoch-checkpoint.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import type { TopicPartition } from '../types.ts';
import { encodePartitionMetadata, PARTITION_METADATA } from './partition-metadata.ts';
import { isTopicName, METADATA_TOPIC } from './topic-name.ts';
import { randomHex } from './uuid.ts';

const FILE_NAME_LENGTH_MAX = 255;
/** A checkpoint with one entry: epoch 0 begins at offset 0. */
const FIRST_EPOCH = '0\n1\n0 0\n';
const NAME = /^(.+)-(0|[1-9]\d{0,8})$/;
const LEAVING = /^.+-\d+\.[0-9a-f]{32}-delete$/;

export function partitionDirectoryName(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** The partition that a directory of this name is, or null for one that is none, or none of ours. */
export function parsePartitionDirectory(name: string): TopicPartition | null {
  const match = NAME.exec(name);
  if (match === null || !isTopicName(match[1]) || match[1] === METADATA_TOPIC) return null;
  const partition = Number(match[2]);
  return partition < PARTITIONS_PER_TOPIC_MAX ? { topic: match[1], partition } : null;
}

/** Is it the directory of a deleted partition whose files are still to be removed? */
export function isLeaving(name: string): boolean {
  return LEAVING.test(name);
}

/** A name for a partition's directory that is to be removed; the topic's name is cut where the whole would be too long. */
export function leavingName(topic: string, partition: number): string {
  const suffix = `-${partition}.${randomHex()}-delete`;
  return topic.slice(0, FILE_NAME_LENGTH_MAX - suffix.length) + suffix;
}

/**
 * Makes the directory of a new partition: its id, an empty first segment, and leader epoch 0 from offset 0 on, so that a first append finds
 * all that it needs on stable storage. Nothing is synced here; the caller syncs what this returns (and closes it), the directory and its
 * parent, or the whole file system.
 */
export function makePartitionDirectory(system: FileSystem, directory: string, topicId: string): LogFile[] {
  system.makeDirectory(directory);
  const contents = [
    [segmentFile(directory, 0, LOG_SUFFIX), ''],
    [join(directory, EPOCH_CHECKPOINT), FIRST_EPOCH],
    [join(directory, PARTITION_METADATA), encodePartitionMetadata(topicId)],
  ];
  const files: LogFile[] = [];
  try {
    for (const [path, text] of contents) {
      const file = system.open(path, 'w+');
      files.push(file);
      const bytes = Buffer.from(text, 'utf8');
      file.write(bytes, 0, bytes.length, 0);
    }
    return files;
  } catch (error) {
    for (const file of files) file.close();
    throw error;
  }
}
