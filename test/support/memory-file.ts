/** An open file of a `MemoryFileSystem`. Checks what the kernel would punish: windows over bytes that have no blocks, stores past the end. */
import type { FileWindow, LogFile, PreparedWindow } from '#millrace/file/file-system.js';
import { type Inode, type MemoryDisk, PAGE_SIZE } from './memory-disk.ts';
import { type Operation, systemError } from './system-error.ts';

/** What a file needs of its file system. */
export interface FileHost {
  readonly disk: MemoryDisk;
  readonly capacity: number;
  /** Throws when the process is dead or the test wants the call to fail. */
  enter(operation: Operation, path: string): void;
}

export class MemoryFile implements LogFile {
  readonly path: string;
  readonly #system: FileHost;
  readonly #inode: Inode;
  readonly #closed: () => void;
  #isOpen = true;

  constructor(system: FileHost, path: string, inode: Inode, closed: () => void) {
    this.#system = system;
    this.path = path;
    this.#inode = inode;
    this.#closed = closed;
  }

  get inode(): number {
    return this.#inode.number;
  }

  size(): number {
    return this.#inode.size;
  }

  read(bytes: Uint8Array, start: number, end: number, position: number): number {
    this.#enter('pread');
    const length = Math.max(0, Math.min(end - start, this.#inode.size - position));
    bytes.set(this.#inode.memory.subarray(position, position + length), start);
    return length;
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    this.#enter('pwrite');
    if (end === start) return;
    const to = position + end - start;
    this.#allocate(to, 'pwrite');
    if (to > this.#inode.size) this.#system.disk.changeSize(this.#inode, to);
    this.#inode.memory.set(bytes.subarray(start, end), position);
  }

  reserve(size: number): void {
    this.#enter('fallocate');
    this.#allocate(size, 'fallocate');
    if (size > this.#inode.size) this.#system.disk.changeSize(this.#inode, size);
  }

  truncate(size: number): void {
    this.#enter('ftruncate');
    const inode = this.#inode;
    inode.checkPastEnd(this.path);
    this.#system.disk.changeSize(inode, size);
    const reserved = Math.min(inode.reserved, Math.ceil(size / PAGE_SIZE) * PAGE_SIZE);
    this.#system.disk.used -= inode.reserved - reserved;
    inode.reserved = reserved;
  }

  sync(): void {
    this.#enter('fdatasync');
    this.#inode.checkPastEnd(this.path);
    this.#system.disk.syncFile(this.#inode);
  }

  /** As `sync`, for a round that holds the descriptor of a file that was closed meanwhile. */
  syncForFlush(): void {
    this.flushes++;
    this.#system.enter('fdatasync', this.path);
    this.#system.disk.syncFile(this.#inode);
  }

  mapShared(start: number, length: number): FileWindow {
    this.#enter('mmap');
    if (start % PAGE_SIZE !== 0) throw new Error(`mapping of ${this.path} at ${start}, no multiple of the page size`);
    if (start + length > this.#inode.reserved) {
      throw new Error(`mapping of ${this.path} up to ${start + length}, reserved is ${this.#inode.reserved}: SIGBUS`);
    }
    return this.#window(start, length);
  }

  mapPrivate(start: number, length: number): FileWindow {
    this.#enter('mmap');
    if (start % PAGE_SIZE !== 0) throw new Error(`mapping of ${this.path} at ${start}, no multiple of the page size`);
    return this.#window(start, length);
  }

  flushes = 0;
  settled = 0;

  prepare(fileSize: number, start: number): PreparedWindow {
    let window: FileWindow | null = null;
    let failure: unknown = null;
    try {
      this.reserve(fileSize);
      window = this.mapShared(start, fileSize - start);
    } catch (error) {
      failure = error;
    }
    return {
      take: () => {
        if (window === null) throw failure;
        return window;
      },
      cancel: () => undefined,
    };
  }

  close(): void {
    if (this.#isOpen) this.#closed();
    this.#isOpen = false;
  }

  #enter(operation: Operation): void {
    if (!this.#isOpen) throw new Error(`${operation} of ${this.path}, which is closed`);
    this.#system.enter(operation, this.path);
  }

  #window(start: number, length: number): FileWindow {
    if (length <= 0 || start + length > this.#inode.bytesMax) {
      throw new Error(`window of ${this.path} from ${start}, ${length} bytes; raise fileBytesMax`);
    }
    this.#inode.makeRoom(this.#inode.bytesMax);
    const { buffer } = this.#inode.memory;
    const { path } = this;
    return {
      bytes: Buffer.from(buffer, start, length),
      view: new DataView(buffer, start, length),
      path,
      start,
      length,
    };
  }

  #allocate(size: number, syscall: Operation): void {
    const inode = this.#inode;
    if (size > inode.bytesMax) throw new Error(`${this.path} of ${size} bytes; raise fileBytesMax`);
    const reserved = Math.max(inode.reserved, Math.ceil(size / PAGE_SIZE) * PAGE_SIZE);
    if (this.#system.disk.used + reserved - inode.reserved > this.#system.capacity) {
      throw systemError('ENOSPC', syscall, this.path);
    }
    this.#system.disk.used += reserved - inode.reserved;
    inode.reserved = reserved;
  }
}
