/**
 * What a mechanism asks of whoever keeps credentials: always a credential, so that the work for a user that is not known is the same, and nobody finds
 * out by time or by salt which users there are. `credentials.ts` keeps them in a data directory.
 */
import type { ScramCredential } from './scram-credential.ts';
import type { ScramMechanism } from './scram-hash.ts';

export interface FoundCredential {
  readonly credential: ScramCredential;
  /** False: a decoy, that looks like the credentials of most users, and always the same for one user. No password fits it. */
  readonly isKnown: boolean;
}

export interface CredentialLookup {
  find(user: string, mechanism: ScramMechanism): FoundCredential;
  /** The one that a plain password of the user is held against. */
  findForPassword(user: string): FoundCredential & { readonly mechanism: ScramMechanism };
}
