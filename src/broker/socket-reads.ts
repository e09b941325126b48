/**
 * What comes in over a plain socket, read to where its connection wants it: Node otherwise gives each chunk 64 KiB of new memory.
 *
 * A socket can be made to read into memory that is given (`onread`), but not one that a server has accepted. So the server's socket is left as a shell, and its
 * handle gets another one, as Node itself hands connections on to its child processes. Where a socket shows no handle it is read as any stream.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';

export interface SocketReader {
  /** Where the next bytes are to go. Asked for after each read. */
  readonly room: Uint8Array;
  /** So many bytes came, to where the last answer said; the first ones to where the socket began with. */
  read(size: number): void;
}

export class SocketReads {
  readonly socket: Socket;
  /** Set before anything can come in, in the turn in which the connection was accepted. */
  reader: SocketReader | null = null;

  /** Takes over what a server has just accepted; null where that cannot be. `room`: for the first bytes. */
  static of(accepted: Socket, room: Uint8Array): SocketReads | null {
    const shell = accepted as unknown as { _handle?: object | null };
    const handle = shell._handle;
    if (typeof handle !== 'object' || handle === null) return null;
    shell._handle = null;
    const reads = new SocketReads(handle, room);
    // To the server it is gone: its connections are counted by who listens.
    accepted.destroy();
    return reads;
  }

  private constructor(handle: object, room: Uint8Array) {
    const onread = {
      buffer: (): Uint8Array => this.reader?.room ?? room,
      callback: (size: number): boolean => {
        this.reader?.read(size);
        return true;
      },
    };
    this.socket = new Socket({ handle, onread } as SocketConstructorOpts);
  }
}
