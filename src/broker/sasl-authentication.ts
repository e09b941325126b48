/**
 * The log-in of one connection, between its first byte and the principal. (SaslServerAuthenticator.)
 *
 *     handshake ──SaslHandshake──▶ tokens ──last token──▶ done
 *                     1: each token in a SaslAuthenticate
 *                     0: bare tokens in frames of their own
 *         └─────────────── any refusal ──────────────────▶ failed
 *
 * A refusal comes late, so that passwords are not guessed quickly, and ends the connection.
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
  readonly maxFrameSize: number;
  readonly clock: Clock;
}

export class SaslAuthentication {
  readonly #settings: SaslSettings;
  readonly #onDone: (principal: string) => void;
  readonly #signal: AbortSignal;
  #state: 'handshake' | 'tokens' | 'done' | 'failed' = 'handshake';
  #takesBareTokens = false;
  #server: SaslServer | null = null;

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

  /** Chooses the mechanism; false, and the log-in has failed, where it is not offered. */
  begin(mechanism: string, takesBareTokens: boolean): boolean {
    if (this.#state !== 'handshake') throw illegal('SaslHandshake', this.#state);
    if (!this.mechanisms.includes(mechanism) || !isSaslMechanism(mechanism)) {
      this.#state = 'failed';
      return false;
    }
    this.#server = createSaslServer(mechanism, this.#settings);
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
    } catch (error) {
      this.#state = 'failed';
      await this.#delay();
      throw error;
    }
    if (server.principal !== null) {
      this.#state = 'done';
      this.#server = null;
      this.#onDone(server.principal);
    }
    return Buffer.from(answer.buffer, answer.byteOffset, answer.byteLength);
  }

  #delay(): Promise<void> {
    const { clock, failureDelayMs } = this.#settings;
    if (failureDelayMs === 0) return Promise.resolve();
    return sessionDelay(clock, failureDelayMs, this.#signal);
  }
}

function illegal(what: string, state: string): MillraceError {
  return new MillraceError('ERR_MILLRACE_CORRUPT', `${what} at the wrong time: the log-in is at "${state}"`);
}
