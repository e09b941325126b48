/**
 * The client's side of SCRAM-SHA-256 and SCRAM-SHA-512: proves that it knows the password without saying it, and makes sure that
 * the server knows it too.
 */
import { timingSafeEqual } from 'node:crypto';
import { assert } from '../assert.ts';
import { SCRAM_CLIENT_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN } from '../limits.ts';
import { PasswordDerivation } from './password-derivation.ts';
import {
  authenticationError,
  checkUserPassword,
  messageText,
  type SaslClient,
  type UserPassword,
} from './sasl-exchange.ts';
import {
  clientKeyOf,
  clientProof,
  hmac,
  type ScramHash,
  scramHashes,
  type ScramMechanism,
  serverKeyOf,
} from './scram-hash.ts';
import {
  encodeBase64,
  formatClientFinal,
  formatClientFirst,
  parseServerFinal,
  parseServerFirst,
  ScramFlaw,
} from './scram-message.ts';
import { randomNonce } from './scram-server.ts';

export interface ScramClientOptions {
  /** Shared by clients that log in at the same time; each has its own by default. */
  readonly derivation?: PasswordDerivation;
  /** For tests. */
  readonly nonce?: () => string;
}

export class ScramClient implements SaslClient {
  readonly mechanism: ScramMechanism;
  readonly #hash: ScramHash;
  readonly #password: string;
  readonly #derivation: PasswordDerivation;
  readonly #nonce: string;
  readonly #first: ReturnType<typeof formatClientFirst>;
  #state: 'begin' | 'first' | 'final' | 'complete' | 'failed' = 'begin';
  #serverSignature: Buffer | null = null;

  constructor(mechanism: ScramMechanism, { user, password }: UserPassword, options: ScramClientOptions = {}) {
    checkUserPassword({ user, password });
    this.mechanism = mechanism;
    this.#hash = scramHashes[mechanism];
    this.#password = password;
    this.#derivation = options.derivation ?? new PasswordDerivation();
    this.#nonce = (options.nonce ?? randomNonce)();
    this.#first = formatClientFirst(user, this.#nonce);
  }

  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  start(): Uint8Array {
    assert(this.#state === 'begin', 'an exchange starts once');
    this.#state = 'first';
    return Buffer.from(this.#first.header + this.#first.bare, 'utf8');
  }

  async respond(challenge: Uint8Array): Promise<Uint8Array | null> {
    const state = this.#state;
    this.#state = 'failed';
    if (state !== 'first' && state !== 'final')
      throw authenticationError(this.mechanism, 'the server speaks where nothing is asked of it');
    try {
      const text = messageText(this.mechanism, challenge);
      const answer = state === 'first' ? await this.#prove(text) : this.#verify(text);
      this.#state = state === 'first' ? 'final' : 'complete';
      return answer;
    } catch (error) {
      throw error instanceof ScramFlaw ? authenticationError(this.mechanism, error.message) : error;
    }
  }

  async #prove(text: string): Promise<Uint8Array> {
    const { nonce, salt, iterations } = parseServerFirst(text);
    if (!nonce.startsWith(this.#nonce) || nonce.length === this.#nonce.length)
      throw new ScramFlaw("the server's nonce does not continue that of the client");
    if (iterations < SCRAM_ITERATIONS_MIN || iterations > SCRAM_CLIENT_ITERATIONS_MAX) {
      throw new ScramFlaw(
        `the server asks for ${iterations} iterations, expected ${SCRAM_ITERATIONS_MIN} to ${SCRAM_CLIENT_ITERATIONS_MAX}`,
      );
    }
    const { digest, size } = this.#hash;
    const password = this.#password;
    const salted = await this.#derivation.derive({ digest, size, password, salt, iterations });
    const withoutProof = formatClientFinal(this.#first.header, nonce);
    const authMessage = `${this.#first.bare},${text},${withoutProof}`;
    const proof = clientProof(this.#hash, clientKeyOf(this.#hash, salted), authMessage);
    this.#serverSignature = hmac(this.#hash, serverKeyOf(this.#hash, salted), authMessage);
    return Buffer.from(`${withoutProof},p=${encodeBase64(proof)}`, 'utf8');
  }

  #verify(text: string): null {
    assert(this.#serverSignature !== null, 'a server is verified after a proof');
    const final = parseServerFinal(text);
    if ('error' in final) throw new ScramFlaw(`the server says ${final.error}`);
    const { signature } = final;
    if (signature.length !== this.#serverSignature.length || !timingSafeEqual(signature, this.#serverSignature))
      throw new ScramFlaw('the server does not know the password');
    return null;
  }
}
