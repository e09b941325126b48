/** CreateTopics: makes topics, each as a whole or not at all, or only says whether they could be made. */
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { createTopics } from '../../protocol/apis/19-create-topics.ts';
import { ZERO_UUID } from '../../protocol/uuid.ts';
import { PARTITIONS_PER_REQUEST_MAX } from '../../limits.ts';
import type { BrokerContext } from '../broker-context.ts';
import { describeTopicConfig } from '../config-description.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { type AskedTopic, checkNewTopic, type NewTopic } from '../new-topic.ts';
import { outcomeOf, Refusal, repeated } from '../refusal.ts';

type TopicAnswer = ResponseInputOf<typeof createTopics>['topics'][number];

/** Of a topic whose settings the client may not see. */
const HIDDEN = {
  topicConfigErrorCode: kafkaErrorCodes.TOPIC_AUTHORIZATION_FAILED,
  numPartitions: -1,
  replicationFactor: -1,
  configs: [],
};

export const createTopicsHandler = defineHandler({
  api: createTopics,
  versions: '2-7',
  async handle(request, { broker, access }) {
    const twice = repeated(request.topics.map(({ name }) => name));
    const asked = request.topics.filter(({ name }) => !twice.has(name));
    const isTooMuch = partitionsOf(request, broker) > PARTITIONS_PER_REQUEST_MAX;
    const mayCreateAll = access.cluster(AclOperation.CREATE);
    const topics: TopicAnswer[] = [];
    for (const topic of asked) {
      try {
        if (isTooMuch) throw new Refusal('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
        if (!mayCreateAll) access.check(AclOperation.CREATE, ResourceType.TOPIC, topic.name);
        const made = await make(broker, topic, request.validateOnly);
        const mayShow = access.topic(AclOperation.DESCRIBE_CONFIGS, topic.name);
        topics.push(mayShow ? made : { ...made, ...HIDDEN });
      } catch (error) {
        topics.push(failed(topic.name, outcomeOf(broker, error)));
      }
    }
    for (const name of twice)
      topics.push(failed(name, { errorCode: kafkaErrorCodes.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' }));
    return { topics };
  },
});

function partitionsOf({ topics }: RequestOf<typeof createTopics>, { config }: BrokerContext): number {
  return topics.reduce((sum, { assignments, numPartitions }) => {
    if (assignments.length > 0) return sum + assignments.length;
    return sum + (numPartitions === -1 ? config['num.partitions'] : Math.max(0, numPartitions));
  }, 0);
}

async function make(broker: BrokerContext, asked: AskedTopic, validateOnly: boolean): Promise<TopicAnswer> {
  const topic: NewTopic = checkNewTopic(broker, asked);
  const { options, replicationFactor } = topic;
  const made = validateOnly ? null : await broker.store.createTopic(asked.name, options);
  return {
    name: asked.name,
    topicId: made?.id ?? ZERO_UUID,
    errorCode: kafkaErrorCodes.NONE,
    errorMessage: null,
    numPartitions: options.partitions,
    replicationFactor,
    configs: describeTopicConfig(broker, options.config),
  };
}

function failed(
  name: string,
  outcome: { readonly errorCode: number; readonly errorMessage: string | null },
): TopicAnswer {
  return { name, topicId: ZERO_UUID, ...outcome, configs: [] };
}
