/**
 * The real file system: the contract of `file-system.ts` over the addon, and over `node:fs` where nothing is hot.
 *
 * One instance a store: it owns the pager thread (begun when first needed) that reserves and populates ahead of writers.
 */
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { MillraceError, fromSystemError, guarded, isSystemError } from '../errors.ts';
import { native, type MappedBuffer, type NativePager } from '../native.ts';
import { DiskFile } from './disk-file.ts';
import type {
  AsideRemoval,
  CopiedWindows,
  DirectoryEntry,
  DirectoryLock,
  FileEntry,
  FileSystem,
  FileWindow,
  FlushThread,
  FlushWork,
  OpenMode,
} from './file-system.ts';
import { RemovalQueue } from './removal-queue.ts';

export class DiskFileSystem implements FileSystem {
  readonly pageSize = native.pageSize;
  readonly copies: CopiedWindows | undefined = undefined;
  #pager: NativePager | null = null;
  readonly #removals = new RemovalQueue();
  /** Windows were let go since the last collection that was asked for. */
  #released = false;
  #closed = false;

  open(path: string, mode: OpenMode): DiskFile {
    return new DiskFile(
      this,
      path,
      guarded(() => native.open(path, mode)),
    );
  }

  createPrivate(path: string): void {
    // With its mode from the start: who opened it in between would read what is written later.
    guarded(() => closeSync(openSync(path, 'wx', 0o600)));
  }

  /** The pager, begun at its first use so that a reader never has one. */
  pager(): NativePager {
    if (this.#closed) throw new MillraceError('ERR_MILLRACE_CLOSED', 'the file system is closed');
    return (this.#pager ??= native.createPager());
  }

  exists(path: string): boolean {
    return existsSync(path);
  }

  sizeOf(path: string): number {
    return guarded(() => statSync(path, { throwIfNoEntry: false })?.size ?? -1);
  }

  entry(path: string): FileEntry | null {
    const found = guarded(() => statSync(path, { throwIfNoEntry: false }));
    return found === undefined ? null : { size: found.size, inode: found.ino, modifiedMs: Math.floor(found.mtimeMs) };
  }

  setModified(path: string, modifiedMs: number): void {
    // Into the middle of the millisecond: seconds are a fraction here, and `entry` rounds down.
    const seconds = (modifiedMs + 0.5) / 1000;
    guarded(() => utimesSync(path, seconds, seconds));
  }

  list(directory: string): DirectoryEntry[] {
    return guarded(() =>
      readdirSync(directory, { withFileTypes: true }).map((entry) => ({
        name: entry.name,
        isDirectory: entry.isDirectory(),
      })),
    );
  }

  makeDirectory(path: string): void {
    try {
      mkdirSync(path);
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'EEXIST' || !this.#isDirectory(path)) throw fromSystemError(error);
    }
  }

  rename(from: string, to: string): void {
    guarded(() => native.rename(from, to));
  }

  remove(path: string): void {
    try {
      unlinkSync(path);
    } catch (error) {
      if (!isSystemError(error) || error.code !== 'ENOENT') throw fromSystemError(error);
    }
  }

  removeAside(paths: readonly string[], first?: () => void): AsideRemoval {
    return this.#removals.add(paths, first);
  }

  removeDirectory(path: string): void {
    guarded(() => rmSync(path, { force: true, recursive: true }));
  }

  syncDirectory(path: string): void {
    guarded(() => native.syncDirectory(path));
  }

  lock(path: string): DirectoryLock | null {
    const fd = guarded(() => native.open(path, 'a+'));
    if (!guarded(() => native.tryLock(fd, path))) {
      native.close(fd, path);
      return null;
    }
    return new DiskLock(fd, path);
  }

  populate(window: FileWindow, from: number, to: number): void {
    this.pager().populate(window.bytes.buffer as MappedBuffer, from, to);
  }

  resident(window: FileWindow, from: number, to: number): boolean {
    return native.resident(window.bytes.buffer as MappedBuffer, from, to);
  }

  async bringIn(window: FileWindow, from: number, to: number): Promise<void> {
    await native.populateRead(window.bytes.buffer as MappedBuffer, from, to);
  }

  release(window: FileWindow): void {
    native.release(window.bytes.buffer as MappedBuffer);
    this.#released = true;
  }

  /**
   * A deleted file keeps its blocks until V8 has collected the last view of it, and in a program that waits for room nothing may bring a
   * collection: so this does, once for all that was let go so far. The room is there some turns of the event loop later.
   */
  spaceRanOut(): void {
    if (!this.#released) return;
    this.#released = false;
    native.collect();
  }

  /** By the pager where there is one: to unmap a window of 5 MiB that was written took 0.18 ms, between a request and its answer. */
  unmap(window: FileWindow): void {
    (this.#pager ?? native).unmap(window.bytes.buffer as MappedBuffer);
  }

  #isDirectory(path: string): boolean {
    return guarded(() => statSync(path, { throwIfNoEntry: false }))?.isDirectory() === true;
  }

  flushThread(directory: string): FlushThread {
    return new DiskFlushThread(directory);
  }

  close(): void {
    this.#closed = true;
    this.#removals.close();
    this.#pager?.close();
    this.#pager = null;
  }
}

class DiskLock implements DirectoryLock {
  readonly #path: string;
  #fd: number;

  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.#path = path;
  }

  release(): void {
    if (this.#fd < 0) return;
    native.close(this.#fd, this.#path);
    this.#fd = -1;
  }
}

/** The addon's flusher; keeps every file of a round open until the round has ended. */
class DiskFlushThread implements FlushThread {
  readonly #flusher;

  constructor(directory: string) {
    this.#flusher = guarded(() => native.createFlusher(directory));
  }

  flush(work: FlushWork, done: (error: Error | null, elapsedMs: number) => void): void {
    const files = work.files as readonly DiskFile[];
    const fds = new Int32Array(files.length);
    const settled = new Float64Array(files.length);
    const paths: string[] = [];
    for (let i = 0; i < files.length; i++) {
      fds[i] = files[i].retainForFlush();
      settled[i] = files[i].takeSettled();
      paths.push(files[i].path);
    }
    const ended = (error: Error | null, elapsedNs: number): void => {
      for (const file of files) file.release();
      done(error === null ? null : (fromSystemError(error) as Error), elapsedNs / 1e6);
    };
    this.#flusher.flush(fds, paths, settled, work.directories, work.wholeFileSystem, ended);
  }

  close(): void {
    this.#flusher.close();
  }
}
