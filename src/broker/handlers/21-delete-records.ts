/** DeleteRecords: moves the starts of logs, so that the records before an offset are gone; -1 is the high watermark. (Partition.deleteRecordsOnLeader.) */
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { ResponseInputOf } from '../../protocol/api.ts';
import { deleteRecords } from '../../protocol/apis/21-delete-records.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { findPartition } from '../partition-lookup.ts';
import { outcomeOf, Refusal } from '../refusal.ts';

type PartitionAnswer = ResponseInputOf<typeof deleteRecords>['topics'][number]['partitions'][number];

const HIGH_WATERMARK = -1;
/** Of what failed. */
const NO_WATERMARK = -1;

export const deleteRecordsHandler = defineHandler({
  api: deleteRecords,
  versions: '0-2',
  handle(request, { broker, access }) {
    return {
      topics: request.topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, offset }): PartitionAnswer => {
          try {
            access.check(AclOperation.DELETE, ResourceType.TOPIC, name);
            const lowWatermark = deleteBefore(broker, { topic: name, partition: partitionIndex, offset });
            return { partitionIndex, lowWatermark, errorCode: kafkaErrorCodes.NONE };
          } catch (error) {
            const { errorCode } = outcomeOf(broker, error);
            return { partitionIndex, lowWatermark: NO_WATERMARK, errorCode };
          }
        }),
      })),
    };
  },
});

interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Returns the log's start. */
function deleteBefore(broker: BrokerContext, { topic, partition, offset }: Place): number {
  const { log } = findPartition(broker, topic, partition);
  if (log === null) throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'no such partition');
  if (isInternalTopic(topic))
    throw new Refusal('INVALID_TOPIC_EXCEPTION', `Cannot delete records of internal topic ${topic}`);
  const { cleanupDelete, compact } = log.settings;
  if (compact && !cleanupDelete)
    throw new Refusal('POLICY_VIOLATION', 'Records can not be deleted due to the configured policy');
  const before = offset === HIGH_WATERMARK ? log.highWatermark : offset;
  if (before < 0 || before > log.highWatermark)
    throw new Refusal('OFFSET_OUT_OF_RANGE', `The offset ${before} is not valid`);
  return log.deleteRecords(before);
}
