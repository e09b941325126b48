/** Of every API a request, where its answer has the code, and the rights that Kafka asks for. */
import { produce } from '#millrace/protocol/apis/00-produce.js';
import { fetch } from '#millrace/protocol/apis/01-fetch.js';
import { listOffsets } from '#millrace/protocol/apis/02-list-offsets.js';
import { metadata } from '#millrace/protocol/apis/03-metadata.js';
import { findCoordinator } from '#millrace/protocol/apis/10-find-coordinator.js';
import { createTopics } from '#millrace/protocol/apis/19-create-topics.js';
import { deleteTopics } from '#millrace/protocol/apis/20-delete-topics.js';
import { deleteRecords } from '#millrace/protocol/apis/21-delete-records.js';
import { initProducerId } from '#millrace/protocol/apis/22-init-producer-id.js';
import { offsetForLeaderEpoch } from '#millrace/protocol/apis/23-offset-for-leader-epoch.js';
import { addPartitionsToTxn } from '#millrace/protocol/apis/24-add-partitions-to-txn.js';
import { addOffsetsToTxn } from '#millrace/protocol/apis/25-add-offsets-to-txn.js';
import { endTxn } from '#millrace/protocol/apis/26-end-txn.js';
import { writeTxnMarkers } from '#millrace/protocol/apis/27-write-txn-markers.js';
import { txnOffsetCommit } from '#millrace/protocol/apis/28-txn-offset-commit.js';
import { describeAcls } from '#millrace/protocol/apis/29-describe-acls.js';
import { describeConfigs } from '#millrace/protocol/apis/32-describe-configs.js';
import { alterConfigs } from '#millrace/protocol/apis/33-alter-configs.js';
import { describeLogDirs } from '#millrace/protocol/apis/35-describe-log-dirs.js';
import { createPartitions } from '#millrace/protocol/apis/37-create-partitions.js';
import { incrementalAlterConfigs } from '#millrace/protocol/apis/44-incremental-alter-configs.js';
import { describeClientQuotas } from '#millrace/protocol/apis/48-describe-client-quotas.js';
import { alterClientQuotas } from '#millrace/protocol/apis/49-alter-client-quotas.js';
import { describeUserScramCredentials } from '#millrace/protocol/apis/50-describe-user-scram-credentials.js';
import { alterUserScramCredentials } from '#millrace/protocol/apis/51-alter-user-scram-credentials.js';
import { describeProducers } from '#millrace/protocol/apis/61-describe-producers.js';
import { describeTransactions } from '#millrace/protocol/apis/65-describe-transactions.js';
import { describeTopicPartitions } from '#millrace/protocol/apis/75-describe-topic-partitions.js';
import { ZERO_UUID } from '#millrace/protocol/uuid.js';
import { AclOperation } from '#millrace/security/acl-operation.js';
import { ResourceType } from '#millrace/security/resource.js';
import type { Case } from './access-case.ts';
import { batch } from './broker-fixture.ts';
import { groupCases } from './group-access-cases.ts';

const { TOPIC, GROUP, CLUSTER, TRANSACTIONAL_ID } = ResourceType;
const { READ, WRITE, CREATE, DELETE, ALTER, DESCRIBE, CLUSTER_ACTION, IDEMPOTENT_WRITE } = AclOperation;
const { DESCRIBE_CONFIGS, ALTER_CONFIGS } = AclOperation;
const producer = { transactionalId: 'x', producerId: 7, producerEpoch: 0 };
const resource = { resourceType: 2, resourceName: 't' };
const marker = { producerId: 7, producerEpoch: 0, transactionResult: true, coordinatorEpoch: 0 };

