/**
 * Gathers bytes into large pieces for a stream, and waits for the stream where it is slower.
 *
 * `put` and `text` never wait: whoever writes asks `isFull` after each record, and then awaits `drain`. Pieces take turns, so one is filled while
 * the system has another; what exceeds half a piece goes to the stream as it is, uncopied. One user.
 */
import type { Writable } from 'node:stream';
import { MillraceError } from '../../errors.ts';
import { copyBytes } from '../../record/copy-bytes.ts';

export const PIECE_BYTES = 512 * 1024;
/** What is larger is not copied. */
export const COPIED_BYTES_MAX = PIECE_BYTES / 2;
const FREE_PIECES_MAX = 2;
/** Bytes of UTF-8 that a unit of a string can take at most. */
const UTF8_BYTES_MAX = 3;
/** Texts up to this length are stored a byte at a time, as long as they are ASCII. */
const ASCII_LOOP_MAX = 24;

interface ReadyBytes {
  readonly bytes: Uint8Array;
  /** The piece that they stand in, to be used again; null when they are somebody else's. */
  readonly piece: Buffer | null;
}

export class OutputBuffer {
  readonly #stream: Writable;
  readonly #signal: AbortSignal;
  /** Ends the waits for the stream when the signal ends. */
  readonly #waiting = new Set<(error: MillraceError) => void>();
  readonly #free: Buffer[] = [];
  #piece: Buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #used = 0;
  #ready: ReadyBytes[] = [];
  /** Settles when the stream has taken what was given to it last. */
  #writing: Promise<void> = Promise.resolve();

  /** When `signal` ends, so does every wait for the stream, with ERR_MILLRACE_ABORTED. */
  constructor(stream: NodeJS.WritableStream, signal: AbortSignal) {
    this.#stream = stream as Writable;
    this.#signal = signal;
    // Once, and not for each write: a listener costs more than the copy of a piece.
    signal.addEventListener('abort', () => this.#waiting.forEach((end) => end(aborted(signal))), { once: true });
  }

  /** Time to `drain`. */
  get isFull(): boolean {
    return this.#ready.length > 0;
  }

  /** Takes `bytes`; large ones must stay as they are until they are written. */
  put(bytes: Uint8Array): void {
    const { length } = bytes;
    if (length > PIECE_BYTES - this.#used) {
      this.seal();
      if (length > COPIED_BYTES_MAX) {
        this.#ready.push({ bytes, piece: null });
        return;
      }
    }
    copyBytes(this.#piece, this.#used, bytes);
    this.#used += length;
  }

  /** Takes `size` bytes of `bytes`, as `put` does; none for a size of 0 or -1. */
  copy(bytes: Buffer, position: number, size: number): void {
    if (size > PIECE_BYTES - this.#used) this.put(bytes.subarray(position, position + size));
    else if (size > 0) this.#used += bytes.copy(this.#piece, this.#used, position, position + size);
  }

  text(text: string): void {
    const { length } = text;
    if (length * UTF8_BYTES_MAX > PIECE_BYTES - this.#used) this.put(Buffer.from(text, 'utf8'));
    else if (length > ASCII_LOOP_MAX || !this.#ascii(text)) this.#used += this.#piece.write(text, this.#used);
  }

  /** Numbers and names, for which a call into the runtime takes longer than the loop; false, and nothing, where a character is not ASCII. */
  #ascii(text: string): boolean {
    const [piece, used] = [this.#piece, this.#used];
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80) return false;
      piece[used + i] = code;
    }
    this.#used = used + text.length;
    return true;
  }

  /** Lets `write` put bytes into the piece from a position on; it returns where they end. */
  fill(write: (piece: Buffer, from: number) => number): void {
    this.#used = write(this.#piece, this.#used);
  }

  /** What is in the piece is to be written, whatever room it has. */
  seal(): void {
    if (this.#used === 0) return;
    this.#ready.push({ bytes: this.#piece.subarray(0, this.#used), piece: this.#piece });
    this.#used = 0;
    this.#piece = this.#free.pop() ?? Buffer.allocUnsafeSlow(PIECE_BYTES);
  }

  /** Gives full pieces to the stream; settles when it may be filled again. */
  async drain(): Promise<void> {
    await this.#writing;
    this.#writing = this.#write();
    // Awaited by whoever comes next.
    this.#writing.catch(() => undefined);
  }

  /** Gives everything to the stream; settles when it has it. */
  async flush(): Promise<void> {
    this.seal();
    await this.drain();
    await this.#writing;
  }

  /** Gives everything to the stream and does not wait: the signal has ended. */
  abandon(): void {
    this.seal();
    for (const { bytes } of this.#ready) this.#stream.write(bytes);
    this.#ready = [];
  }

  async #write(): Promise<void> {
    const ready = this.#ready;
    this.#ready = [];
    await Promise.all(ready.map(async (each) => this.#writeOne(each)));
  }

  #writeOne({ bytes, piece }: ReadyBytes): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#signal.aborted) {
        reject(aborted(this.#signal));
        return;
      }
      this.#waiting.add(reject);
      this.#stream.write(bytes, (error) => {
        this.#waiting.delete(reject);
        if (piece !== null && this.#free.length < FREE_PIECES_MAX) this.#free.push(piece);
        if (error === null || error === undefined) resolve();
        else reject(error);
      });
    });
  }
}

function aborted(signal: AbortSignal): MillraceError {
  return new MillraceError('ERR_MILLRACE_ABORTED', 'writing was ended by its signal', { cause: signal.reason });
}
