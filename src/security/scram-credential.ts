/**
 * What a server keeps of a password for one mechanism: it can tell whether somebody knows the password, and cannot find it out but by trying.
 * Who steals it can do the same, and can pretend to be the server; to log in takes the password.
 */
import { randomBytes } from 'node:crypto';
import { invalidArgument } from '../errors.ts';
import { SCRAM_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN, SCRAM_SALT_BYTES_MAX } from '../limits.ts';
import type { PasswordDerivation } from './password-derivation.ts';
import { clientKeyOf, type ScramHash, serverKeyOf, storedKeyOf } from './scram-hash.ts';

export interface ScramCredential {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly storedKey: Uint8Array;
  readonly serverKey: Uint8Array;
}

/** What the wire's AlterUserScramCredentials brings: the client has done the work, and the password stays with it. */
export interface SaltedPassword {
  readonly salt: Uint8Array;
  readonly iterations: number;
  readonly saltedPassword: Uint8Array;
}

const SALT_SIZE = 24;

/** A credential with a salt of its own. */
export async function makeCredential(
  hash: ScramHash,
  password: string,
  iterations: number,
  derivation: PasswordDerivation,
): Promise<ScramCredential> {
  const salt = randomBytes(SALT_SIZE);
  const saltedPassword = await derivation.derive({ digest: hash.digest, size: hash.size, password, salt, iterations });
  return credentialOf(hash, { salt, iterations, saltedPassword });
}

export function credentialOf(hash: ScramHash, { salt, iterations, saltedPassword }: SaltedPassword): ScramCredential {
  return {
    salt: Buffer.from(salt),
    iterations,
    storedKey: storedKeyOf(hash, clientKeyOf(hash, saltedPassword)),
    serverKey: serverKeyOf(hash, saltedPassword),
  };
}

/** Kafka's bounds, for a credential that is made; its error for the wire is UNACCEPTABLE_CREDENTIAL. */
export function checkIterations(iterations: unknown): number {
  if (isWithin(iterations, SCRAM_ITERATIONS_MIN, SCRAM_ITERATIONS_MAX)) return iterations;
  throw invalidArgument(
    'iterations',
    `a whole number from ${SCRAM_ITERATIONS_MIN} to ${SCRAM_ITERATIONS_MAX}`,
    iterations,
  );
}

export function checkSaltedPassword(hash: ScramHash, { salt, iterations, saltedPassword }: SaltedPassword): void {
  checkIterations(iterations);
  if (!isWithin(salt.length, 1, SCRAM_SALT_BYTES_MAX))
    throw invalidArgument('salt', `1 to ${SCRAM_SALT_BYTES_MAX} bytes`, salt);
  if (saltedPassword.length !== hash.size)
    throw invalidArgument('saltedPassword', `${hash.size} bytes`, saltedPassword);
}

function isWithin(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}
