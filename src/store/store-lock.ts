/**
 * The lock of a data directory: one process writes it. Held on the file `.lock`, as by Kafka, and released by the system when the process ends.
 *
 * Kafka's file is empty. Ours has a line that says who holds it, for the message that another process gets.
 */
import { hostname } from 'node:os';
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import { readTextFile } from '../file/atomic-file.ts';
import type { DirectoryLock, FileSystem } from '../file/file-system.ts';

const LOCK_FILE = '.lock';

interface Holder {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  readonly program: string;
}

export class StoreLock {
  readonly #system: FileSystem;
  readonly #path: string;
  readonly #lock: DirectoryLock;

  /** Takes the lock, or throws ERR_MILLRACE_LOCKED with the name of the process that has it. */
  static take(system: FileSystem, directory: string, now: number): StoreLock {
    const path = join(directory, LOCK_FILE);
    const lock = system.lock(path);
    if (lock === null) throw heldBy(system, directory, path);
    const taken = new StoreLock(system, path, lock);
    const program = process.argv[1] ?? process.execPath;
    taken.#write(JSON.stringify({ pid: process.pid, host: hostname(), since: new Date(now).toISOString(), program }));
    return taken;
  }

  private constructor(system: FileSystem, path: string, lock: DirectoryLock) {
    this.#system = system;
    this.#path = path;
    this.#lock = lock;
  }

  release(): void {
    this.#write('');
    this.#lock.release();
  }

  /** The text is for people only: a disk that has no room for it is no reason to fail. */
  #write(text: string): void {
    try {
      const file = this.#system.open(this.#path, 'r+');
      try {
        file.truncate(0);
        const bytes = Buffer.from(text, 'utf8');
        file.write(bytes, 0, bytes.length, 0);
      } finally {
        file.close();
      }
    } catch {
      // The lock itself holds, whatever the file says.
    }
  }
}

/** Throws ERR_MILLRACE_LOCKED while somebody has the directory, and changes nothing: what is not held may be so the moment after. */
export function refuseLocked(system: FileSystem, directory: string): void {
  const path = join(directory, LOCK_FILE);
  if (!system.exists(path)) return;
  const lock = system.lock(path);
  if (lock === null) throw heldBy(system, directory, path);
  lock.release();
}

function heldBy(system: FileSystem, directory: string, path: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_LOCKED', `${directory} is held by ${holderOf(system, path)}`, { path });
}

function holderOf(system: FileSystem, path: string): string {
  const holder = parseHolder(readTextFile(system, path) ?? '');
  if (holder === null) return 'another process, which left no name (a Kafka broker leaves none)';
  if (holder.pid === process.pid && holder.host === hostname()) return `this process, since ${holder.since}`;
  return `process ${holder.pid} on ${holder.host} (${holder.program}), since ${holder.since}`;
}

function parseHolder(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Partial<Holder> | null;
    const { pid, host, since, program } = holder ?? {};
    if (typeof pid !== 'number' || ![host, since, program].every((field) => typeof field === 'string')) return null;
    return holder as Holder;
  } catch {
    // Empty, or half written: the holder is not known.
    return null;
  }
}
