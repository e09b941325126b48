/** Whether a directory that another process may be changing is a topic's yet, or still. */
import { isMillraceError, MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readPartitionMetadata } from './partition-metadata.ts';

/** The topic id that a directory has; null where it has none that can be read. */
export function presentTopicId(system: FileSystem, directory: string): string | null {
  try {
    return readPartitionMetadata(system, directory);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) return null;
    throw error;
  }
}

export function notOfTopic(topic: string, directory: string): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_UNKNOWN_TOPIC',
    `${directory} is not of topic "${topic}" as it is now: the topic is being deleted or made anew, or the directory is of another one`,
    { path: directory },
  );
}
