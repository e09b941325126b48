/**
 * Kafka's ids of topics, clusters and directories: 16 random bytes as 22 characters of URL-safe base64.
 *
 * An id never begins with `-`, so that it can stand on a command line, and the ids 0 and 1 are reserved. (org.apache.kafka.common.Uuid.)
 */
import type * as Crypto from 'node:crypto';
import { lazily, requirePackage } from '../lazy-module.ts';

const LENGTH = 22;
const crypto = lazily(() => requirePackage('node:crypto') as typeof Crypto);

/** 16 bytes as 32 digits. */
export function randomHex(): string {
  return crypto().randomUUID().replaceAll('-', '');
}

export function randomUuid(): string {
  for (;;) {
    const id = Buffer.from(randomHex(), 'hex').toString('base64url');
    if (!id.startsWith('-')) return id;
  }
}

/** Is `text` an id as Kafka writes it? */
export function isUuid(text: unknown): text is string {
  if (typeof text !== 'string' || text.length !== LENGTH) return false;
  // Decoding skips what it does not know, and the last character has four bits to spare: only the way back tells.
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}
