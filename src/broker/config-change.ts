/**
 * Changes of settings that clients ask for, of each resource all or none: of topics here, of the broker in broker-config-change.ts, of groups in
 * group-config-change.ts.
 * (ConfigAdminManager, ConfigurationControlManager.)
 */
import { isMillraceError } from '../errors.ts';
import { AclOperation } from '../security/acl-operation.ts';
import { configText } from '../store/config-value.ts';
import { type TopicConfigInput, type TopicConfigName, topicConfigs } from '../store/topic-config.ts';
import { changeBrokerConfig } from './broker-config-change.ts';
import type { BrokerContext } from './broker-context.ts';
import { type AskedChange, changedItems, operations } from './config-operation.ts';
import { changeGroupConfig } from './group-config-change.ts';
import { checkAccess, type NamedResource, resourceOf } from './config-resource.ts';
import type { Call } from './handler.ts';
import { DONE, type Outcome, outcomeOf, Refusal, repeated } from './refusal.ts';

export interface ChangedResource extends NamedResource {
  readonly changes: readonly AskedChange[];
  /** What is not named goes back to its default. */
  readonly isWhole: boolean;
}

export interface ResourceOutcome extends NamedResource, Outcome {}

/** Answers in the order of the resources. */
export async function changeConfigs(
  { broker, access }: Pick<Call, 'broker' | 'access'>,
  resources: readonly ChangedResource[],
  validateOnly: boolean,
): Promise<ResourceOutcome[]> {
  const twice = repeated(resources.map(keyOf));
  const outcomes: ResourceOutcome[] = [];
  for (const resource of resources) {
    const { resourceType, resourceName } = resource;
    let outcome: Outcome = DONE;
    try {
      if (twice.has(keyOf(resource))) throw new Refusal('INVALID_REQUEST', 'Each resource must appear at most once.');
      checkAccess(access, AclOperation.ALTER_CONFIGS, resource);
      await changeOne(broker, resource, validateOnly);
    } catch (error) {
      outcome = outcomeOf(broker, error);
    }
    outcomes.push({ resourceType, resourceName, ...outcome });
  }
  return outcomes;
}

function keyOf({ resourceType, resourceName }: NamedResource): string {
  return `${resourceType}:${resourceName}`;
}

async function changeOne(broker: BrokerContext, asked: ChangedResource, validateOnly: boolean): Promise<void> {
  checkChanges(asked.changes);
  const resource = resourceOf(broker, asked);
  if (resource.kind === 'broker') {
    const { changes: wanted, isWhole } = asked;
    const scope = resource.isDefault ? 'cluster' : 'broker';
    return changeBrokerConfig(broker, { scope, changes: wanted, isWhole }, validateOnly);
  }
  if (resource.kind === 'group') {
    const { changes: wanted, isWhole } = asked;
    return changeGroupConfig(broker, { group: resource.name, changes: wanted, isWhole }, validateOnly);
  }
  const { store } = broker;
  const changes = topicChanges(broker, resource.name, asked);
  try {
    store.checkTopicChange(resource.name, changes);
    if (!validateOnly) await store.alterTopic(resource.name, changes);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')) throw new Refusal('INVALID_CONFIG', error.message);
    throw error;
  }
}

function checkChanges(changes: readonly AskedChange[]): void {
  if (repeated(changes.map(({ name }) => name)).size > 0)
    throw new Refusal('INVALID_REQUEST', 'Error due to duplicate config keys');
  const without = changes.filter((change) => change.value === null && change.configOperation !== operations.delete);
  if (without.length > 0) {
    const names = without.map(({ name }) => name).join(', ');
    throw new Refusal('INVALID_REQUEST', `Null value not supported for : ${names}`);
  }
  const unknown = changes.find(({ configOperation }) => configOperation < 0 || configOperation > operations.subtract);
  if (unknown !== undefined) throw new Refusal('INVALID_REQUEST', `Unknown operations type ${unknown.configOperation}`);
}

function topicChanges(
  { store }: BrokerContext,
  topic: string,
  { changes, isWhole }: ChangedResource,
): TopicConfigInput {
  const all: Record<string, string | null> = {};
  const own = store.topic(topic).config;
  if (isWhole) for (const name of Object.keys(own)) all[name] = null;
  for (const { name, configOperation, value } of changes) {
    // What the topic has not is gone already, also where there is no such setting.
    if (configOperation === operations.delete && !Object.hasOwn(own, name)) continue;
    if (configOperation === operations.delete) all[name] = null;
    else if (configOperation === operations.set) all[name] = value;
    else all[name] = changedList(store.topicConfig(topic), { name, configOperation, value });
  }
  return all;
}

function changedList(config: TopicConfigInput, { name, configOperation, value }: AskedChange): string {
  const isAppend = configOperation === operations.append;
  const definition = Object.hasOwn(topicConfigs, name) ? topicConfigs[name as TopicConfigName] : null;
  if (definition?.type !== 'list') {
    const operation = isAppend ? 'APPEND' : 'SUBTRACT';
    throw new Refusal('INVALID_CONFIG', `Can't ${operation} to key ${name} because its type is not LIST.`);
  }
  return changedItems(configText(config[name as TopicConfigName] as string, 'list'), { name, configOperation, value });
}
