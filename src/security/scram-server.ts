/**
 * The server's side of SCRAM-SHA-256 and SCRAM-SHA-512 (RFC 5802, RFC 7677).
 *
 *     first ──client first──▶ final ──client final──▶ complete
 *       └────────────── any refusal ──────────────▶ failed
 *
 * A user that is not known gets a first message like any other, with the same salt each time, and is refused where a wrong password is, after the
 * same work; Kafka refuses at the first message, which tells who is known.
 */
import { randomBytes } from 'node:crypto';
import { assert } from '../assert.ts';
import type { CredentialLookup, FoundCredential } from './credential-lookup.ts';
import { userPrincipal } from './principal.ts';
import { authenticationError, flawOfUser, messageText, type SaslServer } from './sasl-exchange.ts';
import { hmac, isProof, type ScramHash, scramHashes, type ScramMechanism } from './scram-hash.ts';
import {
  type ClientFirst,
  encodeBase64,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  ScramFlaw,
} from './scram-message.ts';

const NONCE_SIZE = 18;

/** Printable and without a comma, as a nonce must be. */
export function randomNonce(): string {
  return randomBytes(NONCE_SIZE).toString('base64url');
}

interface Begun {
  readonly client: ClientFirst;
  readonly found: FoundCredential;
  readonly nonce: string;
  readonly serverFirst: string;
}

export class ScramServer implements SaslServer {
  readonly mechanism: ScramMechanism;
  readonly #hash: ScramHash;
  readonly #credentials: CredentialLookup;
  readonly #nonce: () => string;
  #state: 'first' | 'final' | 'complete' | 'failed' = 'first';
  #begun: Begun | null = null;
  #principal: string | null = null;

  /** `nonce` is for tests. */
  constructor(mechanism: ScramMechanism, credentials: CredentialLookup, nonce: () => string = randomNonce) {
    this.mechanism = mechanism;
    this.#hash = scramHashes[mechanism];
    this.#credentials = credentials;
    this.#nonce = nonce;
  }

  get principal(): string | null {
    return this.#principal;
  }

  async respond(message: Uint8Array): Promise<Uint8Array> {
    const state = this.#state;
    // Whatever goes wrong from here on ends the exchange.
    this.#state = 'failed';
    if (state !== 'first' && state !== 'final')
      throw authenticationError(this.mechanism, 'the exchange has ended, and there is another message');
    try {
      const text = messageText(this.mechanism, message);
      const answer = state === 'first' ? this.#first(text) : this.#final(text);
      this.#state = state === 'first' ? 'final' : 'complete';
      return Buffer.from(answer, 'utf8');
    } catch (error) {
      throw error instanceof ScramFlaw ? authenticationError(this.mechanism, error.message) : error;
    }
  }

  #first(text: string): string {
    const client = parseClientFirst(text);
    const flaw = flawOfUser(client.user);
    if (flaw !== null) throw new ScramFlaw(flaw);
    if (client.asksForToken) throw new ScramFlaw('delegation tokens are not supported');
    if (client.authorizationId !== null && client.authorizationId !== client.user)
      throw new ScramFlaw('the authorization id is another than the user');
    const found = this.#credentials.find(client.user, this.mechanism);
    const nonce = client.nonce + this.#nonce();
    const { salt, iterations } = found.credential;
    const serverFirst = formatServerFirst({ nonce, salt, iterations });
    this.#begun = { client, found, nonce, serverFirst };
    return serverFirst;
  }

  #final(text: string): string {
    assert(this.#begun !== null, 'a final message follows a first one');
    const { client, found, nonce, serverFirst } = this.#begun;
    this.#begun = null;
    const final = parseClientFinal(text);
    if (final.nonce !== nonce) throw new ScramFlaw('the nonce is another than that of the exchange');
    if (!final.channelBinding.equals(Buffer.from(client.header, 'utf8')))
      throw new ScramFlaw('the header is another than that of the first message');
    if (final.proof.length !== this.#hash.size)
      throw new ScramFlaw(`the proof has ${final.proof.length} bytes, expected ${this.#hash.size}`);
    const authMessage = `${client.bare},${serverFirst},${final.withoutProof}`;
    const { storedKey, serverKey } = found.credential;
    // Both are looked at, whichever is false.
    const isProved = isProof(this.#hash, storedKey, authMessage, final.proof);
    if (!isProved || !found.isKnown) throw new ScramFlaw('the user or the password is wrong');
    this.#principal = userPrincipal(client.user);
    return `v=${encodeBase64(hmac(this.#hash, serverKey, authMessage))}`;
  }
}
