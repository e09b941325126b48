/**
 * The contract of `src/file/file-system.ts` in memory, for tests that ask what a kill, a power failure, a full disk or a failing call leaves.
 *
 *   const system = new MemoryFileSystem({ flush: 'manual' });
 *   ... run a log on it ...
 *   system.kill()         what the next process finds after SIGKILL: all that was written, by calls and by stores
 *   system.crash(random)  what it may find after a power failure (memory-disk.ts says what that is)
 *
 * After either, this instance is dead: every call throws. Windows are views onto the file's one buffer, private ones too (a stray store into
 * one does reach the file here). A file has room for `fileBytesMax` bytes, so that windows never move.
 */
import { dirname } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type {
  AsideRemoval,
  DirectoryEntry,
  DirectoryLock,
  FileEntry,
  FileSystem,
  FlushThread,
  FlushWork,
  LogFile,
  OpenMode,
} from '#millrace/file/file-system.js';
import { Inode, MemoryDisk, PAGE_SIZE } from './memory-disk.ts';
import { MemoryFile } from './memory-file.ts';
import type { Random } from './random.ts';
import { type Operation, systemError } from './system-error.ts';

export { type Operation, systemError } from './system-error.ts';

/** Says with which error (`EIO`, `ENOSPC`, ...) a call fails, or null. */
export type Fault = (operation: Operation, path: string) => string | null;

export interface MemoryOptions {
  /** Bytes that all files together may have in blocks. */
  readonly capacity?: number;
  readonly fileBytesMax?: number;
  /**
   * When a flush round runs: `soon` (default) by itself after the microtasks of the turn, `manual` when `runFlush` is called. What it syncs is
   * what is there when it runs.
   */
  readonly flush?: 'soon' | 'manual';
}

export class MemoryFileSystem implements FileSystem {
  readonly pageSize = PAGE_SIZE;
  capacity: number;
  fault: Fault | null = null;
  readonly disk: MemoryDisk;
  readonly #options: MemoryOptions;
  readonly #rounds: (() => void)[] = [];
  #mayRemove = Promise.resolve();
  #dead = false;
  #openFiles = 0;

  constructor(options: MemoryOptions = {}, disk: MemoryDisk = new MemoryDisk()) {
    this.#options = options;
    this.capacity = options.capacity ?? Infinity;
    this.disk = disk;
  }

  /** Files open now: a test that ends with some has found a leak. */
  get openFiles(): number {
    return this.#openFiles;
  }

  get pendingFlushes(): number {
    return this.#rounds.length;
  }

  /** Runs the oldest round that waits; false when none does. */
  runFlush(): boolean {
    const round = this.#rounds.shift();
    round?.();
    return round !== undefined;
  }

  /** Bytes that all files together have in blocks. */
  get used(): number {
    return this.disk.used;
  }

  /** The kernel writes some dirty pages back, as it may at any time. */
  writeback(random: Random): void {
    this.disk.writeback(random);
  }

