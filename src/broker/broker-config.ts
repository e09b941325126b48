/**
 * The settings of a broker, under Kafka's own names where Kafka has them, with Kafka's defaults unless said otherwise: the table, and how values are checked.
 *
 * Each setting is obeyed or says why it is not. docs/operations.md has the table for people, and a test holds the two against each other.
 */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import type { ConfigValue } from '../store/config-value.ts';
import { suggestion } from '../store/nearest-name.ts';
import type { BrokerConfigDefinition } from './config/config-kind.ts';
import { groupConfigs } from './config/group-configs.ts';
import { keptConfigs } from './config/kept-configs.ts';
import { type ListenerConfig, listenerSetting, type ListenerSettingName } from './config/listener-settings.ts';
import { networkConfigs } from './config/network-configs.ts';
import { securityConfigs } from './config/security-configs.ts';
import { storageConfigs } from './config/storage-configs.ts';
import { topicDefaultConfigs } from './config/topic-default-configs.ts';

export const brokerConfigs = {
  ...networkConfigs,
  ...securityConfigs,
  ...storageConfigs,
  ...groupConfigs,
  ...topicDefaultConfigs,
  ...keptConfigs,
};

type Table = typeof brokerConfigs;
export type BrokerConfigName = keyof Table;

/** All settings of a broker, checked. Null: nobody has said, and there is no default. */
export type BrokerConfig = {
  readonly [Name in BrokerConfigName]: Table[Name] extends BrokerConfigDefinition<infer T> ? T : never;
};

/** Settings as a caller passes them: as what they are, or as text. */
export type BrokerConfigInput = {
  readonly [Name in BrokerConfigName | ListenerSettingName]?: ConfigValue | readonly string[] | undefined;
};

export const brokerConfigNames = Object.keys(brokerConfigs) as BrokerConfigName[];

export const DEFAULT_BROKER_CONFIG = checkBrokerConfig({}).config;

export interface CheckedBrokerConfig {
  readonly config: BrokerConfig;
  /** Those that somebody has set. */
  readonly given: ReadonlySet<BrokerConfigName>;
  /** What listeners have of their own, by their names in small letters. */
  readonly ofListeners: ReadonlyMap<string, ListenerConfig>;
}

export function isBrokerConfigName(name: string): name is BrokerConfigName {
  return Object.hasOwn(brokerConfigs, name);
}

/** Throws ERR_MILLRACE_INVALID_ARGUMENT for a name that is none and for a value that its setting cannot have. */
export function checkBrokerConfig(input: BrokerConfigInput): CheckedBrokerConfig {
  if (typeof input !== 'object' || input === null) throw invalidArgument('config', 'an object of settings', input);
  const config = Object.fromEntries(brokerConfigNames.map((name) => [name, brokerConfigs[name].default]));
  const given = new Set<BrokerConfigName>();
  const ofListeners = new Map<string, ListenerConfig>();
  for (const [name, value] of Object.entries(input)) {
    if (isBrokerConfigName(name)) {
      if (value === undefined) continue;
      config[name] = parsed(name, name, value);
      given.add(name);
    } else {
      const setting = listenerSetting(name);
      if (setting === null) throw unknownSetting(name);
      if (value === undefined) continue;
      const { base, listener, own } = setting;
      ofListeners.set(listener, { ...ofListeners.get(listener), [own]: parsed(name, base, value) });
    }
  }
  return { config: config as unknown as BrokerConfig, given, ofListeners };
}

/** The settings with others in place of some of them. Throws as `checkBrokerConfig` does. */
export function withConfigs(config: BrokerConfig, changes: BrokerConfigInput): BrokerConfig {
  const checked = checkBrokerConfig(changes);
  return { ...config, ...Object.fromEntries(Array.from(checked.given, (name) => [name, checked.config[name]])) };
}

function parsed(name: string, base: BrokerConfigName, value: unknown): ConfigValue {
  const definition = brokerConfigs[base] as BrokerConfigDefinition;
  const found = definition.parse(value);
  if (found === null)
    throw invalidArgument(name, definition.expected, definition.type === 'password' ? '(hidden)' : value);
  return found;
}

function unknownSetting(name: string): MillraceError {
  const hint = suggestion(name, brokerConfigNames);
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `${show(name)} is no setting of a broker${hint}`);
}
