/**
 * DescribeTopicPartitions: topics by their names in order, with their partitions, a page at a time; the cursor says where the next page begins (KIP-966).
 * (DescribeTopicPartitionsRequestHandler, KRaftMetadataCache.describeTopicResponse.)
 */
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { describeTopicPartitions } from '../../protocol/apis/75-describe-topic-partitions.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import { isTopicName } from '../../store/topic-name.ts';
import type { TopicDescription } from '../../store/topic.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { leaderEpochOf } from '../partition-lookup.ts';

type Request = RequestOf<typeof describeTopicPartitions>;
type Response = ResponseInputOf<typeof describeTopicPartitions>;
type TopicAnswer = Response['topics'][number];

export const describeTopicPartitionsHandler = defineHandler({
  api: describeTopicPartitions,
  versions: '0',
  handle(request, { broker, access }) {
    const asked = namesOf(broker, request);
    const names = asked.filter((name) => access.topic(AclOperation.DESCRIBE, name));
    const { cursor } = request;
    if (
      cursor !== null &&
      (cursor.partitionIndex < 0 || (request.topics.length > 0 && !asked.includes(cursor.topicName)))
    )
      return refused(request);
    const limit = Math.max(
      1,
      Math.min(broker.config['max.request.partition.size.limit'], request.responsePartitionLimit),
    );
    const { topics, ...rest } = page(broker, names, { request, limit });
    const shown = topics.map((topic) => ({ ...topic, topicAuthorizedOperations: access.topicOperations(topic.name!) }));
    // Those that are not named are left out without a word.
    const hidden = request.topics.length > 0 ? asked.filter((name) => !names.includes(name)) : [];
    return {
      ...rest,
      topics: [...shown, ...hidden.map((name) => failed(name, kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED))],
    };
  },
});

/** From the cursor on, in order, each once. */
function namesOf({ store }: BrokerContext, { topics, cursor }: Request): string[] {
  const names = topics.length === 0 ? store.topics().map(({ name }) => name) : topics.map(({ name }) => name);
  const first = cursor?.topicName ?? '';
  return [...new Set(names)].filter((name) => name >= first).sort();
}

/** There is no room for an error but a topic's. */
function refused({ topics, cursor }: Request): Response {
  const names = topics.length === 0 ? [cursor!.topicName] : topics.map(({ name }) => name);
  return { topics: names.map((name) => failed(name, kafkaErrorCodes.INVALID_REQUEST)) };
}

function page(
  broker: BrokerContext,
  names: readonly string[],
  { request, limit }: { readonly request: Request; readonly limit: number },
): Response {
  const { cursor } = request;
  const topics: TopicAnswer[] = [];
  let room = limit;
  for (const topicName of names) {
    if (room === 0) return { topics, nextCursor: { topicName, partitionIndex: 0 } };
    const topic = broker.store.findTopic(topicName);
    if (topic === null) {
      if (request.topics.length > 0) topics.push(failed(topicName, errorOf(topicName)));
      continue;
    }
    const from = topicName === cursor?.topicName ? cursor.partitionIndex : 0;
    const to = Math.min(topic.partitions, from + room);
    topics.push(describe(broker, topic, { from, to }));
    if (to < topic.partitions) return { topics, nextCursor: { topicName, partitionIndex: to } };
    room -= Math.max(0, to - from);
  }
  return { topics };
}

function describe(
  { store, nodeId }: BrokerContext,
  { name, id }: TopicDescription,
  { from, to }: { readonly from: number; readonly to: number },
): TopicAnswer {
  return {
    errorCode: kafkaErrorCodes.NONE,
    name,
    topicId: id,
    isInternal: isInternalTopic(name),
    partitions: Array.from({ length: Math.max(0, to - from) }, (_, i) => {
      const log = store.openPartition(name, from + i);
      return {
        errorCode: kafkaErrorCodes.NONE,
        partitionIndex: from + i,
        leaderId: nodeId,
        // Of a log that is not open it is not known yet.
        leaderEpoch: log === null ? -1 : leaderEpochOf(log),
        replicaNodes: [nodeId],
        isrNodes: [nodeId],
        eligibleLeaderReplicas: [],
        lastKnownElr: [],
        offlineReplicas: [],
      };
    }),
  };
}

function errorOf(name: string): number {
  return kafkaErrorCodes[isTopicName(name) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION'];
}

function failed(name: string, errorCode: number): TopicAnswer {
  return { errorCode, name, topicId: ZERO_UUID, partitions: [] };
}
