/** What has settings, as requests name it: a topic, a group, or this broker. Kafka has more kinds, which there are not here. (ConfigResource.) */
import { checkTopicName } from '../store/topic-name.ts';
import type { AclOperation } from '../security/acl-operation.ts';
import { ResourceType } from '../security/resource.ts';
import type { Access } from './access.ts';
import type { BrokerContext } from './broker-context.ts';
import { Refusal } from './refusal.ts';

export interface NamedResource {
  readonly resourceType: number;
  readonly resourceName: string;
}

export type ConfigResource =
  | { readonly kind: 'topic'; readonly name: string }
  | { readonly kind: 'group'; readonly name: string }
  /** `isDefault`: what all brokers of the cluster have in common. */
  | { readonly kind: 'broker'; readonly isDefault: boolean };

const TOPIC = 2;
const BROKER = 4;
const GROUP = 32;

/** Throws where the client may not do it with the settings of the resource. */
export function checkAccess(
  access: Access,
  operation: AclOperation,
  { resourceType, resourceName }: NamedResource,
): void {
  if (resourceType === TOPIC) access.check(operation, ResourceType.TOPIC, resourceName);
  else if (resourceType === GROUP) access.check(operation, ResourceType.GROUP, resourceName);
  else access.check(operation, ResourceType.CLUSTER);
}

/** Throws what the client is told where it is none. */
export function resourceOf(broker: BrokerContext, { resourceType, resourceName }: NamedResource): ConfigResource {
  if (resourceType === BROKER) {
    if (resourceName !== '') checkBrokerId(broker, resourceName);
    return { kind: 'broker', isDefault: resourceName === '' };
  }
  // There need not be such a group, as in Kafka.
  if (resourceType === GROUP) {
    if (resourceName === '') throw new Refusal('INVALID_REQUEST', 'Default group resources are not allowed.');
    return { kind: 'group', name: resourceName };
  }
  if (resourceType !== TOPIC) throw new Refusal('INVALID_REQUEST', `Unsupported resource type: ${resourceType}`);
  if (resourceName === '') throw new Refusal('INVALID_REQUEST', 'Default topic resources are not allowed.');
  checkTopicName(resourceName);
  if (broker.store.findTopic(resourceName) === null)
    throw new Refusal('UNKNOWN_TOPIC_OR_PARTITION', `The topic '${resourceName}' does not exist.`);
  return { kind: 'topic', name: resourceName };
}

function checkBrokerId({ nodeId }: BrokerContext, name: string): void {
  if (!/^[+-]?\d{1,10}$/.test(name))
    throw new Refusal('INVALID_REQUEST', `Broker id must be an integer, but it is: ${name}`);
  if (Number(name) !== nodeId)
    throw new Refusal(
      'INVALID_REQUEST',
      `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`,
    );
}