const cluster = 'kafka-cluster';
export const cases: Record<string, Case> = {
  ...groupCases,
  Produce: {
    api: produce,
    version: 9,
    message: () => ({
      acks: 1,
      timeoutMs: 1,
      topicData: [{ name: 't', topicId: ZERO_UUID, partitionData: [{ index: 0, records: batch([{ value: 'x' }]) }] }],
    }),
    code: ({ responses }) => responses[0].partitionResponses[0].errorCode,
    needs: [[TOPIC, 't', WRITE]],
  },
  Fetch: {
    api: fetch,
    version: 4,
    message: () => ({
      replicaId: -1,
      maxWaitMs: 0,
      minBytes: 0,
      maxBytes: 1000,
      isolationLevel: 0,
      topics: [{ topic: 't', partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1000 }] }],
    }),
    code: ({ responses }) => responses[0].partitions[0].errorCode,
    needs: [[TOPIC, 't', READ]],
  },
  ListOffsets: {
    api: listOffsets,
    version: 1,
    message: () => ({ replicaId: -1, topics: [{ name: 't', partitions: [{ partitionIndex: 0, timestamp: -1 }] }] }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [[TOPIC, 't', DESCRIBE]],
  },
  Metadata: {
    api: metadata,
    version: 4,
    message: () => ({ topics: [{ name: 't' }], allowAutoTopicCreation: false }),
    code: ({ topics }) => topics[0].errorCode,
    needs: [[TOPIC, 't', DESCRIBE]],
  },
  'Metadata that makes a topic': {
    api: metadata,
    version: 4,
    message: () => ({ topics: [{ name: 'new' }], allowAutoTopicCreation: true }),
    code: ({ topics }) => topics[0].errorCode,
    needs: [
      [TOPIC, 'new', DESCRIBE],
      [TOPIC, 'new', CREATE],
    ],
  },
  'FindCoordinator of a group': {
    api: findCoordinator,
    version: 1,
    message: () => ({ key: 'g', keyType: 0 }),
    code: ({ errorCode }) => errorCode,
    needs: [[GROUP, 'g', DESCRIBE]],
  },
  'FindCoordinator of a transaction': {
    api: findCoordinator,
    version: 4,
    message: () => ({ keyType: 1, coordinatorKeys: ['x'] }),
    code: ({ coordinators }) => coordinators[0].errorCode,
    needs: [[TRANSACTIONAL_ID, 'x', DESCRIBE]],
  },
  CreateTopics: {
    api: createTopics,
    version: 5,
    message: () => ({
      topics: [{ name: 'made', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
      timeoutMs: 1,
      validateOnly: true,
    }),
    code: ({ topics }) => topics[0].errorCode,
    needs: [[TOPIC, 'made', CREATE]],
  },
  DeleteTopics: {
    api: deleteTopics,
    version: 5,
    message: () => ({ topicNames: ['t'], timeoutMs: 1 }),
    code: ({ responses }) => responses[0].errorCode,
    needs: [[TOPIC, 't', DELETE]],
  },
  DeleteRecords: {
    api: deleteRecords,
    version: 1,
    message: () => ({ topics: [{ name: 't', partitions: [{ partitionIndex: 0, offset: -1 }] }], timeoutMs: 1 }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [[TOPIC, 't', DELETE]],
  },
  InitProducerId: {
    api: initProducerId,
    version: 1,
    message: () => ({ transactionalId: null, transactionTimeoutMs: 1 }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, IDEMPOTENT_WRITE]],
  },
  'InitProducerId of a transactional producer': {
    api: initProducerId,
    version: 1,
    message: () => ({ transactionalId: 'x', transactionTimeoutMs: 1000 }),
    code: ({ errorCode }) => errorCode,
    needs: [[TRANSACTIONAL_ID, 'x', WRITE]],
  },
  OffsetForLeaderEpoch: {
    api: offsetForLeaderEpoch,
    version: 3,
    message: () => ({
      topics: [{ topic: 't', partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
    }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [[TOPIC, 't', DESCRIBE]],
  },
  AddPartitionsToTxn: {
    api: addPartitionsToTxn,
    version: 3,
    message: () => ({
      v3AndBelowTransactionalId: 'x',
      v3AndBelowProducerId: 7,
      v3AndBelowProducerEpoch: 0,
      v3AndBelowTopics: [{ name: 't', partitions: [0] }],
    }),
    code: ({ resultsByTopicV3AndBelow: [{ resultsByPartition }] }) => resultsByPartition[0].partitionErrorCode,
    needs: [
      [TRANSACTIONAL_ID, 'x', WRITE],
      [TOPIC, 't', WRITE],
    ],
  },
  'AddPartitionsToTxn of a broker': {
    api: addPartitionsToTxn,
    version: 4,
    message: () => ({ transactions: [] }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, CLUSTER_ACTION]],
  },
  AddOffsetsToTxn: {
    api: addOffsetsToTxn,
    version: 3,
    message: () => ({ ...producer, groupId: 'g' }),
    code: ({ errorCode }) => errorCode,
    needs: [
      [TRANSACTIONAL_ID, 'x', WRITE],
      [GROUP, 'g', READ],
    ],
  },
  EndTxn: {
    api: endTxn,
    version: 3,
    message: () => ({ ...producer, committed: true }),
    code: ({ errorCode }) => errorCode,
    needs: [[TRANSACTIONAL_ID, 'x', WRITE]],
  },
  WriteTxnMarkers: {
    api: writeTxnMarkers,
    version: 1,
    message: () => ({ markers: [{ ...marker, topics: [{ name: 'nowhere', partitionIndexes: [0] }] }] }),
    code: ({ markers: [{ topics }] }) => topics[0].partitions[0].errorCode,
    needs: [[CLUSTER, cluster, ALTER]],
  },
  TxnOffsetCommit: {
    api: txnOffsetCommit,
    version: 2,
    message: () => ({
      ...producer,
      groupId: 'g',
      topics: [{ name: 't', partitions: [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }] }],
    }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [
      [TRANSACTIONAL_ID, 'x', WRITE],
      [GROUP, 'g', READ],
      [TOPIC, 't', READ],
    ],
  },
  DescribeAcls: {
    api: describeAcls,
    version: 1,
    message: () => ({
      resourceTypeFilter: 1,
      resourceNameFilter: null,
      patternTypeFilter: 1,
      principalFilter: null,
      hostFilter: null,
      operation: 1,
      permissionType: 1,
    }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, DESCRIBE]],
  },
  'DescribeConfigs of a topic': {
    api: describeConfigs,
    version: 1,
    message: () => ({ resources: [{ ...resource, configurationKeys: null }], includeSynonyms: false }),
    code: ({ results }) => results[0].errorCode,
    needs: [[TOPIC, 't', DESCRIBE_CONFIGS]],
  },
  'DescribeConfigs of the broker': {
    api: describeConfigs,
    version: 1,
    message: () => ({
      resources: [{ resourceType: 4, resourceName: '0', configurationKeys: null }],
      includeSynonyms: false,
    }),
    code: ({ results }) => results[0].errorCode,
    needs: [[CLUSTER, cluster, DESCRIBE_CONFIGS]],
  },
  AlterConfigs: {
    api: alterConfigs,
    version: 1,
    message: () => ({ resources: [{ ...resource, configs: [] }], validateOnly: true }),
    code: ({ responses }) => responses[0].errorCode,
    needs: [[TOPIC, 't', ALTER_CONFIGS]],
  },
  DescribeLogDirs: {
    api: describeLogDirs,
    version: 3,
    message: () => ({ topics: null }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, DESCRIBE]],
  },
  CreatePartitions: {
    api: createPartitions,
    version: 1,
    message: () => ({ topics: [{ name: 't', count: 2, assignments: null }], timeoutMs: 1, validateOnly: true }),
    code: ({ results }) => results[0].errorCode,
    needs: [[TOPIC, 't', ALTER]],
  },
  IncrementalAlterConfigs: {
    api: incrementalAlterConfigs,
    version: 0,
    message: () => ({ resources: [{ ...resource, configs: [] }], validateOnly: true }),
    code: ({ responses }) => responses[0].errorCode,
    needs: [[TOPIC, 't', ALTER_CONFIGS]],
  },
  DescribeClientQuotas: {
    api: describeClientQuotas,
    version: 1,
    message: () => ({ components: [], strict: false }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, DESCRIBE_CONFIGS]],
  },
  AlterClientQuotas: {
    api: alterClientQuotas,
    version: 1,
    message: () => ({ entries: [{ entity: [{ entityType: 'user', entityName: 'x' }], ops: [] }], validateOnly: true }),
    code: ({ entries }) => entries[0].errorCode,
    needs: [[CLUSTER, cluster, ALTER_CONFIGS]],
  },
  DescribeUserScramCredentials: {
    api: describeUserScramCredentials,
    version: 0,
    message: () => ({ users: null }),
    code: ({ errorCode }) => errorCode,
    needs: [[CLUSTER, cluster, DESCRIBE]],
  },
  AlterUserScramCredentials: {
    api: alterUserScramCredentials,
    version: 0,
    message: () => ({ deletions: [{ name: 'nobody', mechanism: 1 }], upsertions: [] }),
    code: ({ results }) => results[0].errorCode,
    needs: [[CLUSTER, cluster, ALTER]],
  },
  DescribeProducers: {
    api: describeProducers,
    version: 0,
    message: () => ({ topics: [{ name: 't', partitionIndexes: [0] }] }),
    code: ({ topics }) => topics[0].partitions[0].errorCode,
    needs: [[TOPIC, 't', READ]],
  },
  DescribeTransactions: {
    api: describeTransactions,
    version: 0,
    message: () => ({ transactionalIds: ['x'] }),
    code: ({ transactionStates }) => transactionStates[0].errorCode,
    needs: [[TRANSACTIONAL_ID, 'x', DESCRIBE]],
  },
  DescribeTopicPartitions: {
    api: describeTopicPartitions,
    version: 0,
    message: () => ({ topics: [{ name: 't' }], responsePartitionLimit: 10, cursor: null }),
    code: ({ topics }) => topics[0].errorCode,
    needs: [[TOPIC, 't', DESCRIBE]],
  },
};
