/** Where files are that need no disk: a file system in memory where the system has one, and otherwise the directory for temporary files. */
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SHARED_MEMORY = '/dev/shm';

/** The beginning of a path, to be completed with what no other one has. */
export function memoryDirectory(): string {
  let parent = tmpdir();
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    parent = SHARED_MEMORY;
  } catch {
    // Not on macOS, nor in every container.
  }
  return join(parent, 'millrace-');
}
