/**
 * MurmurHash2 of 32 bits, as Kafka's clients use it to choose a partition: a key lands in the same partition whoever wrote it.
 * (Kafka: `org.apache.kafka.common.utils.Utils.murmur2`, `BuiltInPartitioner.partitionForKey`.)
 */
const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** The hash of `bytes` as a signed 32-bit number. */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
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

/** The hash without its sign: not its absolute value, as Kafka has it. */
export function toPositive(hash: number): number {
  return hash & 0x7fff_ffff;
}
