/**
 * An open file on the real file system.
 *
 * Its descriptor is closed when `close` was called and no flush round holds it (`retain`, `release`). Windows outlive it.
 */
import { fstatSync } from 'node:fs';
import { MillraceError, guarded, isMillraceError } from '../errors.ts';
import { SETTLED_BYTES_MIN } from '../limits.ts';
import { native, type MappedBuffer, type NativePager } from '../native.ts';
import type { FileWindow, LogFile, PreparedWindow } from './file-system.ts';

export function fileWindow(path: string, buffer: MappedBuffer, start: number): FileWindow {
  return { bytes: Buffer.from(buffer), view: new DataView(buffer), path, start, length: buffer.byteLength };
}

/** The file system that opened the file: it has the pager, begun when first asked for. */
export interface PagerOwner {
  pager(): NativePager;
  /** A reservation met a full disk. */
  spaceRanOut(): void;
}

export class DiskFile implements LogFile {
  readonly path: string;
  readonly #system: PagerOwner;
  #fd: number;
  #holders = 0;
  #flushes = 0;
  settled = 0;
  /** What was settled when a round took it. */
  #flushed = 0;
  #closing = false;

  constructor(system: PagerOwner, path: string, fd: number) {
    this.#system = system;
    this.path = path;
    this.#fd = fd;
  }

  get inode(): number {
    return guarded(() => fstatSync(this.#open()).ino);
  }

  get flushes(): number {
    return this.#flushes;
  }

  /** For a round of the flusher: as `retain`. */
  retainForFlush(): number {
    this.#flushes++;
    return this.retain();
  }

  /** Up to where a round has to write what is settled; 0 when that is next to nothing, and what is dirty is best written by the sync alone. */
  takeSettled(): number {
    const isMuch = this.settled - this.#flushed >= SETTLED_BYTES_MIN;
    this.#flushed = this.settled;
    return isMuch ? this.settled : 0;
  }

  /** The descriptor, kept open until `release`. */
  retain(): number {
    const fd = this.#open();
    this.#holders++;
    return fd;
  }

  release(): void {
    this.#holders--;
    if (this.#closing) this.#closeWhenFree();
  }

  size(): number {
    return guarded(() => native.size(this.#open(), this.path));
  }

  read(bytes: Uint8Array, start: number, end: number, position: number): number {
    return guarded(() => native.read(this.#open(), this.path, bytes, start, end, position));
  }

  write(bytes: Uint8Array, start: number, end: number, position: number): void {
    guarded(() => native.write(this.#open(), this.path, bytes, start, end, position));
  }

  reserve(size: number): void {
    try {
      guarded(() => native.reserve(this.#open(), this.path, size));
    } catch (error) {
      if (isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) this.#system.spaceRanOut();
      throw error;
    }
  }

  truncate(size: number): void {
    guarded(() => native.truncate(this.#open(), this.path, size));
  }

  sync(): void {
    guarded(() => native.fdatasync(this.#open(), this.path));
  }

  mapShared(start: number, length: number): FileWindow {
    return fileWindow(
      this.path,
      guarded(() => native.mapShared(this.#open(), this.path, start, length)),
      start,
    );
  }

  mapPrivate(start: number, length: number): FileWindow {
    return fileWindow(
      this.path,
      guarded(() => native.mapPrivate(this.#open(), this.path, start, length)),
      start,
    );
  }

  prepare(fileSize: number, start: number, populate: number, clean = false): PreparedWindow {
    const pager = this.#system.pager();
    const fd = this.retain();
    const ticket = pager.prepare(fd, this.path, fileSize, start, fileSize - start, populate, clean);
    return {
      take: () => {
        try {
          return fileWindow(
            this.path,
            guarded(() => pager.take(ticket)),
            start,
          );
        } finally {
          this.release();
        }
      },
      cancel: () => {
        pager.cancel(ticket);
        this.release();
      },
    };
  }

  close(): void {
    this.#closing = true;
    this.#closeWhenFree();
  }

  #open(): number {
    if (this.#fd < 0) throw new MillraceError('ERR_MILLRACE_CLOSED', `${this.path} is closed`, { path: this.path });
    return this.#fd;
  }

  #closeWhenFree(): void {
    if (this.#holders > 0 || this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    guarded(() => native.close(fd, this.path));
  }
}
