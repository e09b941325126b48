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
import { Outbox } from './outbox.ts';
import type { RequestMemory } from './request-memory.ts';
import { SaslAuthentication, type SaslSettings } from './sasl-authentication.ts';

export interface ConnectionOptions {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly dispatch: RequestDispatch;
  readonly maxRequestSize: number;
  /** Shared by the connections of a broker. */
  readonly memory: RequestMemory;
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
  /** Of the request, which is kept until then. */
  readonly size: number;
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
  /** Answers that are not handed to the socket yet: those that it would copy. */
  readonly #outbox: Outbox;
  /** Taken for the frame that comes in. */
  #announced = 0;
  #waitsForMemory = false;
  #stopWaiting: () => void = () => undefined;
  /** A request is being handled that lets no other one begin. */
  #isBusy = false;
  #isEnding = false;
  #isClosed = false;
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
    this.#outbox = new Outbox(socket);
    socket.on('drain', () => {
      this.#outbox.flush();
      this.#advance();
      if (this.#isEnding) this.#finish();
    });
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
    this.#finish();
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
      !this.#waitsForMemory &&
      this.#outbox.isEmpty &&
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
    if (this.#chunks.length === 0 && !this.#waitsForMemory && this.#socket.isPaused()) this.#socket.resume();
  }

  #nextFrame(): Buffer | null {
    for (;;) {
      const frame = this.#splitter.next();
      if (frame !== null) return frame;
      if (!this.#hasMemory()) return null;
      const chunk = this.#chunks.shift();
      if (chunk === undefined) return null;
      this.#splitter.push(chunk);
    }
  }

  /** Room for the frame that has begun to come in; without it, no more of it is read. */
  #hasMemory(): boolean {
    const { announcedSize } = this.#splitter;
    if (this.#announced > 0 || announcedSize === 0) return true;
    const granted = (): void => {
      this.#announced = announcedSize;
      this.#waitsForMemory = false;
      // Not within the turn of who made room.
      setImmediate(() => this.#advance());
    };
    const { memory } = this.#options;
    this.#waitsForMemory = !memory.take(announcedSize, granted, (stop) => (this.#stopWaiting = stop));
    if (this.#waitsForMemory) this.#socket.pause();
    else this.#announced = announcedSize;
    return !this.#waitsForMemory;
  }

  #begin(frame: Buffer): void {
    this.#lastActive = this.#options.clock.now();
    const place: Place = { pieces: null, size: frame.length };
    if (this.#announced === 0) this.#options.memory.add(frame.length);
    this.#announced = 0;
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
    if (!this.#isClosed) this.#options.memory.release(place.size);
    if (place !== this.#line[0] || this.#socket.destroyed) return;
    this.#lastActive = this.#options.clock.now();
    while (this.#line.length > 0 && this.#line[0].pieces !== null) this.#outbox.add(this.#line.shift()!.pieces!);
    this.#outbox.flush();
    if (this.#isEnding) this.#finish();
  }

  #loggedIn(principal: string): void {
    this.#principal = principal;
    this.access = null;
    this.#splitter.maxFrameSize = this.#options.maxRequestSize;
  }

  /** Who was refused may not like to go. */
  #finish(): void {
    if (!this.isIdle || !this.#outbox.isEmpty) return;
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
    this.#isClosed = true;
    this.#isEnding = true;
    this.#chunks.length = 0;
    this.#unmute();
    if (this.#waitsForMemory) this.#stopWaiting();
    let held = this.#announced;
    for (const { pieces, size } of this.#line) if (pieces === null) held += size;
    this.#options.memory.release(held);
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
