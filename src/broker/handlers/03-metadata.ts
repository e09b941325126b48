/** Metadata: this broker, the topics, and who leads their partitions, which is this broker. Makes a topic that is asked for, where that is allowed. */
import { isMillraceError } from '../../errors.ts';
import { PARTITIONS_PER_REQUEST_MAX } from '../../limits.ts';
import type { PartitionLog } from '../../log/partition-log.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { metadata } from '../../protocol/apis/03-metadata.ts';
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import { isTopicName } from '../../store/topic-name.ts';
import type { TopicDescription } from '../../store/topic.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { type Call, defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { codeOf } from '../kafka-failure.ts';
import { leaderEpochOf } from '../partition-lookup.ts';

type Request = RequestOf<typeof metadata>;
type TopicAnswer = ResponseInputOf<typeof metadata>['topics'][number];
const IDS_SINCE = 12;

interface AskedTopic {
  readonly name: string | null;
  readonly topicId: string;
}

export const metadataHandler = defineHandler({
  api: metadata,
  versions: '0-13',
  handle(request, call) {
    const { broker, session, access } = call;
    const answer = (topics: TopicAnswer[]): ResponseInputOf<typeof metadata> => ({
      errorCode: kafkaErrorCodes.NONE,
      brokers: [{ nodeId: broker.nodeId, ...broker.advertised(session.listener) }],
      clusterId: broker.clusterId,
      controllerId: broker.nodeId,
      topics: request.includeTopicAuthorizedOperations ? topics.map((topic) => withOperations(topic, call)) : topics,
      ...(request.includeClusterAuthorizedOperations && { clusterAuthorizedOperations: access.clusterOperations() }),
    });
    if (call.version < IDS_SINCE && request.topics?.some(isById))
      return answer(request.topics.map(({ name, topicId }) => refused(name ?? '', topicId)));
    if (asksForAll(request, call)) {
      const topics = broker.store.topics().filter(({ name }) => access.topic(AclOperation.DESCRIBE, name));
      return answer(topics.map((topic) => describe(topic, call)));
    }
    const asked = askedBy(request);
    const found = asked.map((each) => describeOne(each, request, call));
    const absent = found.filter((topic) => topic === null).length;
    if (absent === 0) return answer(found as TopicAnswer[]);
    const partitions = absent * broker.config['num.partitions'];
    if (partitions > PARTITIONS_PER_REQUEST_MAX) {
      broker.logger.warn?.({ topics: absent, partitions }, 'more topics were to be made for one request than are');
      return answer(found.map((topic, i) => topic ?? unknown(asked[i].name!)));
    }
    return Promise.all(found.map(async (topic, i) => topic ?? make(asked[i].name!, call))).then(answer);
  },
});

/** Versions 10 and 11 have the field, and nobody may use it. */
function isById({ name, topicId }: AskedTopic): boolean {
  return name === null || topicId !== ZERO_UUID;
}

/**
 * Each once, however often it is named: an answer holds no more than there is. Where any topic is asked for by its id all are: names count for nothing then,
 * and Kafka's consumers leave them empty.
 */
function askedBy({ topics }: Request): readonly AskedTopic[] {
  const ids = new Set(topics!.map(({ topicId }) => topicId).filter((id) => id !== ZERO_UUID));
  if (ids.size > 0) return Array.from(ids, (topicId) => ({ name: null, topicId }));
  return Array.from(new Set(topics!.map(({ name }) => name)), (name) => ({ name, topicId: ZERO_UUID }));
}

function refused(name: string, topicId: string): TopicAnswer {
  return { errorCode: kafkaErrorCodes.INVALID_REQUEST, name, topicId, partitions: [] };
}

/** In version 0 there is no null: an empty list asks for all. */
function asksForAll({ topics }: Request, { version }: Call): boolean {
  return topics === null || (version === 0 && topics.length === 0);
}

/** Null: there is none, and it is to be made. */
function describeOne({ name, topicId }: AskedTopic, request: Request, call: Call): TopicAnswer | null {
  const { store } = call.broker;
  if (name === null) {
    const known = store.topicNameOf(topicId);
    if (known === null) return { errorCode: kafkaErrorCodes.UNKNOWN_TOPIC_ID, name: null, topicId, partitions: [] };
    // That there is such an id is no secret, as in Kafka; the name is.
    if (!call.access.topic(AclOperation.DESCRIBE, known)) return { ...denied(null), topicId };
    return describe(store.topic(known), call);
  }
  if (!call.access.topic(AclOperation.DESCRIBE, name)) return denied(name);
  const topic = store.findTopic(name);
  if (topic !== null) return describe(topic, call);
  const mayMake =
    request.allowAutoTopicCreation && call.broker.config['auto.create.topics.enable'] && !isInternalTopic(name);
  if (!mayMake) return unknown(name);
  const isAllowed = call.access.cluster(AclOperation.CREATE) || call.access.topic(AclOperation.CREATE, name);
  if (!isAllowed) return denied(name);
  return isTopicName(name) ? null : unknown(name);
}

/** The same whether there is such a topic or not. */
function denied(name: string | null): TopicAnswer {
  return { errorCode: kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED, name, topicId: ZERO_UUID, partitions: [] };
}

function withOperations(topic: TopicAnswer, { access }: Call): TopicAnswer {
  if (topic.errorCode !== kafkaErrorCodes.NONE || typeof topic.name !== 'string') return topic;
  return { ...topic, topicAuthorizedOperations: access.topicOperations(topic.name) };
}

async function make(name: string, call: Call): Promise<TopicAnswer> {
  const { store, config } = call.broker;
  try {
    return describe(await store.createTopic(name, { partitions: config['num.partitions'] }), call);
  } catch (error) {
    // Another client was faster.
    if (isMillraceError(error, 'ERR_MILLRACE_TOPIC_EXISTS')) return describe(store.topic(name), call);
    return { errorCode: codeOf(error), name, topicId: ZERO_UUID, partitions: [] };
  }
}

/** What Kafka's clients are told of a topic that is refused, too: why stands in the broker's log only. */
function unknown(name: string): TopicAnswer {
  const why = isTopicName(name) ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION';
  return { errorCode: kafkaErrorCodes[why], name, topicId: ZERO_UUID, partitions: [] };
}

/** Of a log that is not open it is not known yet, and the client will not say it then. */
function epochOf(log: PartitionLog | null): number {
  return log === null ? -1 : leaderEpochOf(log);
}

function describe({ name, id, partitions }: TopicDescription, { broker }: Call): TopicAnswer {
  const nodes = [broker.nodeId];
  return {
    errorCode: kafkaErrorCodes.NONE,
    name,
    topicId: id,
    isInternal: isInternalTopic(name),
    partitions: Array.from({ length: partitions }, (_, partitionIndex) => ({
      errorCode: kafkaErrorCodes.NONE,
      partitionIndex,
      leaderId: broker.nodeId,
      leaderEpoch: epochOf(broker.store.openPartition(name, partitionIndex)),
      replicaNodes: nodes,
      isrNodes: nodes,
    })),
  };
}
