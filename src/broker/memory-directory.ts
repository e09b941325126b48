/**
 * A directory for files that need no disk: in memory where the system has that, and otherwise among temporary files.
 *
 * It goes with `remove`, and otherwise when the process (or the worker thread) ends by itself, by `process.exit` or by an error. What is killed cannot do that: what
 * it leaves in memory, the next process of the same user removes. Whose process has ended is told by a lock that the system releases then, also for containers
 * that share the memory, where process ids say nothing.
 */
import { accessSync, constants, lstatSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { native } from '../native.ts';

const SHARED_MEMORY = '/dev/shm';
const PREFIX = 'millrace-';
const OWNER_FILE = '.owner';

/** Those of this thread that are not removed yet. */
const present = new Set<MemoryDirectory>();
let hasSwept = false;

export class MemoryDirectory {
  readonly path: string;
  /** Of the owner's file; null: nobody else looks there. */
  #lock: number | null = null;

  static async make(): Promise<MemoryDirectory> {
    const isInMemory = hasSharedMemory();
    if (isInMemory && !hasSwept) {
      hasSwept = true;
      await removeAbandoned(SHARED_MEMORY);
    }
    const made = new MemoryDirectory(mkdtempSync(join(isInMemory ? SHARED_MEMORY : tmpdir(), PREFIX)));
    if (isInMemory) made.#own();
    return made;
  }

  private constructor(path: string) {
    this.path = path;
    // One for all: many brokers of one process would be a warning of Node's.
    if (present.size === 0) process.on('exit', removePresent);
    present.add(this);
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
    present.delete(this);
    if (present.size === 0) process.off('exit', removePresent);
    this.#disown();
  }

  /** When there is no later. */
  removeAtExit(): void {
    try {
      rmSync(this.path, { recursive: true, force: true });
    } catch {
      // A thread of the addon may be at work there to the last: the next process removes the rest.
    }
    // The process of a worker thread goes on.
    this.#disown();
  }

  /** The file has its name when it is locked: who finds it unlocked knows that its owner is gone. */
  #own(): void {
    const path = join(this.path, OWNER_FILE);
    this.#lock = native.open(`${path}.new`, 'w+');
    native.tryLock(this.#lock, path);
    renameSync(`${path}.new`, path);
  }

  #disown(): void {
    if (this.#lock !== null) native.close(this.#lock, this.path);
    this.#lock = null;
  }
}

function hasSharedMemory(): boolean {
  try {
    accessSync(SHARED_MEMORY, constants.W_OK);
    return true;
  } catch {
    // Not on macOS, nor in every container.
    return false;
  }
}

function removePresent(): void {
  for (const directory of present) directory.removeAtExit();
}

async function removeAbandoned(parent: string): Promise<void> {
  const names = readdirSync(parent).filter((name) => name.startsWith(PREFIX));
  for (const name of names) await removeIfAbandoned(join(parent, name));
}

async function removeIfAbandoned(path: string): Promise<void> {
  let lock: number | null = null;
  try {
    // What is another user's he could exchange under our hands.
    if (lstatSync(path).uid !== process.getuid?.()) return;
    const owner = join(path, OWNER_FILE);
    lock = native.open(owner, 'r+');
    if (native.tryLock(lock, owner)) await rm(path, { recursive: true, force: true });
  } catch {
    // It is none of ours, or is being made or removed at this moment.
  } finally {
    if (lock !== null) native.close(lock, path);
  }
}
