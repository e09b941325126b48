/**
 * Which of the two real file systems a store works on: the one that maps files, wherever the runtime lets it.
 *
 * `MILLRACE_COPY=1` in the environment makes every store copy that does not say otherwise: for tests, and to find out whether mapping has to do
 * with some trouble.
 */
import { MillraceError } from '../errors.ts';
import { native } from '../native.ts';
import { CopyingDisk } from './copying-disk.ts';
import { DiskFileSystem } from './disk.ts';

/** `map`: files are mapped into memory. `copy`: they are read and written through copies. */
export type FileAccess = 'map' | 'copy';

let mayMap: boolean | null = null;

/** Null: as the environment says, or as the runtime allows. ERR_MILLRACE_UNSUPPORTED where `map` is wanted and not allowed. */
export function openDisk(access: FileAccess | null = null): DiskFileSystem {
  mayMap ??= native.externalBuffersAllowed();
  return chooseDisk(access ?? (process.env.MILLRACE_COPY === '1' ? 'copy' : null), mayMap);
}

export function chooseDisk(access: FileAccess | null, canMap: boolean): DiskFileSystem {
  if (access === 'map' && !canMap) {
    throw new MillraceError(
      'ERR_MILLRACE_UNSUPPORTED',
      "this runtime does not allow external buffers (Electron's memory cage), so files cannot be mapped; leave fileAccess out, or say 'copy'",
    );
  }
  return access === 'copy' || !canMap ? new CopyingDisk() : new DiskFileSystem();
}
