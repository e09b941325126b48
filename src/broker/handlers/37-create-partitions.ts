/** CreatePartitions: gives topics more partitions. (ReplicationControlManager.createPartitions.) */
import { kafkaErrorCodes } from '../../protocol/error-code.ts';
import type { RequestOf, ResponseInputOf } from '../../protocol/api.ts';
import { createPartitions } from '../../protocol/apis/37-create-partitions.ts';
import { PARTITIONS_PER_REQUEST_MAX } from '../../limits.ts';
import type { BrokerContext } from '../broker-context.ts';
import { AclOperation } from '../../security/acl-operation.ts';
import { ResourceType } from '../../security/resource.ts';
import { defineHandler } from '../handler.ts';
import { isInternalTopic } from '../internal-topics.ts';
import { DONE, outcomeOf, Refusal, repeated } from '../refusal.ts';
import { checkAssignment } from '../replica-assignment.ts';

type AskedTopic = RequestOf<typeof createPartitions>['topics'][number];
type TopicAnswer = ResponseInputOf<typeof createPartitions>['results'][number];

export const createPartitionsHandler = defineHandler({
  api: createPartitions,
  versions: '0-3',
  async handle({ topics, validateOnly }, { broker, access }) {
    const twice = repeated(topics.map(({ name }) => name));
    const results = Array.from(twice, (name): TopicAnswer => {
      return { name, errorCode: kafkaErrorCodes.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' };
    });
    for (const topic of topics.filter(({ name }) => !twice.has(name))) {
      const { name } = topic;
      try {
        access.check(AclOperation.ALTER, ResourceType.TOPIC, name);
        check(broker, topic);
        if (!validateOnly) await broker.store.addPartitions(name, topic.count);
        results.push({ name, ...DONE });
      } catch (error) {
        results.push({ name, ...outcomeOf(broker, error, { ERR_MILLRACE_INVALID_ARGUMENT: 'INVALID_PARTITIONS' }) });
      }
    }
    return { results };
  },
});

function check(broker: BrokerContext, { name, count, assignments }: AskedTopic): void {
  const topic = broker.store.findTopic(name);
  if (topic === null)
    throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.');
  if (isInternalTopic(name))
    throw new Refusal(
      'INVALID_TOPIC_EXCEPTION',
      `The partitions of the internal topic ${name} stay as many as they are.`,
    );
  const has = topic.partitions;
  if (count === has) throw new Refusal('INVALID_PARTITIONS', `Topic already has ${has} partition(s).`);
  if (count < has) {
    const message = `The topic ${name} currently has ${has} partition(s); ${count} would not be an increase.`;
    throw new Refusal('INVALID_PARTITIONS', message);
  }
  const added = count - has;
  if (added > PARTITIONS_PER_REQUEST_MAX)
    throw new Refusal('INVALID_PARTITIONS', `At most ${PARTITIONS_PER_REQUEST_MAX} partitions can be added at once.`);
  if (assignments === null) return;
  if (assignments.length !== added) {
    const message = `Attempted to add ${added} additional partition(s), but only ${assignments.length} assignment(s) were specified.`;
    throw new Refusal('INVALID_REPLICA_ASSIGNMENT', message);
  }
  for (const { brokerIds } of assignments) checkAssignment(broker, brokerIds);
}
