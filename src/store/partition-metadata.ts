/**
 * The file `partition.metadata`, by which Kafka knows which topic a partition's directory belongs to.
 *
 *     version: 0
 *     topic_id: 7d5lyzKdSsWk4i1kY1p0Cg
 *
 * (org.apache.kafka.storage.internals.checkpoint.PartitionMetadataFile.)
 */
import { join } from 'node:path';
import { MillraceError, show } from '../errors.ts';
import { readWholeFile, writeWholeFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { isUuid } from './uuid.ts';

export const PARTITION_METADATA = 'partition.metadata';

export function encodePartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`;
}

/** The topic id in a partition's directory; null where the file is missing. ERR_MILLRACE_CORRUPT where it says something else. */
export function readPartitionMetadata(system: FileSystem, directory: string): string | null {
  const path = join(directory, PARTITION_METADATA);
  const text = readWholeFile(system, path);
  if (text === null) return null;
  const [version, id, ...rest] = text.split('\n').map((line) => line.split(/:\s+/));
  const isWhole =
    version?.[0] === 'version' && version[1] === '0' && id?.[0] === 'topic_id' && rest.every(([line]) => line === '');
  if (isWhole && isUuid(id[1])) return id[1];
  throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} has ${show(text)}, expected a version 0 and a topic_id`, {
    path,
  });
}

export function writePartitionMetadata(system: FileSystem, directory: string, topicId: string): void {
  writeWholeFile(system, join(directory, PARTITION_METADATA), encodePartitionMetadata(topicId));
}
