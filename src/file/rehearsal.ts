/**
 * A file system on which nothing happens: reads go to the one behind it, changes are only remembered. So what a piece of work would do can be shown before
 * it is done, by the very code that does it.
 *
 * Names that were removed are gone, and files that were cut or written are as they would be; nothing else is remembered. Files of up to some MiB are written in memory; a log is only cut, which
 * takes none. Not for work that maps for writing, reserves, or flushes: that throws an assertion.
 */
import { dirname } from 'node:path';
import { assert } from '../assert.ts';
import type {
  AsideRemoval,
  DirectoryEntry,
  DirectoryLock,
  FileEntry,
  FileSystem,
  FileWindow,
  FlushThread,
  LogFile,
  OpenMode,
  PreparedWindow,
} from './file-system.ts';

/** What would become of a file: cut to a size, written anew, or removed. */
export type RehearsedChange =
  | { readonly kind: 'cut'; readonly path: string; readonly from: number; readonly to: number }
  | { readonly kind: 'write'; readonly path: string; readonly existed: boolean }
  | { readonly kind: 'remove'; readonly path: string };

export class Rehearsal implements FileSystem {
  readonly pageSize: number;
  readonly #system: FileSystem;
  /** Contents that were written or cut; null for what was removed. */
  readonly #files = new Map<string, RehearsedContent | null>();

  constructor(system: FileSystem) {
    this.#system = system;
    this.pageSize = system.pageSize;
  }

