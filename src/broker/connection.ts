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
import type { Clock } from '../clock.ts';
import { isMillraceError } from '../errors.ts';
import { FrameSplitter } from '../protocol/frame-splitter.ts';
import { REQUESTS_IN_LINE_MAX } from '../limits.ts';
import { ANONYMOUS } from '../security/principal.ts';
import type { Session } from './session.ts';
import type { BegunRequest, RequestDispatch } from './request-dispatch.ts';
import type { ListenerAddress } from './listener.ts';
import { SaslAuthentication, type SaslSettings } from './sasl-authentication.ts';

export interface ConnectionOptions {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly dispatch: RequestDispatch;
  readonly maxRequestSize: number;
  /** Null: nobody is asked to log in. */
  readonly sasl: SaslSettings | null;
  /** Of the certificate that the client has shown. */
  readonly principal: string | null;
  readonly clock: Clock;
  /** Why the connection is ended from here, before it is. */
  readonly onFault: (connection: Connection, error: unknown) => void;
  readonly onRefused: (connection: Connection, error: Error) => void;
  readonly onClose: (connection: Connection) => void;
}

/** A request's place in the line of answers. */
interface Place {
  /** Null until it is answered; empty for a request without an answer. */
  pieces: readonly Uint8Array[] | null;
}

export class Connection implements Session {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly remoteAddress: string;
  readonly sasl: SaslAuthentication | null;
  #principal: string;
  access: Session['access'] = null;
  clientSoftware: Session['clientSoftware'] = null;
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
  /** Until when no request begins, since the client was above its quota. */
  #mutedUntil = 0;
  #unmute: () => void = () => undefined;
  #lastActive: number;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.id = options.id;
    this.listener = options.listener;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#options = options;
    const { sasl, maxRequestSize } = options;
    this.#principal = options.principal ?? ANONYMOUS;
    this.sasl = sasl === null ? null : new SaslAuthentication(sasl, (principal) => this.#loggedIn(principal));
    this.#splitter = new FrameSplitter({ maxFrameSize: Math.min(maxRequestSize, sasl?.maxFrameSize ?? Infinity) });
    this.#lastActive = options.clock.now();
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#received(chunk));
    socket.on('drain', () => this.#advance());
    // A reset by the client: `close` follows.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#closed());
  }

  get principal(): string {
    return this.#principal;
  }

  /** Nobody has to log in any more. */
  get isAuthenticated(): boolean {
    return this.sasl?.isDone !== false;
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

  /** Begins nothing more; ends when what was begun is answered. */
  end(): void {
    this.#isEnding = true;
    if (this.isIdle) this.#finish();
  }

  mute(ms: number): void {
    const { clock } = this.#options;
    const until = clock.now() + ms;
    if (until <= this.#mutedUntil) return;
    this.#mutedUntil = until;
    this.#unmute();
    this.#unmute = clock.schedule(ms, () => {
      this.#mutedUntil = 0;
      // Who was kept waiting was not idle.
      this.#lastActive = clock.now();
      this.#advance();
    });
  }

  get #isMuted(): boolean {
    return this.#mutedUntil > 0;
  }

  refused(error: Error): void {
    this.#options.onRefused(this, error);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #received(chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#canBegin()) this.#advance();
    else this.#socket.pause();
  }

  #canBegin(): boolean {
    return (
      !this.#isBusy &&
      !this.#isMuted &&
      !this.#isEnding &&
      !this.#socket.writableNeedDrain &&
      this.#line.length < REQUESTS_IN_LINE_MAX
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
    this.#lastActive = this.#options.clock.now();
    const place: Place = { pieces: null };
    this.#line.push(place);
    const begun: BegunRequest = this.#options.dispatch.begin(frame, this);
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
    this.#lastActive = this.#options.clock.now();
    this.#socket.cork();
    while (this.#line.length > 0 && this.#line[0].pieces !== null) {
      for (const piece of this.#line.shift()!.pieces!) this.#socket.write(piece);
    }
    this.#socket.uncork();
    if (this.#isEnding && this.isIdle) this.#finish();
  }

  #loggedIn(principal: string): void {
    this.#principal = principal;
    this.access = null;
    this.#splitter.maxFrameSize = this.#options.maxRequestSize;
  }

  /** Who was refused may not like to go. */
  #finish(): void {
    if (this.isAuthenticated) this.#socket.end();
    else this.#socket.destroySoon();
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
    this.#unmute();
    this.#gone.abort();
    this.#options.onClose(this);
  }
}

/** Is it the client's doing, and not a fault of ours? */
export function isClientFault(error: unknown): boolean {
  return (
    isMillraceError(error, 'ERR_MILLRACE_CORRUPT') ||
    isMillraceError(error, 'ERR_MILLRACE_TOO_LARGE') ||
    isMillraceError(error, 'ERR_MILLRACE_AUTHENTICATION') ||
    isMillraceError(error, 'ERR_MILLRACE_QUEUE_FULL') ||
    isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED')
  );
}
