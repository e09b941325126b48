/**
 * One client: what it sends is cut into requests, each is handled, and the answers go back in the order of the requests.
 *
 *     socket -> FrameSplitter -> RequestDispatch.begin -> answer -> its place in the line -> socket
 *
 * A request begins when the one before it is done, or has settled in what order things happen (`Handler.overlaps`). While a client does not read its
 * answers, or has too many requests in the line, none of it begins, and its socket is not read: what it makes the broker hold is bounded by one chunk, one frame
 * and the answers that were begun. A frame that is none, or a request that has no answer, ends the connection and nothing else.
 */
import type { Socket } from 'node:net';
import { isMillraceError } from '../errors.ts';
import { FrameSplitter } from '../protocol/frame-splitter.ts';
import { REQUESTS_IN_LINE_MAX } from '../limits.ts';
import type { Session } from './session.ts';
import type { BegunRequest, RequestDispatch } from './request-dispatch.ts';
import type { ApiStatistics } from './request-statistics.ts';
import type { ListenerAddress } from './listener.ts';

export interface ConnectionOptions {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly dispatch: RequestDispatch;
  readonly maxRequestSize: number;
  /** Of all connections of the listener. */
  readonly traffic: Traffic;
  readonly now: () => number;
  /** Why the connection is ended from here, before it is. */
  readonly onFault: (connection: Connection, error: unknown) => void;
  readonly onClose: (connection: Connection) => void;
}

/** A request's place in the line of answers. */
interface Place {
  /** Null until it is answered; empty for a request without an answer. */
  pieces: readonly Uint8Array[] | null;
  readonly beganAt: number;
  /** Null until it is known what was asked. */
  statistics: ApiStatistics | null;
}

/** What a listener counts of its connections. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

export class Connection implements Session {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly remoteAddress: string;
  principal = 'User:ANONYMOUS';
  clientId: string | null = null;
  clientSoftware: Session['clientSoftware'] = null;
  readonly connectedAt: number;
  bytesIn = 0;
  bytesOut = 0;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #splitter: FrameSplitter;
  readonly #gone = new AbortController();
  readonly #line: Place[] = [];
  /** Chunks that came while no request could begin. */
  readonly #chunks: Buffer[] = [];
  /** A request is being handled that lets no other one begin. */
  #isBusy = false;
  #isEnding = false;
  #lastActive: number;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.id = options.id;
    this.listener = options.listener;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#options = options;
    this.#splitter = new FrameSplitter({ maxFrameSize: options.maxRequestSize });
    this.#lastActive = options.now();
    this.connectedAt = this.#lastActive;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#advance());
    // A reset by the client: `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  /** When it last sent a whole request or was answered: half a frame is no sign of life. */
  get lastActive(): number {
    return this.#lastActive;
  }

  /** Requests that are not answered yet. */
  get pendingRequests(): number {
    return this.#line.length;
  }

  get isIdle(): boolean {
    return this.#line.length === 0;
  }

  /** Begins nothing more; ends when what was begun is answered, which waits for nothing any more. */
  end(): void {
    this.#isEnding = true;
    this.#gone.abort();
    if (this.isIdle) this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    this.#options.traffic.bytesIn += chunk.length;
    this.bytesIn += chunk.length;
    this.#chunks.push(chunk);
    if (this.#canBegin()) this.#advance();
    else this.#socket.pause();
  }

  #canBegin(): boolean {
    return (
      !this.#isBusy && !this.#isEnding && !this.#socket.writableNeedDrain && this.#line.length < REQUESTS_IN_LINE_MAX
    );
  }

  /** Begins what can begin. */
  #advance(): void {
    try {
      while (this.#canBegin()) {
        const frame = this.#nextFrame();
        if (frame === null) break;
        this.#begin(frame);
      }
    } catch (error) {
      this.#fail(error);
    }
    if (this.#chunks.length === 0 && this.#socket.isPaused()) this.#socket.resume();
  }

  #nextFrame(): Buffer | null {
    for (;;) {
      const frame = this.#splitter.next();
      if (frame !== null) return frame;
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return null;
      this.#splitter.push(chunk);
    }
  }

  #begin(frame: Buffer): void {
    this.#lastActive = this.#options.now();
    const place: Place = { pieces: null, beganAt: performance.now(), statistics: null };
    this.#line.push(place);
    const begun: BegunRequest = this.#options.dispatch.begin(frame, this);
    place.statistics = begun.statistics;
    if (!(begun.answer instanceof Promise)) {
      this.#answered(place, begun.answer);
      return;
    }
    if (!begun.overlaps) this.#isBusy = true;
    begun.answer.then(
      (pieces) => {
        if (!begun.overlaps) this.#isBusy = false;
        this.#answered(place, pieces);
        this.#advance();
      },
      (error: unknown) => this.#fail(error),
    );
  }

  #answered(place: Place, pieces: readonly Uint8Array[]): void {
    place.pieces = pieces;
    if (place !== this.#line[0] || this.#socket.destroyed) return;
    this.#lastActive = this.#options.now();
    this.#socket.cork();
    while (this.#line.length > 0 && this.#line[0].pieces !== null) {
      this.#send(this.#line.shift()!);
    }
    this.#socket.uncork();
    if (this.#isEnding && this.isIdle) this.#socket.end();
  }

  #send({ pieces, beganAt, statistics }: Place): void {
    let size = 0;
    for (const piece of pieces!) {
      size += piece.length;
      this.#socket.write(piece);
    }
    this.bytesOut += size;
    this.#options.traffic.bytesOut += size;
    statistics?.ended(performance.now() - beganAt, size);
  }

  #fail(error: unknown): void {
    if (this.#socket.destroyed) return;
    this.#options.onFault(this, error);
    this.#isEnding = true;
    this.#socket.destroy();
  }

  #closed(): void {
    this.#isEnding = true;
    this.#chunks.length = 0;
    this.#gone.abort();
    this.#options.onClose(this);
  }
}

/** Is it the client's doing, and not a fault of ours? */
export function isClientFault(error: unknown): boolean {
  return (
    isMillraceError(error, 'ERR_MILLRACE_CORRUPT') ||
    isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE') ||
    isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED')
  );
}
