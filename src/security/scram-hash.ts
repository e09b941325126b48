/**
 * The formulas of SCRAM (RFC 5802, section 3) over SHA-256 (RFC 7677) and SHA-512, which Kafka adds.
 *
 *     SaltedPassword  = PBKDF2(password, salt, iterations)          Kafka does not normalize passwords (SASLprep); nor is it done here
 *     ClientKey       = HMAC(SaltedPassword, "Client Key")
 *     StoredKey       = H(ClientKey)                                what a server keeps,
 *     ServerKey       = HMAC(SaltedPassword, "Server Key")          and this
 *     ClientProof     = ClientKey XOR HMAC(StoredKey, AuthMessage)  what a client sends
 *     ServerSignature = HMAC(ServerKey, AuthMessage)                what a server answers
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { assert } from '../assert.ts';
import type { Derivation } from './password-derivation.ts';

export type ScramMechanism = 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

export interface ScramHash {
  readonly mechanism: ScramMechanism;
  readonly digest: Derivation['digest'];
  /** Bytes of the hash, and of every key. */
  readonly size: number;
  /** In AlterUserScramCredentials and DescribeUserScramCredentials. */
  readonly code: number;
}

export const scramHashes: Readonly<Record<ScramMechanism, ScramHash>> = {
  'SCRAM-SHA-256': { mechanism: 'SCRAM-SHA-256', digest: 'sha256', size: 32, code: 1 },
  'SCRAM-SHA-512': { mechanism: 'SCRAM-SHA-512', digest: 'sha512', size: 64, code: 2 },
};

export const scramMechanisms = Object.keys(scramHashes) as readonly ScramMechanism[];

export function isScramMechanism(name: unknown): name is ScramMechanism {
  return typeof name === 'string' && Object.hasOwn(scramHashes, name);
}

/** The mechanism of a code on the wire; null for none that is known (Kafka: UNSUPPORTED_SASL_MECHANISM). */
export function scramMechanismOf(code: number): ScramMechanism | null {
  return scramMechanisms.find((mechanism) => scramHashes[mechanism].code === code) ?? null;
}

export function hmac(hash: ScramHash, key: Uint8Array, text: string): Buffer {
  return createHmac(hash.digest, key).update(text, 'utf8').digest();
}

export function clientKeyOf(hash: ScramHash, saltedPassword: Uint8Array): Buffer {
  return hmac(hash, saltedPassword, 'Client Key');
}

export function storedKeyOf(hash: ScramHash, clientKey: Uint8Array): Buffer {
  return createHash(hash.digest).update(clientKey).digest();
}

export function serverKeyOf(hash: ScramHash, saltedPassword: Uint8Array): Buffer {
  return hmac(hash, saltedPassword, 'Server Key');
}

export function clientProof(hash: ScramHash, clientKey: Uint8Array, authMessage: string): Buffer {
  return xor(clientKey, hmac(hash, storedKeyOf(hash, clientKey), authMessage));
}

/** Was `proof` made by who has the client key behind `storedKey`? Takes the same time whatever the answer is. */
export function isProof(hash: ScramHash, storedKey: Uint8Array, authMessage: string, proof: Uint8Array): boolean {
  const clientKey = xor(proof, hmac(hash, storedKey, authMessage));
  return timingSafeEqual(storedKeyOf(hash, clientKey), storedKey);
}

function xor(first: Uint8Array, second: Uint8Array): Buffer {
  assert(first.length === second.length, 'keys and proofs are as long as the hash:', first.length, second.length);
  const result = Buffer.alloc(first.length);
  for (let i = 0; i < first.length; i++) result[i] = first[i] ^ second[i];
  return result;
}
