/**
 * A writable stream onto an open descriptor, such as standard output, that lets another thread wait for whoever reads.
 *
 * `process.stdout` makes a pipe non-blocking and learns from the event loop, 64 KiB at a time, that there is room again; here the system does
 * the waiting, as for `cat`, while the next bytes are being made. A descriptor that somebody else has made non-blocking is tried again
 * after a moment.
 */
import { write } from 'node:fs';
import { Writable } from 'node:stream';

const RETRY_MS = 1;
const HIGH_WATER_MARK = 512 * 1024;

export class DescriptorStream extends Writable {
  readonly #descriptor: number;

  constructor(descriptor: number) {
    super({ highWaterMark: HIGH_WATER_MARK, decodeStrings: true });
    this.#descriptor = descriptor;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#writeFrom(chunk, 0, callback);
  }

  #writeFrom(chunk: Buffer, from: number, callback: (error?: Error | null) => void): void {
    write(this.#descriptor, chunk, from, chunk.length - from, (error, written) => {
      if (error?.code === 'EAGAIN') setTimeout(() => this.#writeFrom(chunk, from, callback), RETRY_MS);
      else if (error !== null || from + written === chunk.length) callback(error);
      else this.#writeFrom(chunk, from + written, callback);
    });
  }
}
