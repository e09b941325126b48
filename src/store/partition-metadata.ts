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
import { openIfThere, writeWholeFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { isUuid } from './uuid.ts';

export const PARTITION_METADATA = 'partition.metadata';
const FORMAT = /^version:\s+0\r?\ntopic_id:\s+(\S+)\s*$/;
/** Where the file's first bytes are read to; it has 44. */
const start = Buffer.allocUnsafeSlow(128);

export function encodePartitionMetadata(topicId: string): string {
  return `version: 0\ntopic_id: ${topicId}`;
}

/** The topic id in a partition's directory; null where the file is missing. ERR_MILLRACE_CORRUPT where it says something else. */
export function readPartitionMetadata(system: FileSystem, directory: string): string | null {
  const path = join(directory, PARTITION_METADATA);
  const text = readStart(system, path);
  if (text === null) return null;
  const id = FORMAT.exec(text)?.[1];
  if (isUuid(id)) return id;
  throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} has ${show(text)}, expected a version 0 and a topic_id`, {
    path,
  });
}

/** The file's first bytes, which are all unless it is not what it should be. Read for each partition: without asking for its size first. */
function readStart(system: FileSystem, path: string): string | null {
  const file = openIfThere(system, path);
  if (file === null) return null;
  try {
    return start.toString('latin1', 0, file.read(start, 0, start.length, 0));
  } finally {
    file.close();
  }
}

export function writePartitionMetadata(system: FileSystem, directory: string, topicId: string): void {
  writeWholeFile(system, join(directory, PARTITION_METADATA), encodePartitionMetadata(topicId));
}
