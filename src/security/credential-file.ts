/**
 * The file `millrace-credentials.jsonl` of a data directory: what the broker keeps of passwords, and never a password. Kafka ignores it.
 *
 *     {"version":0,"kind":"credentials","entries":2,"secret":"<base64, 32 bytes>"}
 *     {"user":"alice","mechanism":"SCRAM-SHA-256","iterations":4096,"salt":"<base64>","storedKey":"<base64>","serverKey":"<base64>"}
 *     {"user":"alice","mechanism":"SCRAM-SHA-512","iterations":4096,"salt":"<base64>","storedKey":"<base64>","serverKey":"<base64>"}
 *
 * The secret makes the salts of users that are not known, so that they are the same after a restart.
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { SCRAM_CLIENT_ITERATIONS_MAX, SCRAM_ITERATIONS_MIN, SCRAM_SALT_BYTES_MAX } from '../limits.ts';
import { type EntryFile, readEntryFile, writeEntryFile } from './entry-file.ts';
import { flawOfUser } from './sasl-exchange.ts';
import type { ScramCredential } from './scram-credential.ts';
import { isScramMechanism, scramHashes, type ScramMechanism } from './scram-hash.ts';
import { decodeBase64, encodeBase64 } from './scram-message.ts';

export const CREDENTIALS_FILE = 'millrace-credentials.jsonl';
export const SECRET_SIZE = 32;

export interface CredentialEntry {
  readonly user: string;
  readonly mechanism: ScramMechanism;
  readonly credential: ScramCredential;
}

export interface CredentialFileContent {
  readonly secret: Uint8Array;
  readonly entries: readonly CredentialEntry[];
}

/** No name has a NUL. */
export function credentialKey(user: string, mechanism: ScramMechanism): string {
  return `${mechanism}\0${user}`;
}

export function readCredentialFile(system: FileSystem, directory: string): CredentialFileContent | null {
  const file = fileIn(directory);
  const content = readEntryFile(system, file);
  if (content === null) return null;
  const secret = typeof content.head.secret === 'string' ? Buffer.from(content.head.secret, 'base64') : null;
  if (secret?.length !== SECRET_SIZE) {
    throw new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `${file.path} line 1 has no secret of ${SECRET_SIZE} bytes; ${file.remedy}`,
      {
        path: file.path,
        position: 0,
      },
    );
  }
  return { secret, entries: content.entries };
}

export function writeCredentialFile(system: FileSystem, directory: string, content: CredentialFileContent): void {
  const lines = content.entries.map(({ user, mechanism, credential }) => ({
    user,
    mechanism,
    iterations: credential.iterations,
    salt: encodeBase64(credential.salt),
    storedKey: encodeBase64(credential.storedKey),
    serverKey: encodeBase64(credential.serverKey),
  }));
  writeEntryFile(system, fileIn(directory), { secret: encodeBase64(content.secret) }, lines);
}

function fileIn(directory: string): EntryFile<CredentialEntry> {
  return {
    path: join(directory, CREDENTIALS_FILE),
    kind: 'credentials',
    decode,
    keyOf: ({ user, mechanism }) => credentialKey(user, mechanism),
    remedy: 'restore it, or remove it and set the passwords again',
  };
}

function decode(value: object): CredentialEntry {
  const { user, mechanism, iterations, salt, storedKey, serverKey } = value as Record<string, unknown>;
  if (typeof user !== 'string') throw new Error('it has no user');
  const flaw = flawOfUser(user);
  if (flaw !== null) throw new Error(flaw);
  if (!isScramMechanism(mechanism)) throw new Error('its mechanism is not known');
  // More than Kafka lets one set may have come from elsewhere; a client has its own bound.
  if (
    !Number.isSafeInteger(iterations) ||
    !isWithin(iterations as number, SCRAM_ITERATIONS_MIN, SCRAM_CLIENT_ITERATIONS_MAX)
  )
    throw new Error('its iterations are none');
  const { size } = scramHashes[mechanism];
  return {
    user,
    mechanism,
    credential: {
      iterations: iterations as number,
      salt: bytesOf('salt', salt, 1, SCRAM_SALT_BYTES_MAX),
      storedKey: bytesOf('storedKey', storedKey, size, size),
      serverKey: bytesOf('serverKey', serverKey, size, size),
    },
  };
}

function bytesOf(name: string, value: unknown, least: number, most: number): Buffer {
  if (typeof value !== 'string') throw new Error(`it has no ${name}`);
  const bytes = decodeBase64(name, value);
  if (!isWithin(bytes.length, least, most)) throw new Error(`its ${name} has ${bytes.length} bytes`);
  return bytes;
}

function isWithin(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}
