/** The client's side of PLAIN (RFC 4616): says the password. Only for a connection that nobody else can read. */
import { assert } from '../assert.ts';
import { authenticationError, checkUserPassword, type SaslClient, type UserPassword } from './sasl-exchange.ts';

export class PlainClient implements SaslClient {
  readonly mechanism = 'PLAIN';
  readonly #message: string;
  #state: 'begin' | 'sent' | 'complete' | 'failed' = 'begin';

  constructor({ user, password }: UserPassword) {
    checkUserPassword({ user, password });
    this.#message = `\0${user}\0${password}`;
  }

  get isComplete(): boolean {
    return this.#state === 'complete';
  }

  start(): Uint8Array {
    assert(this.#state === 'begin', 'an exchange starts once');
    this.#state = 'sent';
    return Buffer.from(this.#message, 'utf8');
  }

  async respond(challenge: Uint8Array): Promise<null> {
    const isAsked = this.#state === 'sent' && challenge.length === 0;
    this.#state = isAsked ? 'complete' : 'failed';
    if (!isAsked) throw authenticationError(this.mechanism, 'the server says what is no part of the mechanism');
    return null;
  }
}
