/**
 * Which partition of an internal topic is responsible for a consumer group or for a transactional id: Kafka takes the hash that Java gives the
 * string, without its sign, modulo the number of partitions. Clients and tools never compute it, but every broker that opens the files does.
 */
import { assert } from '../assert.ts';

/** The topic of transactions' states, and the one of committed offsets (org.apache.kafka.common.internals.Topic). */
export const TRANSACTION_STATE_TOPIC = '__transaction_state';
export const CONSUMER_OFFSETS_TOPIC = '__consumer_offsets';

/** Those that coordinators keep for themselves. */
export const INTERNAL_TOPICS: ReadonlySet<string> = new Set([CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC]);

/** Kafka's default of `transaction.state.log.num.partitions` and of `offsets.topic.num.partitions`. */
export const COORDINATOR_PARTITIONS_DEFAULT = 50;

export function coordinatorPartition(id: string, partitionCount: number): number {
  assert(partitionCount > 0, 'a topic of no partition');
  const hash = javaHash(id);
  // The least of all has no positive counterpart, and Kafka's Utils.abs makes it 0.
  return hash === -0x8000_0000 ? 0 : Math.abs(hash) % partitionCount;
}

/** `String.hashCode` of Java: s[0] * 31^(n-1) + … + s[n-1] over UTF-16 units, in 32 bits. */
export function javaHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
