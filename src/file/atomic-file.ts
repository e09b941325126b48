/**
 * Small files that are replaced as a whole: a reader, and a restart after a crash, sees the old content or the new, never a mixture.
 *
 * Written beside the old one, synced, renamed over it; then the directory is synced. (Kafka's `CheckpointFile` does the same.)
 */
import { dirname } from 'node:path';
import { MillraceError } from '../errors.ts';
import { CHECKPOINT_BYTES_MAX } from '../limits.ts';
import type { FileSystem, FlushThread, LogFile } from './file-system.ts';
import { flushRound } from './flush-round.ts';
import { isGone } from './stale-file.ts';

const TEMPORARY_SUFFIX = '.tmp';

/** Replaces `path` by `text`. With `durable` false the content may be lost in a power failure, but is never torn. */
export function writeWholeFile(system: FileSystem, path: string, text: string, durable = true): void {
  const temporary = path + TEMPORARY_SUFFIX;
  system.remove(temporary);
  writeThrough(system.open(temporary, 'w+'), text);
  system.rename(temporary, path);
  if (durable) system.syncDirectory(dirname(path));
}

/**
 * As `writeWholeFile`, durably, with the disk waited for on the flusher's thread. `isWanted` is asked when the content is safe: where it says no, as somebody has written the file
 * meanwhile, that stays.
 */
export async function writeWholeFileAside(
  system: FileSystem,
  thread: FlushThread,
  {
    path,
    text,
    isWanted = () => true,
  }: { readonly path: string; readonly text: string; readonly isWanted?: () => boolean },
): Promise<void> {
  const temporary = path + TEMPORARY_SUFFIX;
  system.remove(temporary);
  const file = system.open(temporary, 'w+');
  try {
    write(file, text);
    await flushRound(thread, { files: [file], directories: [], wholeFileSystem: false });
  } finally {
    file.close();
  }
  if (!isWanted()) return;
  system.rename(temporary, path);
  await flushRound(thread, { files: [], directories: [dirname(path)], wholeFileSystem: false });
}

/** Replaces `path`, durably, by a file that only its owner may read: mode 0600, whatever the mode of the old one was. */
export function writePrivateFile(system: FileSystem, path: string, text: string): void {
  const temporary = path + TEMPORARY_SUFFIX;
  system.remove(temporary);
  system.createPrivate(temporary);
  writeThrough(system.open(temporary, 'r+'), text);
  system.rename(temporary, path);
  system.syncDirectory(dirname(path));
}

function writeThrough(file: LogFile, text: string): void {
  try {
    write(file, text);
    // Without this a rename may reach the disk before the bytes, and a power failure leaves an empty file.
    file.sync();
  } finally {
    file.close();
  }
}

function write(file: LogFile, text: string): void {
  const bytes = Buffer.from(text, 'utf8');
  file.write(bytes, 0, bytes.length, 0);
}

/** The whole text of `path`, or null where there is no such file: of one file, also while another process replaces or removes it. */
export function readTextFile(system: FileSystem, path: string): string | null {
  const file = openIfThere(system, path);
  if (file === null) return null;
  try {
    const size = file.size();
    if (size > CHECKPOINT_BYTES_MAX) {
      const message = `${path} has ${size} bytes, expected at most ${CHECKPOINT_BYTES_MAX}`;
      throw new MillraceError('ERR_MILLRACE_CORRUPT', message, { path });
    }
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, file.read(bytes, 0, size, 0)).toString('utf8');
  } finally {
    file.close();
  }
}

/** To be read; null where there is no such file. Nobody can take it away in between, as between a question for it and its opening. */
export function openIfThere(system: FileSystem, path: string): LogFile | null {
  try {
    return system.open(path, 'r');
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
