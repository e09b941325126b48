/**
 * The file `.kafka_cleanshutdown`: it is there exactly when the last process that had the directory stopped it cleanly.
 *
 * Written last of all at close, when everything else is on stable storage. Removed at open before anything is loaded, so that a crash while
 * loading cannot pass for a clean stop (KAFKA-10471). Kafka puts the broker's epoch in; -1 is its word for none. (CleanShutdownFileHandler.)
 */
import { join } from 'node:path';
import { writeWholeFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';

export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';

export function wasCleanlyStopped(system: FileSystem, directory: string): boolean {
  return system.exists(join(directory, CLEAN_SHUTDOWN));
}

/** Durable when it returns. */
export function removeCleanShutdown(system: FileSystem, directory: string): void {
  system.remove(join(directory, CLEAN_SHUTDOWN));
  system.syncDirectory(directory);
}

/** Durable when it returns. */
export function writeCleanShutdown(system: FileSystem, directory: string): void {
  writeWholeFile(system, join(directory, CLEAN_SHUTDOWN), '{"version":0,"brokerEpoch":-1}');
}
