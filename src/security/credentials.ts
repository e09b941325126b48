/**
 * The credentials of a data directory: of each user one for each SCRAM mechanism, against which PLAIN checks too. Changes are on stable storage before they
 * hold. One that failed does not hold; after the failed sync of a directory the next start may find it all the same, and whoever opened this takes the
 * data directory offline, as for any failed sync. Of two processes only the one that has the directory's lock may change them: that too is the caller's to see to.
 *
 * A user that is not known is found too, as a decoy (`credential-lookup.ts`). It has the mechanism and the iterations that most users have; so only users that
 * are unlike most can be told from those that do not exist.
 */
import { randomBytes } from 'node:crypto';
import { invalidArgument, MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { CREDENTIALS_MAX, SCRAM_ITERATIONS_MIN } from '../limits.ts';
import {
  type CredentialEntry,
  credentialKey,
  readCredentialFile,
  SECRET_SIZE,
  writeCredentialFile,
} from './credential-file.ts';
import type { CredentialLookup, FoundCredential } from './credential-lookup.ts';
import { commonShape, type CredentialShape, decoyCredential } from './decoy-credentials.ts';
import { PasswordDerivation } from './password-derivation.ts';
import { checkUserPassword, flawOfUser } from './sasl-exchange.ts';
import {
  checkIterations,
  checkSaltedPassword,
  credentialOf,
  makeCredential,
  type SaltedPassword,
} from './scram-credential.ts';
import { isScramMechanism, scramHashes, type ScramMechanism, scramMechanisms } from './scram-hash.ts';

export interface PutOptions {
  /** Default: all. */
  readonly mechanisms?: readonly ScramMechanism[];
  /** Default: 4,096, the least. */
  readonly iterations?: number;
}

export interface CredentialsOptions {
  /** Of the broker, which has one for all that derives passwords. Default: one of its own. */
  readonly derivation?: PasswordDerivation;
  /** Credentials that there may be, of all users and mechanisms. Default: 100,000. */
  readonly countMax?: number;
}

export interface UserCredentials {
  readonly user: string;
  readonly credentials: readonly { readonly mechanism: ScramMechanism; readonly iterations: number }[];
}

type Entries = ReadonlyMap<string, CredentialEntry>;

export class Credentials implements CredentialLookup {
  readonly #system: FileSystem;
  readonly #directory: string;
  readonly #secret: Uint8Array;
  readonly #derivation: PasswordDerivation;
  readonly #countMax: number;
  #entries: Entries;
  /** Shapes of decoys, until something changes. */
  readonly #shapes = new Map<ScramMechanism | 'password', CredentialShape>();

  private constructor(system: FileSystem, directory: string, options: CredentialsOptions) {
    const content = readCredentialFile(system, directory);
    this.#system = system;
    this.#directory = directory;
    this.#derivation = options.derivation ?? new PasswordDerivation();
    this.#countMax = options.countMax ?? CREDENTIALS_MAX;
    this.#secret = content?.secret ?? randomBytes(SECRET_SIZE);
    this.#entries = new Map(content?.entries.map((entry) => [credentialKey(entry.user, entry.mechanism), entry]));
  }

  /** Those of a data directory; none where there is no file. ERR_MILLRACE_CORRUPT, with path and line, where it cannot be read. */
  static load(system: FileSystem, directory: string, options: CredentialsOptions = {}): Credentials {
    return new Credentials(system, directory, options);
  }

  /** Sets a user's password, for these mechanisms and from the next log-in on; connections that are open stay what they are. */
  async put(user: string, password: string, options: PutOptions = {}): Promise<void> {
    const { mechanisms = scramMechanisms } = options;
    checkUserPassword({ user, password });
    for (const mechanism of mechanisms) checkMechanism(mechanism);
    const iterations = checkIterations(options.iterations ?? SCRAM_ITERATIONS_MIN);
    const entries: CredentialEntry[] = [];
    for (const mechanism of mechanisms) {
      const credential = await makeCredential(scramHashes[mechanism], password, iterations, this.#derivation);
      entries.push({ user, mechanism, credential });
    }
    this.#add(entries);
  }

  /** The same with what AlterUserScramCredentials brings. ERR_MILLRACE_INVALID_ARGUMENT is Kafka's UNACCEPTABLE_CREDENTIAL. */
  putSalted(user: string, mechanism: ScramMechanism, salted: SaltedPassword): void {
    const flaw = flawOfUser(user);
    if (flaw !== null) throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', flaw);
    checkMechanism(mechanism);
    const hash = scramHashes[mechanism];
    checkSaltedPassword(hash, salted);
    this.#add([{ user, mechanism, credential: credentialOf(hash, salted) }]);
  }

  /** Takes the user's credential for one mechanism away, or all; false when there was none (Kafka: RESOURCE_NOT_FOUND). */
  remove(user: string, mechanism?: ScramMechanism): boolean {
    const next = new Map(this.#entries);
    for (const each of mechanism === undefined ? scramMechanisms : [mechanism]) next.delete(credentialKey(user, each));
    if (next.size === this.#entries.size) return false;
    this.#replace(next);
    return true;
  }

  /** Who may log in how, by name. */
  list(): UserCredentials[] {
    const users = new Map<string, { mechanism: ScramMechanism; iterations: number }[]>();
    for (const { user, mechanism, credential } of this.#entries.values()) {
      const known = users.get(user) ?? [];
      known.push({ mechanism, iterations: credential.iterations });
      users.set(user, known);
    }
    return [...users.keys()].sort().map((user) => ({ user, credentials: users.get(user)! }));
  }

  find(user: string, mechanism: ScramMechanism): FoundCredential {
    return this.#found(this.#entries.get(credentialKey(user, mechanism)), user, this.#shape(mechanism));
  }

  findForPassword(user: string): FoundCredential & { readonly mechanism: ScramMechanism } {
    const shape = this.#shape('password');
    const entry = passwordEntry(this.#entries, user);
    return { ...this.#found(entry, user, shape), mechanism: entry?.mechanism ?? shape.mechanism };
  }

  /** The decoy is made for everybody, since making it takes time that can be measured. */
  #found(entry: CredentialEntry | undefined, user: string, shape: CredentialShape): FoundCredential {
    const decoy = decoyCredential(this.#secret, user, shape);
    return { credential: entry?.credential ?? decoy, isKnown: entry !== undefined };
  }

  #shape(of: ScramMechanism | 'password'): CredentialShape {
    let shape = this.#shapes.get(of);
    if (shape === undefined) {
      shape = of === 'password' ? commonShape(passwordEntries(this.#entries)) : commonShape(this.#entries.values(), of);
      this.#shapes.set(of, shape);
    }
    return shape;
  }

  #add(entries: readonly CredentialEntry[]): void {
    const next = new Map(this.#entries);
    for (const entry of entries) next.set(credentialKey(entry.user, entry.mechanism), entry);
    if (next.size > this.#countMax) {
      const found = `${next.size} credentials, expected at most ${this.#countMax}`;
      throw new MillraceError('ERR_MILLRACE_TOO_LARGE', found);
    }
    this.#replace(next);
  }

  #replace(entries: Entries): void {
    writeCredentialFile(this.#system, this.#directory, { secret: this.#secret, entries: [...entries.values()] });
    this.#entries = entries;
    this.#shapes.clear();
  }
}

function checkMechanism(mechanism: unknown): void {
  if (!isScramMechanism(mechanism))
    throw invalidArgument('mechanism', `one of ${scramMechanisms.join(', ')}`, mechanism);
}

/** The first one that there is, in the order of the mechanisms: the cheaper one. */
function passwordEntry(entries: Entries, user: string): CredentialEntry | undefined {
  for (const mechanism of scramMechanisms) {
    const entry = entries.get(credentialKey(user, mechanism));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

function* passwordEntries(entries: Entries): Iterable<CredentialEntry> {
  for (const entry of entries.values()) if (passwordEntry(entries, entry.user) === entry) yield entry;
}
