/**
 * A writable stream onto an open descriptor, such as standard output, that lets another thread wait for whoever reads.
 *
 * `process.stdout` makes a pipe non-blocking and learns from the event loop, 64 KiB at a time, that there is room again; here the system does
 * the waiting, as for `cat`, while the next bytes are being made. A descriptor that somebody else has made non-blocking is tried again
 * after a moment. A file has nobody to wait for, and is written on the spot: bytes that another processor's caches hold take far longer to copy
 * than those that this one has just made.
 */
import { fstatSync, write, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { native } from '../native.ts';

const RETRY_MS = 1;
const WATCH_MS = 50;
const HIGH_WATER_MARK = 512 * 1024;

export class DescriptorStream extends Writable {
  readonly #descriptor: number;
  readonly #isFile: boolean;
  #watch: NodeJS.Timeout | null = null;

  constructor(descriptor: number) {
    super({ highWaterMark: HIGH_WATER_MARK, decodeStrings: true });
    this.#descriptor = descriptor;
    this.#isFile = fstatSync(descriptor).isFile();
  }

  /** From here on the stream fails with EPIPE as soon as whoever reads has gone, and not only when something is written. Keeps no process alive. */
  watchReader(): void {
    this.#watch ??= setInterval(() => {
      if (native.readerGone(this.#descriptor, `descriptor ${this.#descriptor}`)) this.destroy(brokenPipe());
    }, WATCH_MS).unref();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.#isFile) callback(this.#writeNow(chunk));
    else this.#writeFrom(chunk, 0, callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    callback(error);
  }

  #writeNow(chunk: Buffer): Error | null {
    try {
      for (let from = 0; from < chunk.length;) from += writeSync(this.#descriptor, chunk, from, chunk.length - from);
      return null;
    } catch (error) {
      return error as Error;
    }
  }

  #writeFrom(chunk: Buffer, from: number, callback: (error?: Error | null) => void): void {
    write(this.#descriptor, chunk, from, chunk.length - from, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#writeFrom(chunk, from, callback), RETRY_MS);
      else if (error !== null || from + written === chunk.length) callback(error);
      else this.#writeFrom(chunk, from + written, callback);
    });
  }
}

function brokenPipe(): Error {
  return Object.assign(new Error('broken pipe: whoever was to read has gone'), { code: 'EPIPE' });
}
