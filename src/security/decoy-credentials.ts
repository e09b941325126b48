/**
 * Credentials of users that are not known. The same for one user each time, also after a restart, since they are made of the name and a secret of the
 * directory; shaped like those of most users, so that they do not stand out; and no password fits.
 */
import { createHmac } from 'node:crypto';
import { SCRAM_ITERATIONS_MIN } from '../limits.ts';
import type { CredentialEntry } from './credential-file.ts';
import type { ScramCredential } from './scram-credential.ts';
import { scramHashes, type ScramMechanism } from './scram-hash.ts';

/** Java's tools make salts of text: a number of 130 bits in base 36. */
const TEXT_SALT = /^[0-9a-z]{20,26}$/;
const TEXT_SALT_BITS = 130n;

/** What can be seen of a credential from outside. */
export interface CredentialShape {
  readonly mechanism: ScramMechanism;
  readonly iterations: number;
  /** Bytes of the salt; null when it is text. */
  readonly saltSize: number | null;
}

const DEFAULT_SALT_SIZE = 24;

/** The shape that most of `entries` have, of those with the mechanism if one is asked for; that of a new credential when there are none. */
export function commonShape(entries: Iterable<CredentialEntry>, mechanism?: ScramMechanism): CredentialShape {
  let common: CredentialShape = {
    mechanism: mechanism ?? 'SCRAM-SHA-256',
    iterations: SCRAM_ITERATIONS_MIN,
    saltSize: DEFAULT_SALT_SIZE,
  };
  const counts = new Map<string, number>();
  let most = 0;
  for (const entry of entries) {
    if (mechanism !== undefined && entry.mechanism !== mechanism) continue;
    const shape = shapeOf(entry);
    const key = `${shape.mechanism} ${shape.iterations} ${shape.saltSize}`;
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    if (count <= most) continue;
    most = count;
    common = shape;
  }
  return common;
}

export function decoyCredential(secret: Uint8Array, user: string, shape: CredentialShape): ScramCredential {
  const { mechanism, iterations, saltSize } = shape;
  const { size } = scramHashes[mechanism];
  const digest = (purpose: string): Buffer =>
    createHmac('sha512', secret).update(`${purpose} ${mechanism} ${user}`, 'utf8').digest();
  const salt = digest('salt');
  return {
    salt: saltSize === null ? textSalt(salt) : repeated(salt, saltSize),
    iterations,
    storedKey: digest('stored key').subarray(0, size),
    serverKey: digest('server key').subarray(0, size),
  };
}

function shapeOf({ mechanism, credential: { iterations, salt } }: CredentialEntry): CredentialShape {
  const isText = TEXT_SALT.test(Buffer.from(salt).toString('latin1'));
  return { mechanism, iterations, saltSize: isText ? null : salt.length };
}

function textSalt(bytes: Buffer): Buffer {
  const number = BigInt(`0x${bytes.toString('hex')}`) & ((1n << TEXT_SALT_BITS) - 1n);
  return Buffer.from(number.toString(36), 'latin1');
}

/** A salt that is longer than a digest is not made by any tool that is known; this is not noticed without two of them. */
function repeated(bytes: Buffer, size: number): Buffer {
  return Buffer.alloc(size, bytes);
}
