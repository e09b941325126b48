/**
 * Changes of the broker's own settings that clients ask for: of all brokers (no name), or of this one (its id); what is read only when it starts is
 * refused. (ConfigAdminManager.validateBrokerConfigChange, DynamicBrokerConfig.validateConfigs.)
 */
import { isMillraceError } from '../errors.ts';
import { configText } from '../store/config-value.ts';
import { brokerConfigs, isBrokerConfigName } from './broker-config.ts';
import type { BrokerContext } from './broker-context.ts';
import type { ConfigScope } from './config/dynamic-config-file.ts';
import type { BrokerConfigDefinition } from './config/config-kind.ts';
import { dynamicName, isOfListeners } from './config/dynamic-names.ts';
import { type AskedChange, changedItems, operations } from './config-operation.ts';
import type { DynamicConfigs } from './live-config.ts';
import { Refusal } from './refusal.ts';

export interface BrokerChange {
  readonly scope: ConfigScope;
  readonly changes: readonly AskedChange[];
  /** What is not named goes back to what it was at the start. */
  readonly isWhole: boolean;
}

export async function changeBrokerConfig(
  { liveConfig }: BrokerContext,
  asked: BrokerChange,
  validateOnly: boolean,
): Promise<void> {
  const { scope, changes, isWhole } = asked;
  const change = (configs: DynamicConfigs): DynamicConfigs => {
    const changed = changedConfigs(isWhole ? new Map() : configs, changes);
    checkNames(changed, scope);
    return changed;
  };
  try {
    const named = changes.map(({ name }) => name);
    await liveConfig.change(scope, change, validateOnly, named);
  } catch (error) {
    // Kafka has no better code for it (KAFKA-13609).
    if (isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT')) throw new Refusal('INVALID_REQUEST', error.message);
    throw error;
  }
}

function changedConfigs(configs: DynamicConfigs, changes: readonly AskedChange[]): DynamicConfigs {
  const changed = new Map(configs);
  for (const change of changes) {
    const { name, configOperation, value } = change;
    if (configOperation === operations.delete) changed.delete(name);
    else if (configOperation === operations.set) changed.set(name, value!);
    else changed.set(name, changedList(changed.get(name), change));
  }
  return changed;
}

function changedList(text: string | undefined, change: AskedChange): string {
  const { name, configOperation } = change;
  const base = dynamicName(name)?.base ?? name;
  if (!isBrokerConfigName(base)) throw new Refusal('INVALID_CONFIG', `Unknown config name: ${name}`);
  const { type, default: standard } = brokerConfigs[base] as BrokerConfigDefinition;
  if (type !== 'list') {
    const operation = configOperation === operations.append ? 'append' : 'subtract';
    throw new Refusal('INVALID_CONFIG', `Config value ${operation} is not allowed for config key: ${name}`);
  }
  return changedItems(text ?? configText(standard!, type), change);
}

function checkNames(configs: DynamicConfigs, scope: ConfigScope): void {
  const names = [...configs.keys()];
  refuse(
    'Cannot update these configs dynamically',
    names.filter((name) => dynamicName(name) === null && !isOfListeners(name)),
  );
  refuse(
    'These security configs can be dynamically updated only per-listener using the listener prefix',
    names.filter((name) => isOfListeners(name)),
  );
  if (scope === 'broker') return;
  refuse(
    'Cannot update these configs at default cluster level, broker id must be specified',
    names.filter((name) => dynamicName(name)!.listener !== null),
  );
}

function refuse(why: string, names: readonly string[]): void {
  if (names.length > 0) throw new Refusal('INVALID_REQUEST', `${why}: [${names.join(', ')}]`);
}
