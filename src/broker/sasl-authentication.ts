/**
 * The log-in of one connection, between its first byte and the principal. (SaslServerAuthenticator.)
 *
 *     handshake ──SaslHandshake──▶ tokens ──last token──▶ done
 *                     1: each token in a SaslAuthenticate
 *                     0: bare tokens in frames of their own
 *         └─────────────── any refusal ──────────────────▶ failed
 *
 * A refusal comes late, so that passwords are not guessed quickly, and ends the connection.
 *
 * Where a log-in is good for a time (`connections.max.reauth.ms`), another one goes from `done` the same way, by the same mechanism and to the same principal, at
 * most once a second; who lets the time pass is not served any more (KIP-368).
 */
import type { Clock } from '../clock.ts';
import { MillraceError } from '../errors.ts';
import { createSaslServer, isSaslMechanism, type SaslServerEnvironment } from '../security/sasl-mechanism.ts';
import type { SaslServer } from '../security/sasl-exchange.ts';
import { sessionDelay } from './session-delay.ts';

export interface SaslSettings extends SaslServerEnvironment {
  /** Those that are offered, in the order in which clients are told. */
  readonly mechanisms: readonly string[];
  /** `connection.failed.authentication.delay.ms`. */
  readonly failureDelayMs: number;
  /** How long a log-in by the mechanism is good; 0: for ever. */
  readonly lifetimeMs: (mechanism: string) => number;
  readonly maxFrameSize: number;
  readonly clock: Clock;
}

type Exchange = Pick<SaslServer, 'principal' | 'respond'>;

const REAUTHENTICATION_MS_MIN = 1000;

/** The log-in was good for a time, and that is over. Kafka's clients do not let it come to that. */
export class SessionExpired extends Error {
  override readonly name = 'SessionExpired';
}

export class SaslAuthentication {
  readonly #settings: SaslSettings;
  readonly #onDone: (principal: string) => void;
  readonly #signal: AbortSignal;
  #state: 'handshake' | 'tokens' | 'done' | 'failed' = 'handshake';
  #takesBareTokens = false;
  #server: Exchange | null = null;
  #mechanism: string | null = null;
  /** Once it was shown. */
  #principal: string | null = null;
  #expiresAt = Infinity;
  #begunAgainAt = -Infinity;

  /** `signal`: nobody is to wait for an answer any more. */
  constructor(settings: SaslSettings, onDone: (principal: string) => void, signal: AbortSignal) {
    this.#signal = signal;
    this.#settings = settings;
    this.#onDone = onDone;
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** The next frame is no request. */
  get expectsBareToken(): boolean {
    return this.#takesBareTokens && this.#state === 'tokens';
  }

  get mechanisms(): readonly string[] {
    return this.#settings.mechanisms;
  }

  /** A log-in, the first one or another, may begin now. */
  get mayBegin(): boolean {
    if (this.#state !== 'done') return this.#state === 'handshake';
    return this.#expiresAt < Infinity && this.#now >= this.#begunAgainAt + REAUTHENTICATION_MS_MIN;
  }

  /** The time is over for which the log-in was good. */
  get isExpired(): boolean {
    return this.#state === 'done' && this.#now > this.#expiresAt;
  }

  /** For how long the log-in is good that is done, as the client is told; 0: for ever, or it is not done. */
  get lifetimeMs(): number {
    return this.isDone ? this.#settings.lifetimeMs(this.#mechanism!) : 0;
  }

  get #now(): number {
    return this.#settings.clock.now();
  }

  /** Chooses the mechanism; false, and the log-in has failed, where it is not offered. */
  begin(mechanism: string, takesBareTokens: boolean): boolean {
    if (!this.mayBegin) throw illegal('SaslHandshake', this.#state);
    if (this.#state === 'done') this.#begunAgainAt = this.#now;
    if (!this.mechanisms.includes(mechanism) || !isSaslMechanism(mechanism)) {
      this.#state = 'failed';
      return false;
    }
    // Another one than before is refused with the first token.
    const isSame = this.#mechanism === null || this.#mechanism === mechanism;
    this.#server = isSame ? createSaslServer(mechanism, this.#settings) : otherMechanism(mechanism, this.#mechanism!);
    this.#mechanism ??= mechanism;
    this.#takesBareTokens = takesBareTokens;
    this.#state = 'tokens';
    return true;
  }

  /** What to answer to a token. ERR_MILLRACE_AUTHENTICATION, after the delay, for one that proves nothing. */
  async respond(token: Uint8Array): Promise<Buffer> {
    if (this.#state !== 'tokens') throw illegal('a token', this.#state);
    const server = this.#server!;
    let answer: Uint8Array;
    try {
      answer = await server.respond(token);
      if (server.principal !== null) this.#checkSame(server.principal);
    } catch (error) {
      this.#state = 'failed';
      await this.#delay();
      throw error;
    }
    if (server.principal !== null) {
      this.#state = 'done';
      this.#server = null;
      this.#principal = server.principal;
      const { lifetimeMs } = this;
      this.#expiresAt = lifetimeMs === 0 ? Infinity : this.#now + lifetimeMs;
      this.#onDone(server.principal);
    }
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  }

  #checkSame(principal: string): void {
    if (this.#principal === null || this.#principal === principal) return;
    const message = `Cannot change principals during re-authentication from ${this.#principal} to ${principal}`;
    throw new MillraceError('ERR_MILLRACE_AUTHENTICATION', message);
  }

  #delay(): Promise<void> {
    const { clock, failureDelayMs } = this.#settings;
    if (failureDelayMs === 0) return Promise.resolve();
    return sessionDelay(clock, failureDelayMs, this.#signal);
  }
}

function otherMechanism(mechanism: string, before: string): Exchange {
  return {
    principal: null,
    respond() {
      const message = `SASL mechanism '${mechanism}' requested by client is not supported for re-authentication of mechanism '${before}'`;
      throw new MillraceError('ERR_MILLRACE_AUTHENTICATION', message);
    },
  };
}

function illegal(what: string, state: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `${what} at the wrong time: the log-in is at "${state}"`);
}
