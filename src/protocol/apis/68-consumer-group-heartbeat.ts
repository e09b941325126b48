/**
 * ConsumerGroupHeartbeat: the one request of the newer group protocol (KIP-848): membership, subscription and assignment. A field is sent when it changed, and null
 * or -1 otherwise; member epoch 0 joins, -1 leaves, -2 leaves for a time.
 */
import { defineApi } from '../api.ts';
import { array, int16, int32, string, struct, uuid } from '../field.ts';

const topicPartitions = {
  topicId: uuid(),
  partitions: array(int32()),
};

export const consumerGroupHeartbeat = defineApi({
  key: 68,
  name: 'ConsumerGroupHeartbeat',
  versions: '0-1',
  flexible: 0,
  request: {
    groupId: string(),
    memberId: string(),
    memberEpoch: int32(),
    instanceId: string({ nullableSince: 0 }),
    rackId: string({ nullableSince: 0 }),
    rebalanceTimeoutMs: int32({ default: -1 }),
    subscribedTopicNames: array(string(), { nullableSince: 0 }),
    subscribedTopicRegex: string({ since: 1, nullableSince: 1 }),
    serverAssignor: string({ nullableSince: 0 }),
    topicPartitions: array({ topicId: uuid(), partitions: array(int32()) }, { nullableSince: 0 }),
  },
  response: {
    throttleTimeMs: int32({ default: 0 }),
    errorCode: int16(),
    errorMessage: string({ nullableSince: 0 }),
    memberId: string({ nullableSince: 0 }),
    memberEpoch: int32(),
    heartbeatIntervalMs: int32(),
    assignment: struct({ topicPartitions: array(topicPartitions) }, { nullableSince: 0 }),
  },
});
