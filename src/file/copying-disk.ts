/**
 * The real file system where nothing can be mapped: windows are memory of their own, filled by `pread` and written back by `pwrite`.
 *
 * Some runtimes let no ArrayBuffer show memory that is not V8's (Electron's memory cage). There this stands in for `disk.ts`, with the same
 * files and the same promises, at the price of copies: `copies` tells the layers above what to do differently. Nothing is populated ahead and
 * nothing is unmapped, since a window is garbage when its last view is; the pager's thread is never begun.
 */
import { read } from 'node:fs';
import { promisify } from 'node:util';
import { MillraceError, fromSystemError, guarded } from '../errors.ts';
import {
  COPIED_READ_BYTES_MAX,
  COPIED_READ_STEP,
  COPIED_READ_WINDOWS_MAX,
  COPIED_RESERVE_STEP_MAX,
} from '../limits.ts';
import { native } from '../native.ts';
import { DiskFile, fileWindow } from './disk-file.ts';
import { DiskFileSystem } from './disk.ts';
import type { CopiedWindows, FileWindow, OpenMode, PreparedWindow } from './file-system.ts';

const readOnThread = promisify(read);

export class CopyingDisk extends DiskFileSystem {
  override readonly copies: CopiedWindows = {
    cache: { step: COPIED_READ_STEP, windowsMax: COPIED_READ_WINDOWS_MAX, bytesMax: COPIED_READ_BYTES_MAX },
    reserveStepMax: COPIED_RESERVE_STEP_MAX,
    read: (path, start, length) => this.#read(path, start, length),
  };

  override open(path: string, mode: OpenMode): CopyingFile {
    return new CopyingFile(
      this,
      path,
      guarded(() => native.open(path, mode)),
    );
  }

  override populate(): void {}

  override resident(): boolean {
    return true;
  }

  override async bringIn(): Promise<void> {}

  override release(): void {}

  override unmap(): void {}

  async #read(path: string, start: number, length: number): Promise<FileWindow> {
    const file = this.open(path, 'r');
    const descriptor = file.retain();
    try {
      const bytes = Buffer.allocUnsafeSlow(length);
      for (let got = 0; got < length;) {
        const { bytesRead } = await readOnThread(descriptor, bytes, got, length - got, start + got);
        if (bytesRead === 0) throw tooShort(path, start + got, start + length);
        got += bytesRead;
      }
      return fileWindow(path, bytes.buffer, start);
    } catch (error) {
      // Node's own error of a descriptor names no path.
      throw fromSystemError(error instanceof MillraceError ? error : Object.assign(error as Error, { path }));
    } finally {
      file.release();
      file.close();
    }
  }
}

export class CopyingFile extends DiskFile {
  /** From here on the file has nothing but the zeros that this object reserved; -1 while it has reserved nothing. */
  #zerosFrom = -1;

  override write(bytes: Uint8Array, start: number, end: number, position: number): void {
    if (this.#zerosFrom >= 0) this.#zerosFrom = Math.max(this.#zerosFrom, position + end - start);
    super.write(bytes, start, end, position);
  }

  override reserve(size: number): void {
    const before = this.#zerosFrom < 0 ? this.size() : this.#zerosFrom;
    super.reserve(size);
    this.#zerosFrom = before;
  }

  override truncate(size: number): void {
    super.truncate(size);
    if (this.#zerosFrom >= 0) this.#zerosFrom = Math.min(this.#zerosFrom, size);
  }

  /** Memory that is zeros need not be read, and is not there until it is written to: an idle log's window costs next to nothing. */
  override mapShared(start: number, length: number): FileWindow {
    const window = fileWindow(this.path, new ArrayBuffer(length), start);
    const end = this.#zerosFrom < 0 ? length : Math.min(this.#zerosFrom - start, length);
    if (end > 0) this.read(window.bytes, 0, end, start);
    return window;
  }

  override mapPrivate(start: number, length: number): FileWindow {
    const bytes = Buffer.allocUnsafeSlow(length);
    const got = this.read(bytes, 0, length, start);
    if (got < length) throw tooShort(this.path, start + got, start + length);
    return fileWindow(this.path, bytes.buffer, start);
  }

  /** The work is done when the window is taken: a reservation is one quick call, and there is nothing to bring in. */
  override prepare(fileSize: number, start: number): PreparedWindow {
    return {
      take: () => {
        this.reserve(fileSize);
        return this.mapShared(start, fileSize - start);
      },
      cancel: () => undefined,
    };
  }
}

function tooShort(path: string, found: number, expected: number): MillraceError {
  const message = `${path} ends at ${found}, expected ${expected} bytes or more`;
  return new MillraceError('ERR_MILLRACE_CORRUPT', message, { path, position: found });
}
