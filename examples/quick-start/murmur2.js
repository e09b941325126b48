/**
 * MurmurHash2 of 32 bits as Kafka's clients use it to choose a partition, so that a key lands in the same partition whoever wrote it.
 * (Kafka: `org.apache.kafka.common.utils.Utils.murmur2` and `BuiltInPartitioner.partitionForKey`.)
 */
const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** The hash of `bytes` as a signed 32-bit number. */
export function murmur2(bytes) {
  let hash = SEED ^ bytes.length;
  let at = 0;
  for (; at + 4 <= bytes.length; at += 4) {
    const word = bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24);
    const mixed = Math.imul(word, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ Math.imul(mixed ^ (mixed >>> 24), MULTIPLIER);
  }
  const rest = bytes.length - at;
  if (rest > 0) {
    for (let i = 0; i < rest; i++) hash ^= bytes[at + i] << (8 * i);
    hash = Math.imul(hash, MULTIPLIER);
  }
  hash = Math.imul(hash ^ (hash >>> 13), MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** The partition, of `count`, that a key belongs to. */
export function partitionOf(key, count) {
  return (murmur2(key) & 0x7fffffff) % count;
}
