/**
 * What is on its way to a socket. A plain socket takes all at once: views, which the system sends from where they are. TLS encrypts what it is given at once, so that is given
 * in slices, the next when the client has read: a slow reader makes it hold a slice and not an answer.
 */
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { TLS_WRITE_BYTES_MAX } from '../limits.ts';

export class Outbox {
  readonly #socket: Socket;
  readonly #sliceMax: number;
  readonly #pieces: Uint8Array[] = [];
  /** Of the first piece, what was handed on. */
  #position = 0;

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#sliceMax = socket instanceof TLSSocket ? TLS_WRITE_BYTES_MAX : Infinity;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  add(pieces: readonly Uint8Array[]): void {
    for (const piece of pieces) if (piece.length > 0) this.#pieces.push(piece);
  }

  /** Hands on what the socket takes. */
  flush(): void {
    const socket = this.#socket;
    const isBounded = this.#sliceMax !== Infinity;
    if (isBounded && socket.writableNeedDrain) return;
    socket.cork();
    let size = 0;
    let count = 0;
    while (count < this.#pieces.length && size < this.#sliceMax) {
      const piece = this.#pieces[count];
      const end = Math.min(piece.length, this.#position + this.#sliceMax - size);
      socket.write(piece.subarray(this.#position, end));
      size += end - this.#position;
      this.#position = end === piece.length ? 0 : end;
      if (end === piece.length) count++;
    }
    this.#pieces.splice(0, count);
    socket.uncork();
    // Another slice, where the socket has sent this one already and tells of no drain.
    if (isBounded && count + size > 0 && this.#pieces.length > 0 && !socket.writableNeedDrain) this.flush();
  }
}
