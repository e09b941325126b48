/**
 * MurmurHash2 of 32 bits as Kafka's clients use it to choose a partition, so that a key lands in the same partition whoever wrote it.
 * (Kafka: `org.apache.kafka.common.utils.Utils.murmur2`, `BuiltInPartitioner.partitionForKey`.)
 */
import { invalidArgument } from '../errors.ts';
import type { Bytes } from '../types.ts';

const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** Keys up to this length are put here and not into a buffer of their own. */
const scratch = new Uint8Array(64);

/** The hash of the first `length` of `bytes`, as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array, length = bytes.length): number {
  let hash = SEED ^ length;
  let at = 0;
  for (; at + 4 <= length; at += 4) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const mixed = Math.imul(word, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
  }
  if (at < length) {
    for (let shift = 0; at < length; at++, shift += 8) hash ^= bytes[at] << shift;
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/**
 * The partition, from 0 up to `partitionCount`, where a producer puts records with this key; a string is taken as UTF-8. Another count gives
 * other partitions. Errors: INVALID_ARGUMENT.
 */
export function partitionForKey(key: Bytes, partitionCount: number): number {
  if (!Number.isSafeInteger(partitionCount) || partitionCount < 1) {
    throw invalidArgument('partitionCount', 'a whole number from 1 on', partitionCount);
  }
  return (hashOf(key) & 0x7fff_ffff) % partitionCount;
}

function hashOf(key: Bytes): number {
  if (typeof key !== 'string') {
    if (!(key instanceof Uint8Array)) throw invalidArgument('key', 'a string or a Uint8Array', key);
    return murmur2(key);
  }
  const { length } = key;
  if (length > scratch.length) return murmur2(Buffer.from(key));
  for (let i = 0; i < length; i++) {
    const unit = key.charCodeAt(i);
    if (unit >= 0x80) return murmur2(Buffer.from(key));
    scratch[i] = unit;
  }
  return murmur2(scratch, length);
}
