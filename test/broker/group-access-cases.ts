/** Of every API of groups a request, where its answer has the code, and the rights that Kafka asks for. */
import { offsetCommit } from '#millrace/protocol/apis/08-offset-commit.js';
import { offsetFetch } from '#millrace/protocol/apis/09-offset-fetch.js';
import { joinGroup } from '#millrace/protocol/apis/11-join-group.js';
import { heartbeat } from '#millrace/protocol/apis/12-heartbeat.js';
import { leaveGroup } from '#millrace/protocol/apis/13-leave-group.js';
import { syncGroup } from '#millrace/protocol/apis/14-sync-group.js';
import { describeGroups } from '#millrace/protocol/apis/15-describe-groups.js';
import { deleteGroups } from '#millrace/protocol/apis/42-delete-groups.js';
import { consumerGroupDescribe } from '#millrace/protocol/apis/69-consumer-group-describe.js';
import { consumerGroupHeartbeat } from '#millrace/protocol/apis/68-consumer-group-heartbeat.js';
import { offsetDelete } from '#millrace/protocol/apis/47-offset-delete.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import type { Case } from './access-case.ts';

const { TOPIC, GROUP } = ResourceType;
const { READ, DELETE, DESCRIBE } = AclOperation;
const member = { groupId: 'g', generationId: 1, memberId: 'm' };

export const groupCases: Record<string, Case> = {
  OffsetCommit: {
    api: offsetCommit,
    version: 8,
    message: () => ({
      groupId: 'g',
      memberId: '',
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
    }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [
      [GROUP, 'g', READ],
      [TOPIC, 't', READ],
    ],
  },
  OffsetFetch: {
    api: offsetFetch,
    version: 7,
    message: () => ({ groupId: 'g', topics: [{ name: 't', partitionIndexes: [0] }] }),
    code: ({ errorCode, topics }) => errorCode || topics[0].partitions[0].errorCode,
    needs: [
      [GROUP, 'g', DESCRIBE],
      [TOPIC, 't', DESCRIBE],
    ],
  },
  ConsumerGroupHeartbeat: {
    api: consumerGroupHeartbeat,
    version: 1,
    message: () => ({
      groupId: 'g',
      memberId: 'm',
      memberEpoch: 0,
      instanceId: null,
      rackId: null,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicNames: ['t'],
      subscribedTopicRegex: null,
      serverAssignor: null,
      topicPartitions: [],
    }),
    code: ({ errorCode }) => errorCode,
    needs: [
      [GROUP, 'g', READ],
      [TOPIC, 't', DESCRIBE],
    ],
  },
  ConsumerGroupDescribe: {
    api: consumerGroupDescribe,
    version: 1,
    message: () => ({ groupIds: ['g'], includeAuthorizedOperations: false }),
    code: ({ groups }) => groups[0].errorCode,
    needs: [[GROUP, 'g', DESCRIBE]],
  },
  JoinGroup: {
    api: joinGroup,
    version: 5,
    message: () => ({
      groupId: 'g',
      memberId: '',
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [],
    }),
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', READ]],
  },
  Heartbeat: {
    api: heartbeat,
    version: 3,
    message: () => member,
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', READ]],
  },
  LeaveGroup: {
    api: leaveGroup,
    version: 2,
    message: () => member,
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', READ]],
  },
  SyncGroup: {
    api: syncGroup,
    version: 3,
    message: () => ({ ...member, assignments: [] }),
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', READ]],
  },
  DescribeGroups: {
    api: describeGroups,
    version: 5,
    message: () => ({ groups: ['g'] }),
    code: ({ groups }) => groups[0].errorCode,
    needs: [[GROUP, 'g', DESCRIBE]],
  },
  DeleteGroups: {
    api: deleteGroups,
    version: 2,
    message: () => ({ groupsNames: ['g'] }),
    code: ({ results }) => results[0].errorCode,
    needs: [[GROUP, 'g', DELETE]],
  },
  OffsetDelete: {
    api: offsetDelete,
    version: 0,
    message: () => ({ groupId: 'g', topics: [] }),
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', DELETE]],
  },
};
