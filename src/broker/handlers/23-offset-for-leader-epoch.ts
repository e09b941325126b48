/** OffsetForLeaderEpoch: where a leader epoch ended, so that a client sees whether what it has read is still in the log (KIP-320). */
import type { PartitionLog } from '../../log/partition-log.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { offsetForLeaderEpoch } from '../../protocol/apis/23-offset-for-leader-epoch.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { defineHandler } from '../handler.ts';
import { findPartition, leaderEpochOf } from '../partition-lookup.ts';

interface EpochEnd {
  /** -1: not known. */
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

export const offsetForLeaderEpochHandler = defineHandler({
  api: offsetForLeaderEpoch,
  versions: '2-4',
  handle(request, { broker, access }) {
    // Brokers ask so, of every topic.
    const isBroker = access.cluster(AclOperation.CLUSTER_ACTION);
    return {
      topics: request.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
          if (!isBroker && !access.topic(AclOperation.DESCRIBE, topic))
            return { partition, errorCode: kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED };
          const { log, errorCode } = findPartition(broker, topic, partition, currentLeaderEpoch);
          if (log === null) return { partition, errorCode };
          return { partition, errorCode: kafkaErrorCodes.NONE, ...endOf(log, leaderEpoch) };
        }),
      })),
    };
  },
});

function endOf(log: PartitionLog, epoch: number): EpochEnd {
  // The epoch that goes on has no entry before its first record.
  if (epoch === leaderEpochOf(log)) return { leaderEpoch: epoch, endOffset: log.endOffset };
  const { epoch: leaderEpoch, endOffset } = log.leaderEpochs.endOffsetFor(epoch, log.endOffset);
  return { leaderEpoch, endOffset };
}