  /** What would be otherwise than it is, by path; a file that would be written as it is, is not among it. */
  changes(): RehearsedChange[] {
    const changes: RehearsedChange[] = [];
    for (const [path, content] of this.#files) {
      const before = this.#system.sizeOf(path);
      if (content === null) {
        if (before >= 0) changes.push({ kind: 'remove', path });
      } else if (content.bytes === null && content.source !== path) {
        changes.push({ kind: 'write', path, existed: before >= 0 });
      } else if (content.bytes === null) {
        if (content.size !== before) changes.push({ kind: 'cut', path, from: before, to: content.size });
      } else if (!this.#isSame(path, content.bytes.subarray(0, content.size)))
        changes.push({ kind: 'write', path, existed: before >= 0 });
    }
    return changes;
  }

  open(path: string, mode: OpenMode): LogFile {
    let content = this.#files.get(path);
    const existed = content === undefined ? this.#system.exists(path) : content !== null;
    if (!existed && (mode === 'r' || mode === 'r+')) return this.#system.open(path, 'r');
    if (content === undefined && mode === 'r') return this.#system.open(path, mode);
    if (content === undefined || content === null) {
      content = {
        size: existed ? this.#system.sizeOf(path) : 0,
        bytes: existed ? null : Buffer.alloc(0),
        source: path,
      };
      this.#files.set(path, content);
    }
    return new RehearsedFile(this.#system, path, content);
  }

  exists(path: string): boolean {
    const content = this.#files.get(path);
    return content === undefined ? this.#system.exists(path) : content !== null;
  }

  /** What was written, cut or renamed here has the inode that it has now: nobody but the rehearsal sees it. */
  entry(path: string): FileEntry | null {
    const size = this.sizeOf(path);
    if (size < 0) return null;
    const { inode = 0, modifiedMs = 0 } = this.#system.entry(path) ?? {};
    return { size, inode, modifiedMs };
  }

  sizeOf(path: string): number {
    const content = this.#files.get(path);
    if (content === undefined) return this.#system.sizeOf(path);
    return content === null ? -1 : content.size;
  }

  setModified(): void {
    // Nothing that is looked at afterwards goes by it.
  }

  list(directory: string): DirectoryEntry[] {
    const entries = new Map(this.#system.list(directory).map((entry) => [entry.name, entry]));
    for (const [path, content] of this.#files) {
      if (dirname(path) !== directory) continue;
      const name = path.slice(directory.length + 1);
      if (content === null) entries.delete(name);
      else if (!entries.has(name)) entries.set(name, { name, isDirectory: false });
    }
    return [...entries.values()];
  }

  createPrivate(path: string): void {
    this.open(path, 'w+').close();
  }

  rename(from: string, to: string): void {
    const size = this.sizeOf(from);
    assert(size >= 0, 'only a file that is there is renamed:', from);
    this.#files.set(to, this.#files.get(from) ?? { size, bytes: null, source: from });
    this.#files.set(from, null);
  }

  remove(path: string): void {
    this.#files.set(path, null);
  }

  removeAside(paths: readonly string[], first?: () => void): AsideRemoval {
    first?.();
    for (const path of paths) this.remove(path);
    return { done: Promise.resolve(), stop: () => [] };
  }

  removeDirectory(path: string): void {
    this.#files.set(path, null);
  }

  makeDirectory(): void {
    // Nothing is made.
  }

  syncDirectory(): void {
    // Nothing was written.
  }

  lock(): DirectoryLock | null {
    return { release: () => undefined };
  }

  populate(): void {
    refuse();
  }

  resident(window: FileWindow, from: number, to: number): boolean {
    return this.#system.resident(window, from, to);
  }

  bringIn(window: FileWindow, from: number, to: number): Promise<void> {
    return this.#system.bringIn(window, from, to);
  }

  release(window: FileWindow): void {
    this.#system.release(window);
  }

  unmap(window: FileWindow): void {
    this.#system.unmap(window);
  }

  flushThread(): FlushThread {
    return refuse();
  }

  close(): void {
    // The one behind is its owner's to close.
  }

  #isSame(path: string, bytes: Uint8Array): boolean {
    if (this.#system.sizeOf(path) !== bytes.length) return false;
    const file = this.#system.open(path, 'r');
    try {
      const present = Buffer.alloc(bytes.length);
      return file.read(present, 0, present.length, 0) === bytes.length && present.equals(bytes);
    } finally {
      file.close();
    }
  }
}

/** A file's size and, once it was written to, its bytes; until then they are those of the file at `source`. */
interface RehearsedContent {
  size: number;
  bytes: Buffer | null;
  readonly source: string;
}

class RehearsedFile implements LogFile {
  readonly path: string;
  readonly flushes = 0;
  settled = 0;
  readonly inode: number;
  readonly #system: FileSystem;
  readonly #content: RehearsedContent;

  constructor(system: FileSystem, path: string, content: RehearsedContent) {
    this.#system = system;
    this.path = path;
    this.inode = system.entry(path)?.inode ?? 0;
    this.#content = content;
  }

  size(): number {
    return this.#content.size;
  }

  read(bytes: Uint8Array, start: number, end: number, position: number): number {
    const length = Math.max(0, Math.min(end - start, this.#content.size - position));
    if (this.#content.bytes !== null) {
      bytes.set(this.#content.bytes.subarray(position, position + length), start);
      return length;
    }
    const file = this.#system.open(this.#content.source, 'r');
    try {
      return file.read(bytes, start, start + length, position);
    } finally {
      file.close();
    }
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    const size = Math.max(this.#content.size, position + end - start);
    const grown = Buffer.alloc(size);
    this.read(grown, 0, this.#content.size, 0);
    grown.set(bytes.subarray(start, end), position);
    this.#content.bytes = grown;
    this.#content.size = size;
  }

  truncate(size: number): void {
    assert(size <= this.#content.size, 'a file is only cut:', this.path);
    this.#content.size = size;
    if (this.#content.bytes !== null) this.#content.bytes = this.#content.bytes.subarray(0, size);
  }

  sync(): void {
    // Nothing was written.
  }

  close(): void {
    // Nothing is held open.
  }

  reserve(): void {
    refuse();
  }

  mapShared(): FileWindow {
    return refuse();
  }

  mapPrivate(): FileWindow {
    return refuse();
  }

  prepare(): PreparedWindow {
    return refuse();
  }
}

function refuse(): never {
  assert(false, 'a rehearsal neither maps nor reserves nor flushes');
  throw new Error('unreachable');
}
