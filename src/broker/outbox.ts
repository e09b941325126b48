/**
 * What is on its way to a socket. A plain socket takes all at once: views, which the system sends from where they are. TLS encrypts what it is given at once, so that is given
 * in slices, the next when the client has read: a slow reader makes it hold a slice and not an answer.
 */
import type { Socket } from 'node:net';
import { ANSWERS_TOGETHER_BYTES_MAX, TLS_WRITE_BYTES_MAX } from '../limits.ts';

export class Outbox {
  readonly #socket: Socket;
  readonly #sliceMax: number;
  #pieces: Uint8Array[] = [];
  /** Of the first piece, what was handed on. */
  #position = 0;
  /** Bytes that are to be handed on. */
  #size = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#sliceMax = 'encrypted' in socket ? TLS_WRITE_BYTES_MAX : Infinity;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  get size(): number {
    return this.#size;
  }

  get #takesMore(): boolean {
    return this.#sliceMax === Infinity || !this.#socket.writableNeedDrain;
  }

  add(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) {
      if (piece.length === 0) continue;
      this.#pieces.push(piece);
      this.#size += piece.length;
    }
  }

  /** Hands on what the socket takes: how many bytes. */
  flush(): number {
    const socket = this.#socket;
    // To copy a few small ones costs less than to hand them on one by one.
    if (this.#pieces.length > 1 && this.#size <= ANSWERS_TOGETHER_BYTES_MAX && this.#position === 0)
      this.#pieces = [Buffer.concat(this.#pieces)];
    socket.cork();
    let size = 0;
    let count = 0;
    while (count < this.#pieces.length && size < this.#sliceMax && (size > 0 || this.#takesMore)) {
      const piece = this.#pieces[count];
      const end = Math.min(piece.length, this.#position + this.#sliceMax - size);
      socket.write(piece.subarray(this.#position, end));
      size += end - this.#position;
      this.#position = end === piece.length ? 0 : end;
      if (end === piece.length) count++;
    }
    this.#pieces.splice(0, count);
    this.#size -= size;
    socket.uncork();
    // Another slice, where the socket has sent this one already and tells of no drain.
    if (size > 0 && this.#pieces.length > 0 && this.#takesMore) return size + this.flush();
    return size;
  }
}
