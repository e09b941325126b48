/**
 * Where the bytes come from that are to become records: a file, or a stream such as standard input.
 *
 * `fill` puts bytes into a buffer of the caller's, from a position on, and returns how many; 0 at the end. One call at a time.
 */
import { open, type FileHandle } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { MillraceError } from '../../errors.ts';

export interface ByteSource {
  /** All bytes that will come, where that is known. */
  readonly size: number | null;
  fill(buffer: Buffer, position: number): Promise<number>;
  close(): Promise<void>;
}

/** A file, or anything else that has a name in the file system. */
export async function fileSource(path: string): Promise<ByteSource> {
  const file = await guardedRead(path, () => open(path, 'r'));
  const status = await file.stat();
  if (status.isDirectory()) {
    await file.close();
    throw new MillraceError('ERR_MILLRACE_IO', `${path} is a directory, expected a file`, { path });
  }
  return new FileSource(path, file, status.isFile() ? status.size : null);
}

class FileSource implements ByteSource {
  readonly size: number | null;
  readonly #path: string;
  readonly #file: FileHandle;

  constructor(path: string, file: FileHandle, size: number | null) {
    this.#path = path;
    this.#file = file;
    this.size = size;
  }

  async fill(buffer: Buffer, position: number): Promise<number> {
    const { bytesRead } = await guardedRead(this.#path, () =>
      this.#file.read(buffer, position, buffer.length - position),
    );
    return bytesRead;
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}

async function guardedRead<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new MillraceError('ERR_MILLRACE_IO', `reading ${path} failed: ${code}`, { path, cause: error });
  }
}

/** A stream. What is there is handed on at once: somebody may be typing. */
export class StreamSource implements ByteSource {
  readonly size = null;
  readonly #stream: Readable;
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(stream: NodeJS.ReadableStream) {
    this.#stream = stream as Readable;
    this.#chunks = this.#stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async fill(buffer: Buffer, position: number): Promise<number> {
    let filled = 0;
    while (position + filled < buffer.length) {
      if (this.#rest.length === 0) {
        if (filled > 0 && this.#stream.readableLength === 0) break;
        const next = await this.#chunks.next();
        if (next.done === true) break;
        this.#rest = next.value;
      }
      const copied = this.#rest.copy(buffer, position + filled);
      this.#rest = this.#rest.subarray(copied);
      filled += copied;
    }
    return filled;
  }

  async close(): Promise<void> {
    this.#stream.destroy();
  }
}
