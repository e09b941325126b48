/**
 * The line of a connection's answers: a place for each request, in the order in which they came, from its last byte until its answer is on its way to the
 * socket. An answer that is ready early waits for those before it.
 *
 *     take -> answered -> Outbox -> socket
 *
 * Counts bytes and times when they leave: a request ends with the last byte of its answer that is handed to the socket, or, having an answer, with the connection.
 */
import type { Socket } from 'node:net';
import { ANSWERS_TOGETHER_BYTES_MAX } from '../limits.ts';
import { Outbox } from './outbox.ts';
import type { ApiStatistics } from './request-statistics.ts';

/** What a listener counts of its connections. */
export interface Traffic {
  bytesIn: number;
  bytesOut: number;
}

/** Of one request. */
export interface Place {
  /** Of the request, as long as it is kept: until it is answered, at the longest. */
  size: number;
  readonly beganAt: number;
  /** Null until it is known what was asked, and for what is no request of an API. */
  statistics: ApiStatistics | null;
  /** Null until it is answered; empty for a request without an answer. */
  pieces: readonly Uint8Array[] | null;
  answerSize: number;
}

export class AnswerLine {
  readonly #outbox: Outbox;
  readonly #traffic: Traffic;
  readonly #places: Place[] = [];
  /** Those whose answers are in the outbox. */
  readonly #leaving: Place[] = [];
  /** Bytes that were handed on, of the first of these. */
  #firstHandedOn = 0;
  #bytesOut = 0;
  #isHeld = false;

  /** `traffic`: of all connections of the listener. */
  constructor(socket: Socket, traffic: Traffic) {
    this.#outbox = new Outbox(socket);
    this.#traffic = traffic;
  }

  /** Requests that have no answer yet, or one that waits for others. */
  get length(): number {
    return this.#places.length;
  }

  /** The socket was handed all that is ready. */
  get isHandedOn(): boolean {
    return this.#outbox.isEmpty;
  }

  /** It can be given another answer: nothing is left that the socket did not take, or just some small answers that are held. */
  get takesMore(): boolean {
    return this.#outbox.isEmpty || (this.#isHeld && this.#outbox.size < ANSWERS_TOGETHER_BYTES_MAX);
  }

  get bytesOut(): number {
    return this.#bytesOut;
  }

  take(size: number): Place {
    const place: Place = { size, beganAt: performance.now(), statistics: null, pieces: null, answerSize: 0 };
    this.#places.push(place);
    return place;
  }

  /** False: there are others before it. Otherwise it and those behind that are ready are on their way. */
  answered(place: Place, pieces: readonly Uint8Array[]): boolean {
    place.pieces = pieces;
    if (place !== this.#places[0]) return false;
    while (this.#places.length > 0 && this.#places[0].pieces !== null) this.#leave(this.#places.shift()!);
    if (!this.#isHeld || this.#outbox.size >= ANSWERS_TOGETHER_BYTES_MAX) this.flush();
    return true;
  }

  /** Small answers wait for each other, until `release`. */
  hold(): void {
    this.#isHeld = true;
  }

  release(): void {
    this.#isHeld = false;
    if (!this.#outbox.isEmpty) this.flush();
  }

  /** Hands on what the socket takes. */
  flush(): void {
    const size = this.#outbox.flush();
    this.#bytesOut += size;
    this.#traffic.bytesOut += size;
    this.#firstHandedOn += size;
    while (this.#leaving.length > 0 && this.#firstHandedOn >= this.#leaving[0].answerSize) {
      const place = this.#leaving.shift()!;
      this.#firstHandedOn -= place.answerSize;
      end(place, place.answerSize);
    }
  }

  /** The connection is gone. Returns the bytes of the requests that are not answered. */
  close(): number {
    let unanswered = 0;
    for (const { pieces, size } of this.#places) if (pieces === null) unanswered += size;
    for (const place of this.#leaving.splice(0)) {
      end(place, Math.min(place.answerSize, this.#firstHandedOn));
      this.#firstHandedOn = 0;
    }
    return unanswered;
  }

  #leave(place: Place): void {
    for (const piece of place.pieces!) place.answerSize += piece.length;
    this.#outbox.add(place.pieces!);
    this.#leaving.push(place);
  }
}

function end({ statistics, beganAt }: Place, size: number): void {
  statistics?.ended(performance.now() - beganAt, size);
}