  kill(): MemoryFileSystem {
    this.#die();
    this.disk.locks.clear();
    return new MemoryFileSystem({ ...this.#options, capacity: this.capacity }, this.disk);
  }

  crash(random: Random): MemoryFileSystem {
    this.#die();
    return new MemoryFileSystem({ ...this.#options, capacity: this.capacity }, this.disk.afterPowerFailure(random));
  }

  #die(): void {
    for (const [path, node] of this.disk.names) if (node !== 'directory') node.checkPastEnd(path);
    this.#dead = true;
    this.#rounds.length = 0;
  }

  /** Called at every operation: throws when the process is dead or the test wants the call to fail. */
  enter(operation: Operation, path: string): void {
    if (this.#dead) throw new Error(`${operation} of ${path} by a process that was killed`);
    const code = this.fault?.(operation, path) ?? null;
    if (code !== null) throw systemError(code, operation, path);
  }

  open(path: string, mode: OpenMode): LogFile {
    this.enter('open', path);
    let node = this.disk.names.get(path);
    if (node === 'directory') throw systemError('EISDIR', 'open', path);
    if (node !== undefined && mode === 'w+') throw systemError('EEXIST', 'open', path);
    if (node === undefined) {
      if (mode === 'r' || mode === 'r+') throw systemError('ENOENT', 'open', path);
      this.#directory(dirname(path), 'open');
      const inode = new Inode(this.#options.fileBytesMax ?? 256 * 1024);
      this.disk.changeNames([dirname(path)], (names) => names.set(path, inode));
      node = inode;
    }
    this.#openFiles++;
    return new MemoryFile(this, path, node, () => this.#openFiles--);
  }

  createPrivate(path: string): void {
    this.open(path, 'w+').close();
  }

  exists(path: string): boolean {
    return this.disk.names.has(path);
  }

  sizeOf(path: string): number {
    const node = this.disk.names.get(path);
    return node instanceof Inode ? node.size : -1;
  }

  entry(path: string): FileEntry | null {
    const node = this.disk.names.get(path);
    return node instanceof Inode ? { size: node.size, inode: node.number, modifiedMs: node.modifiedMs } : null;
  }

  setModified(path: string, modifiedMs: number): void {
    this.enter('utimes', path);
    const node = this.disk.names.get(path);
    if (!(node instanceof Inode)) throw systemError('ENOENT', 'utimes', path);
    node.modifiedMs = modifiedMs;
  }

  list(directory: string): DirectoryEntry[] {
    this.#directory(directory, 'scandir');
    const entries: DirectoryEntry[] = [];
    for (const [path, node] of this.disk.names) {
      if (path === directory || dirname(path) !== directory) continue;
      entries.push({
        name: path.slice(directory === '/' ? 1 : directory.length + 1),
        isDirectory: node === 'directory',
      });
    }
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  makeDirectory(path: string): void {
    this.enter('mkdir', path);
    if (this.disk.names.get(path) === 'directory') return;
    if (dirname(path) !== path) this.makeDirectory(dirname(path));
    this.disk.changeNames([dirname(path)], (names) => names.set(path, 'directory'));
  }

  rename(from: string, to: string): void {
    this.enter('rename', from);
    const node = this.disk.names.get(from);
    if (node === undefined) throw systemError('ENOENT', 'rename', from);
    this.#forgetBlocks(to);
    this.disk.changeNames([dirname(from), dirname(to)], (names) => {
      names.set(to, node);
      names.delete(from);
      if (node !== 'directory') return;
      // A name that the loop adds does not begin with `from`: the loop ends.
      for (const [path, child] of names) {
        if (!path.startsWith(`${from}/`)) continue;
        names.set(to + path.slice(from.length), child);
        names.delete(path);
      }
    });
  }

  remove(path: string): void {
    this.enter('unlink', path);
    if (!this.disk.names.has(path)) return;
    this.#forgetBlocks(path);
    this.disk.changeNames([dirname(path)], (names) => names.delete(path));
  }

  /** One file in each turn of the event loop. */
  /** What is removed aside from now on stays until the function is called that this returns. */
  holdRemovals(): () => void {
    let release!: () => void;
    this.#mayRemove = new Promise((resolve) => (release = resolve));
    return release;
  }

  removeAside(paths: readonly string[], first?: () => void): AsideRemoval {
    let removed = 0;
    let stopped = false;
    const remove = async (): Promise<void> => {
      await this.#mayRemove;
      if (first !== undefined) {
        await turn();
        if (stopped) return;
        first();
      }
      for (; removed < paths.length; removed++) {
        await turn();
        if (stopped) return;
        this.remove(paths[removed]);
      }
    };
    const done = remove();
    done.catch(() => undefined);
    return {
      done,
      stop: () => {
        stopped = true;
        return paths.slice(removed);
      },
    };
  }

  removeDirectory(path: string): void {
    if (!this.exists(path)) return;
    for (const { name, isDirectory } of this.list(path)) {
      if (isDirectory) this.removeDirectory(`${path}/${name}`);
      else this.remove(`${path}/${name}`);
    }
    this.enter('unlink', path);
    this.disk.changeNames([dirname(path)], (names) => names.delete(path));
  }

  syncDirectory(path: string): void {
    this.enter('fsync', path);
    this.#directory(path, 'open');
    this.disk.syncDirectory(path);
  }

  lock(path: string): DirectoryLock | null {
    this.open(path, 'a+').close();
    if (this.disk.locks.has(path)) return null;
    this.disk.locks.set(path, this);
    return { release: () => void this.disk.locks.delete(path) };
  }

  populate(): void {}

  resident(): boolean {
    return true;
  }

  async bringIn(): Promise<void> {}

  release(): void {}

  unmap(): void {}

  flushThread(_directory: string): FlushThread {
    return {
      flush: (work, done) => {
        this.#rounds.push(() => this.#sync(work, done));
        if (this.#options.flush !== 'manual') setImmediate(() => this.runFlush());
      },
      close: () => undefined,
    };
  }

  close(): void {}

  #sync(work: FlushWork, done: (error: Error | null, elapsedMs: number) => void): void {
    let failure: Error | null = null;
    try {
      for (const file of work.files as readonly MemoryFile[]) file.syncForFlush();
      if (work.wholeFileSystem) {
        this.enter('syncfs', '/');
        this.disk.syncAll();
      }
      for (const directory of work.directories) this.syncDirectory(directory);
    } catch (error) {
      failure = error as Error;
    }
    done(failure, 0.1);
  }

  #directory(path: string, syscall: string): void {
    if (this.disk.names.get(path) !== 'directory') throw systemError('ENOENT', syscall, path);
  }

  /** Blocks are free as soon as a file has no name; that somebody still has it open is not counted. */
  #forgetBlocks(path: string): void {
    const node = this.disk.names.get(path);
    if (!(node instanceof Inode)) return;
    this.disk.used -= node.reserved;
    node.reserved = 0;
  }
}
