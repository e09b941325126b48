/**
 * One client: what it sends is cut into requests, each is handled, and the answers go back in the order of the requests.
 *
 *     socket -> FrameIntake -> RequestDispatch.begin -> answer -> its place in the AnswerLine -> socket
 *
 * A request begins when the one before it is done, or has settled in what order things happen (`Handler.overlaps`). While a client does not read its
 * answers, has too many requests in the line, is muted, or finds no room for its frame, none of it begins, and its socket is not read: what it makes the broker
 * hold is bounded by one chunk, one frame and the answers that were begun. A frame that is none, or a request that has no answer, ends the connection and nothing else.
 */
import type { Socket } from 'node:net';
import type { Clock } from '../clock.ts';
import { REQUESTS_IN_LINE_MAX } from '../limits.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { AnswerLine, type Place, type Traffic } from './answer-line.ts';
import { FrameIntake } from './frame-intake.ts';
import type { ListenerAddress } from './listener.ts';
import type { BegunRequest, RequestDispatch } from './request-dispatch.ts';
import type { RequestMemory } from './request-memory.ts';
import { SaslAuthentication, type SaslSettings } from './sasl-authentication.ts';
import type { ReadBuffers } from './read-buffers.ts';
import type { Session } from './session.ts';
import type { SocketReader, SocketReads } from './socket-reads.ts';

export interface ConnectionOptions {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly dispatch: RequestDispatch;
  readonly maxRequestSize: number;
  /** Shared by the connections of a broker. */
  readonly memory: RequestMemory;
  readonly buffers: ReadBuffers;
  /** Where the socket reads to memory that it is given; otherwise it is read as a stream. */
  readonly reads: SocketReads | null;
  /** Of all connections of the listener. */
  readonly traffic: Traffic;
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

export class Connection implements Session, SocketReader {
  readonly id: number;
  readonly listener: ListenerAddress;
  readonly remoteAddress: string;
  readonly sasl: SaslAuthentication | null;
  access: Session['access'] = null;
  clientId: string | null = null;
  clientSoftware: Session['clientSoftware'] = null;
  readonly connectedAt: number;
  bytesIn = 0;
  #principal: string;
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #intake: FrameIntake;
  readonly #line: AnswerLine;
  readonly #gone = new AbortController();
  /** A request is being handled that lets no other one begin. */
  #isBusy = false;
  #isEnding = false;
  /** Until when no request begins, since the client was above its quota. */
  #mutedUntil = 0;
  #unmute: () => void = () => undefined;
  #lastActive: number;

  constructor(socket: Socket, options: ConnectionOptions) {
    const { id, listener, sasl, maxRequestSize, memory, buffers, reads, traffic, clock } = options;
    this.id = id;
    this.listener = listener;
    this.remoteAddress = socket.remoteAddress ?? '';
    this.#socket = socket;
    this.#options = options;
    this.#principal = options.principal ?? ANONYMOUS;
    this.sasl =
      sasl === null ? null : new SaslAuthentication(sasl, (principal) => this.#loggedIn(principal), this.#gone.signal);
    const maxFrameSize = Math.min(maxRequestSize, sasl?.maxFrameSize ?? Infinity);
    this.#intake = new FrameIntake({ maxFrameSize, memory, buffers, onRoom: () => this.#advance() });
    this.#line = new AnswerLine(socket, traffic);
    this.#lastActive = clock.now();
    this.connectedAt = this.#lastActive;
    socket.setNoDelay(true);
    if (reads === null) socket.on('data', (chunk: Buffer) => this.#received(chunk));
    else reads.reader = this;
    socket.on('drain', () => this.#drained());
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

  get bytesOut(): number {
    return this.#line.bytesOut;
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
    this.#unmute();
    this.#intake.close();
    this.#finish();
  }

  mute(ms: number): void {
    const { clock } = this.#options;
    const until = clock.now() + ms;
    if (this.#isEnding || until <= this.#mutedUntil) return;
    this.#mutedUntil = until;
    this.#unmute();
    this.#unmute = clock.schedule(ms, () => {
      this.#mutedUntil = 0;
      // Who was kept waiting was not idle.
      this.#lastActive = clock.now();
      this.#advance();
    });
  }

  refused(error: Error): void {
    this.#options.onRefused(this, error);
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Where the socket is to read to. */
  get room(): Buffer {
    return this.#intake.room;
  }

  /** So many bytes were read there. */
  read(size: number): void {
    if (!this.#counts(size)) return;
    this.#intake.read(size);
    this.#goOn();
    this.#intake.own();
  }

  #received(chunk: Buffer): void {
    if (!this.#counts(chunk.length)) return;
    this.#intake.push(chunk);
    this.#goOn();
  }

  /** False: nothing that comes in is wanted any more. */
  #counts(size: number): boolean {
    this.#options.traffic.bytesIn += size;
    this.bytesIn += size;
    return !this.#isEnding;
  }

  #goOn(): void {
    if (this.#canBegin()) this.#advance();
    else this.#socket.pause();
  }

  #drained(): void {
    this.#line.flush();
    this.#advance();
    if (this.#isEnding) this.#finish();
  }

  #canBegin(): boolean {
    return (
      !this.#isBusy &&
      !this.#isEnding &&
      this.#mutedUntil === 0 &&
      !this.#intake.waitsForRoom &&
      this.#line.takesMore &&
      !this.#socket.writableNeedDrain &&
      this.#line.length < REQUESTS_IN_LINE_MAX
    );
  }

  /** Begins what can begin, and sends what is answered by then. */
  #advance(): void {
    this.#line.hold();
    try {
      while (this.#canBegin()) {
        const frame = this.#intake.next();
        if (frame === null) break;
        this.#begin(frame);
      }
      this.#release();
    } catch (error) {
      this.#release();
      this.#fail(error);
    }
    if (this.#intake.waitsForRoom) this.#socket.pause();
    else if (!this.#intake.hasChunks && this.#socket.isPaused()) this.#socket.resume();
  }

  #release(): void {
    if (this.#socket.destroyed) return;
    this.#line.release();
    if (this.#isEnding) this.#finish();
  }

  #begin(frame: Buffer): void {
    this.#lastActive = this.#options.clock.now();
    const place = this.#line.take(frame.length);
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
    // What it holds goes with the connection.
    if (this.#socket.destroyed) return;
    this.#options.memory.release(place.size);
    if (!this.#line.answered(place, pieces)) return;
    this.#lastActive = this.#options.clock.now();
    if (this.#isEnding) this.#finish();
  }

  #loggedIn(principal: string): void {
    this.#principal = principal;
    this.access = null;
    this.#intake.maxFrameSize = this.#options.maxRequestSize;
  }

  #finish(): void {
    if (!this.isIdle || !this.#line.isHandedOn) return;
    // Who was refused may not like to go.
    if (!this.isAuthenticated) {
      this.#socket.destroySoon();
      return;
    }
    this.#socket.end();
    // That the client goes, too, a paused socket does not see.
    this.#socket.resume();
  }

  #fail(error: unknown): void {
    if (this.#socket.destroyed) return;
    this.#options.onFault(this, error);
    this.#isEnding = true;
    this.#socket.destroy();
  }

  #closed(): void {
    this.#isEnding = true;
    this.#unmute();
    this.#intake.close();
    this.#options.memory.release(this.#line.close());
    this.#gone.abort();
    this.#options.onClose(this);
  }
}
