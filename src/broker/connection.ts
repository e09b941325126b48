/**
 * One client: what it sends is cut into requests, each is handled, and the answers go back in the order of the requests.
 *
 *     socket -> FrameIntake -> RequestDispatch.begin -> answer -> its place in the AnswerLine -> socket
 *
 * A request begins when the one before it is done, or has settled in what order things happen (`Handler.overlaps`). While a client does not read its
 * answers, has too many requests in the line, is muted, or finds no room for its frame, none of it begins. Its socket is then not read, or only so far that a client that
 * goes away while a request waits is noticed: what it makes the broker hold is bounded by two chunks, READ_AHEAD_BYTES_MAX, one frame and the answers that were begun.
 *
 * A client that ends its half is waited for no more: what it has sent is done, as Kafka does it, and then the connection ends. A frame that is none, or a request
 * that has no answer, ends the connection and nothing else.
 */
import type { Socket } from 'node:net';
import { READ_AHEAD_BYTES_MAX, REQUESTS_IN_LINE_MAX } from '../limits.ts';
import { ANONYMOUS } from '../security/principal.ts';
import { AnswerLine, type Place } from './answer-line.ts';
import type { ConnectionOptions } from './connection-options.ts';
import { FrameIntake } from './frame-intake.ts';
import type { ListenerAddress } from './listener.ts';
import { Mute } from './mute.ts';
import type { BegunRequest } from './request-dispatch.ts';
import { SaslAuthentication } from './sasl-authentication.ts';
import type { Session } from './session.ts';
import type { SocketReader } from './socket-reads.ts';

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
  /** The client sends nothing more. */
  #isHalfClosed = false;
  readonly #muted: Mute;
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
    this.#muted = new Mute(clock, () => this.#unmuted());
    this.#lastActive = clock.now();
    this.connectedAt = this.#lastActive;
    socket.setNoDelay(true);
    // What came before the client's end is done first.
    socket.allowHalfOpen = true;
    if (reads === null) socket.on('data', (chunk: Buffer) => this.#received(chunk));
    else reads.reader = this;
    socket.on('end', () => this.#ended());
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
    this.#muted.cancel();
    this.#intake.close();
    this.#finish();
  }

  mute(ms: number): void {
    if (!this.#isEnding) this.#muted.begin(ms);
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
    else if (!this.#readsAhead) this.#socket.pause();
  }

  #ended(): void {
    this.#isHalfClosed = true;
    // One that only waits for the last answers ends with them.
    if (this.#isEnding) this.#finish();
    else {
      this.#gone.abort();
      this.#advance();
    }
  }

  /** It is the broker that the requests wait for, which may take long. */
  get #readsAhead(): boolean {
    const isWaiting = this.#isBusy || this.#muted.isOn;
    return isWaiting && !this.#intake.waitsForRoom && this.#intake.heldBytes < READ_AHEAD_BYTES_MAX;
  }

  #unmuted(): void {
    // Who was kept waiting was not idle.
    this.#lastActive = this.#options.clock.now();
    this.#advance();
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
      !this.#muted.isOn &&
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
        if (frame !== null) this.#begin(frame);
        else if (!this.#intake.waitsForRoom) {
          if (this.#isHalfClosed) this.end();
          break;
        }
      }
      this.#release();
    } catch (error) {
      this.#release();
      this.#fail(error);
    }
    if (this.#intake.waitsForRoom) this.#socket.pause();
    else if (this.#socket.isPaused() && (!this.#intake.hasChunks || this.#readsAhead)) this.#socket.resume();
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
    if (begun.waits) {
      this.#intake.release();
      this.#giveBack(place);
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
    this.#giveBack(place);
    if (!this.#line.answered(place, pieces)) return;
    this.#lastActive = this.#options.clock.now();
    if (this.#isEnding) this.#finish();
  }

  /** The room of its request. */
  #giveBack(place: Place): void {
    this.#options.memory.release(place.size);
    place.size = 0;
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
    this.#muted.cancel();
    this.#intake.close();
    this.#options.memory.release(this.#line.close());
    this.#gone.abort();
    this.#options.onClose(this);
  }
}
