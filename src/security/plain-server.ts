/**
 * The server's side of PLAIN (RFC 4616): one message, that has the password. For connections that nobody can read, which is the business of
 * whoever offers it.
 *
 *     [authorization id] NUL user NUL password
 *
 * The password is held against the user's SCRAM credential: derived, on another thread, and compared in constant time. For a user that is not known the
 * same is done with a decoy.
 */
import { timingSafeEqual } from 'node:crypto';
import type { CredentialLookup } from './credential-lookup.ts';
import type { PasswordDerivation } from './password-derivation.ts';
import { userPrincipal } from './principal.ts';
import { authenticationError, flawOfPassword, flawOfUser, messageText, type SaslServer } from './sasl-exchange.ts';
import { clientKeyOf, scramHashes, storedKeyOf } from './scram-hash.ts';

export class PlainServer implements SaslServer {
  readonly mechanism = 'PLAIN';
  readonly #credentials: CredentialLookup;
  readonly #derivation: PasswordDerivation;
  #hasBegun = false;
  #principal: string | null = null;

  /** `derivation` is one for all connections: it bounds what they ask of the processor together. */
  constructor(credentials: CredentialLookup, derivation: PasswordDerivation) {
    this.#credentials = credentials;
    this.#derivation = derivation;
  }

  get principal(): string | null {
    return this.#principal;
  }

  async respond(message: Uint8Array): Promise<Uint8Array> {
    if (this.#hasBegun) throw this.#refusal('the exchange has ended, and there is another message');
    this.#hasBegun = true;
    const parts = messageText(this.mechanism, message).split('\0');
    if (parts.length !== 3) throw this.#refusal(`the message has ${parts.length} parts, expected 3`);
    const [authorizationId, user, password] = parts;
    const flaw = flawOfUser(user) ?? flawOfPassword(password);
    if (flaw !== null) throw this.#refusal(flaw);
    if (authorizationId !== '' && authorizationId !== user)
      throw this.#refusal('the authorization id is another than the user');
    if (!(await this.#isRight(user, password))) throw this.#refusal('the user or the password is wrong');
    this.#principal = userPrincipal(user);
    return new Uint8Array(0);
  }

  async #isRight(user: string, password: string): Promise<boolean> {
    const { credential, isKnown, mechanism } = this.#credentials.findForPassword(user);
    const hash = scramHashes[mechanism];
    const { salt, iterations, storedKey } = credential;
    const { digest, size } = hash;
    const salted = await this.#derivation.derive({ digest, size, password, salt, iterations });
    // Both are looked at, whichever is false.
    const fits = timingSafeEqual(storedKeyOf(hash, clientKeyOf(hash, salted)), storedKey);
    return fits && isKnown;
  }

  #refusal(found: string): Error {
    return authenticationError(this.mechanism, found);
  }
}
