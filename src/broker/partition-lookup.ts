/** A partition as a request names it: by the topic's name or id, with the leader epoch that the client believes in. */
import type { PartitionLog } from '../log/partition-log.ts';
import { kafkaErrorCodes } from '../protocol/error-code.ts';
import type { BrokerContext } from './broker-context.ts';
import { codeOf } from './kafka-failure.ts';

export type Lookup =
  { readonly log: PartitionLog; readonly errorCode: number } | { readonly log: null; readonly errorCode: number };

/** Partitions that were never led by anybody else have epoch 0; those of a Kafka cluster go on from the latest that they saw. */
export function leaderEpochOf(log: PartitionLog): number {
  return Math.max(log.leaderEpochs.latest, 0);
}

/** `topic` null: an id that no topic has. `leaderEpoch` -1: the client does not say. */
export function findPartition(
  broker: BrokerContext,
  topic: string | null,
  partition: number,
  leaderEpoch = -1,
): Lookup {
  if (topic === null) return { log: null, errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_ID };
  try {
    const log = broker.store.partition(topic, partition);
    const epoch = leaderEpochOf(log);
    if (leaderEpoch >= 0 && leaderEpoch < epoch) return { log: null, errorCode: kafkaErrorCodes.FENCED_LEADER_EPOCH };
    if (leaderEpoch > epoch) return { log: null, errorCode: kafkaErrorCodes.UNKNOWN_LEADER_EPOCH };
    return { log, errorCode: kafkaErrorCodes.NONE };
  } catch (error) {
    return { log: null, errorCode: codeOf(error, { ERR_MILLRACE_INVALID_TOPIC: 'UNKNOWN_TOPIC_OR_PARTITION' }) };
  }
}

/** Is there such a partition? Opens nothing. */
export function hasPartition({ store }: BrokerContext, topic: string, partition: number): boolean {
  const found = store.findTopic(topic);
  return found !== null && partition >= 0 && partition < found.partitions;
}
