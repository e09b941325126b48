/** A topic as CreateTopics asks for it, checked in Kafka's order, and turned into what the store takes. (ReplicationControlManager.createTopic.) */
import { isMillraceError } from '../errors.ts';
import type { RequestOf } from '../protocol/api.ts';
import type { createTopics } from '../protocol/apis/19-create-topics.ts';
import type { CreateTopicOptions } from '../store/create-topic-options.ts';
import { checkTopicName, collides, METADATA_TOPIC } from '../store/topic-name.ts';
import type { BrokerContext } from './broker-context.ts';
import { isInternalTopic } from './internal-topics.ts';
import { Refusal } from './refusal.ts';
import { checkAssignments, checkReplicationFactor } from './replica-assignment.ts';

export type AskedTopic = RequestOf<typeof createTopics>['topics'][number];

export interface NewTopic {
  readonly options: Required<CreateTopicOptions>;
  /** As it was asked for, or the default. */
  readonly replicationFactor: number;
}

/** Throws what the client is told. */
export function checkNewTopic(broker: BrokerContext, asked: AskedTopic): NewTopic {
  const { name } = asked;
  if (name === METADATA_TOPIC || isInternalTopic(name))
    throw new Refusal('INVALID_REQUEST', `Creation of internal topic ${name} is prohibited.`);
  checkName(broker, name);
  const config = configOf(asked);
  const counts = countsOf(broker, asked);
  const options = { partitions: counts.partitions, config };
  try {
    broker.store.checkNewTopic(name, options);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')) throw new Refusal('INVALID_CONFIG', error.message);
    throw error;
  }
  return { options, replicationFactor: counts.replicationFactor };
}

/** A topic that is there already is so before anything else is wrong with it. */
function checkName({ store }: BrokerContext, name: string): void {
  if (store.findTopic(name) !== null) throw new Refusal('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
  checkTopicName(name);
  if (!/[._]/.test(name)) return;
  const other = store.topics().find((topic) => collides(topic.name, name));
  if (other === undefined) return;
  throw new Refusal('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${other.name}`);
}

function configOf({ configs }: AskedTopic): Record<string, string> {
  const without = configs.filter(({ value }) => value === null).map(({ name }) => name);
  if (without.length > 0)
    throw new Refusal('INVALID_CONFIG', `Null value not supported for topic configs: ${without.join()}`);
  return Object.fromEntries(configs.map(({ name, value }) => [name, value!]));
}

interface Counts {
  readonly partitions: number;
  readonly replicationFactor: number;
}

function countsOf(broker: BrokerContext, { assignments, numPartitions, replicationFactor }: AskedTopic): Counts {
  const { config } = broker;
  if (assignments.length > 0) {
    const also = replicationFactor !== -1 ? 'replication factor' : numPartitions !== -1 ? 'numPartitions' : null;
    if (also !== null) {
      const message = `A manual partition assignment was specified, but ${also} was not set to -1.`;
      throw new Refusal('INVALID_REQUEST', message);
    }
    checkAssignments(broker, assignments);
    return { partitions: assignments.length, replicationFactor: assignments[0].brokerIds.length };
  }
  checkReplicationFactor(broker, replicationFactor);
  if (numPartitions < -1 || numPartitions === 0)
    throw new Refusal('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.');
  return {
    partitions: numPartitions === -1 ? config['num.partitions'] : numPartitions,
    replicationFactor: replicationFactor === -1 ? config['default.replication.factor'] : replicationFactor,
  };
}
