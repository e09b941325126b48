/**
 * DescribeTopicPartitions: partitions of topics, a page at a time; the cursor says where the next one begins (KIP-966).
 */
import { defineApi } from '../api.ts';
import { array, bool, int16, int32, string, struct, uuid } from '../field.ts';
import { ZERO_UUID } from '../uuid.ts';

export const describeTopicPartitions = defineApi({
  key: 75,
  name: 'DescribeTopicPartitions',
  versions: '0',
  flexible: 0,
  request: {
    topics: array({ name: string() }),
    responsePartitionLimit: int32({ default: 2000 }),
    cursor: struct({ topicName: string(), partitionIndex: int32() }, { nullableSince: 0 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    topics: array({
      errorCode: int16(),
      name: string({ nullableSince: 0 }),
      topicId: uuid({ default: ZERO_UUID }),
      isInternal: bool({ default: false }),
      partitions: array({
        errorCode: int16(),
        partitionIndex: int32(),
        leaderId: int32(),
        leaderEpoch: int32({ default: -1 }),
        replicaNodes: array(int32()),
        isrNodes: array(int32()),
        eligibleLeaderReplicas: array(int32(), { nullableSince: 0 }),
        lastKnownElr: array(int32(), { nullableSince: 0 }),
        offlineReplicas: array(int32()),
      }),
      topicAuthorizedOperations: int32({ default: -0x8000_0000 }),
    }),
    nextCursor: struct({ topicName: string(), partitionIndex: int32() }, { nullableSince: 0 }),
  },
});
