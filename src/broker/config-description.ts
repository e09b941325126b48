/**
 * Settings of topics, of groups and of the broker as clients are shown them: value, where it comes from, which other settings mean the same, type and documentation.
 * (ConfigHelper.)
 */
import { configText, type ConfigValue } from '../store/config-value.ts';
import {
  changeTopicConfig,
  type TopicConfigInput,
  type TopicConfigName,
  topicConfigNames,
  topicConfigs,
} from '../store/topic-config.ts';
import { type BrokerConfigName, brokerConfigNames, brokerConfigs } from './broker-config.ts';
import type { BrokerContext } from './broker-context.ts';
import { type BrokerConfigDefinition, type BrokerConfigType, inTopicUnits } from './config/config-kind.ts';
import { groupSettings } from './config/group-setting.ts';
import { dynamicName, isDynamic } from './config/dynamic-names.ts';
import { listenerSetting, type ListenerSetting } from './config/listener-settings.ts';
import type { LiveConfig } from './live-config.ts';
import { topicConfigDocumentation } from './topic-config-documentation.ts';

/** Kafka's numbers of where a setting stands (DescribeConfigsResponse.ConfigSource). */
export const configSources = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefault: 3,
  staticBroker: 4,
  default: 5,
  group: 8,
} as const;

/** Kafka's numbers of types (DescribeConfigsResponse.ConfigType). */
const typeNumbers: Readonly<Record<BrokerConfigType, number>> = {
  boolean: 1,
  string: 2,
  int: 3,
  long: 5,
  double: 6,
  list: 7,
  password: 9,
};

export interface ConfigSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

export interface ConfigDescription {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  /** The strongest first. */
  readonly synonyms: readonly ConfigSynonym[];
  readonly configType: number;
  readonly documentation: string;
}

type Definition = BrokerConfigDefinition;

/** The broker's settings that are a topic setting's default, the strongest first. */
const brokerNames = new Map<TopicConfigName, BrokerConfigName[]>(topicConfigNames.map((name) => [name, []]));
for (const name of brokerConfigNames) {
  const { topic } = brokerConfigs[name] as Definition;
  if (topic !== undefined) brokerNames.get(topic.name)!.push(name);
}

/** All settings of a topic that has `own` of its own. */
export function describeTopicConfig(broker: BrokerContext, own: TopicConfigInput): ConfigDescription[] {
  const config = changeTopicConfig({}, own);
  return topicConfigNames.map((name) => {
    const { type, default: standard } = topicConfigs[name];
    const defaults = synonymsOfDefault(broker, name);
    const value = config[name];
    const synonyms = [...defaults];
    if (value !== undefined) synonyms.unshift({ name, value: configText(value, type), source: configSources.topic });
    return {
      name,
      value: synonyms[0]?.value ?? configText(standard, type),
      readOnly: false,
      configSource: synonyms[0]?.source ?? configSources.default,
      isSensitive: false,
      synonyms,
      configType: typeNumbers[type],
      documentation: topicConfigDocumentation[name],
    };
  });
}

/** In the topic's own unit, whatever the broker's is. */
function synonymsOfDefault({ liveConfig }: BrokerContext, topicName: TopicConfigName): ConfigSynonym[] {
  const { type, default: standard } = topicConfigs[topicName];
  const names = brokerNames.get(topicName)!;
  const shown = (value: ConfigValue, name: BrokerConfigName): string =>
    configText(inTopicUnits(value, (brokerConfigs[name] as Definition).topic!.unit), type);
  const synonyms = synonymsAbove(liveConfig, names, shown);
  if (names.length > 0)
    synonyms.push({ name: names[0], value: configText(standard, type), source: configSources.default });
  return synonyms;
}

/** What was said of the settings, and not only their defaults, the strongest first. */
function synonymsAbove(
  liveConfig: LiveConfig,
  names: readonly BrokerConfigName[],
  shown: (value: ConfigValue, name: BrokerConfigName) => string | null,
): ConfigSynonym[] {
  const { started } = liveConfig;
  const synonyms: ConfigSynonym[] = [];
  const levels = [
    [liveConfig.changed('broker'), configSources.dynamicBroker],
    [liveConfig.changed('cluster'), configSources.dynamicDefault],
  ] as const;
  for (const [changes, source] of levels) {
    for (const name of names) {
      const text = changes.get(name);
      if (text === undefined) continue;
      synonyms.push({ name, value: shown((brokerConfigs[name] as Definition).parse(text)!, name), source });
    }
  }
  for (const name of names) {
    if (!started.given.has(name)) continue;
    synonyms.push({ name, value: shown(started.config[name]!, name), source: configSources.staticBroker });
  }
  return synonyms;
}

/** All settings of the broker, and those that listeners have of their own. */
export function describeBrokerConfig({ liveConfig }: BrokerContext): ConfigDescription[] {
  const ofListeners = Array.from(liveConfig.effective.ofListeners, ([listener, own]) =>
    Object.keys(own).map((name) =>
      describeOfListener(liveConfig, listenerSetting(`listener.name.${listener}.${name}`)!),
    ),
  );
  return [...brokerConfigNames.map((name) => describeOne(liveConfig, name)), ...ofListeners.flat()];
}

/** All settings of a group: what is the broker's is a default to it. */
export function describeGroupConfig({ groupSettings: own, config }: BrokerContext, group: string): ConfigDescription[] {
  const configs = own.of(group);
  return groupSettings.map(({ name, default: standard, documentation }) => {
    const configSource = configs.has(name) ? configSources.group : configSources.default;
    const value = configs.get(name) ?? String(config[standard]);
    return {
      name,
      value,
      readOnly: false,
      configSource,
      isSensitive: false,
      synonyms: [{ name, value, source: configSource }],
      configType: typeNumbers.int,
      documentation,
    };
  });
}

/** What was changed for all brokers of the cluster while they ran. */
export function describeClusterConfig({ liveConfig }: BrokerContext): ConfigDescription[] {
  return [...liveConfig.changed('cluster').keys()].map((name) => {
    const all = describeOne(liveConfig, name as BrokerConfigName);
    const synonyms = all.synonyms.filter(({ source }) => source === configSources.dynamicDefault);
    return { ...all, value: synonyms[0].value, configSource: configSources.dynamicDefault, synonyms };
  });
}

function describeOne(liveConfig: LiveConfig, name: BrokerConfigName): ConfigDescription {
  const { type, default: standard, documentation, topic } = brokerConfigs[name] as Definition;
  const isSensitive = type === 'password';
  const shown = (value: ConfigValue): string | null => (isSensitive ? null : configText(value, type));
  const names = topic === undefined ? [name] : brokerNames.get(topic.name)!;
  const synonyms = synonymsAbove(liveConfig, names, shown);
  if (standard !== null) synonyms.push({ name, value: shown(standard), source: configSources.default });
  // Those before it are stronger, but not what it is itself.
  const own = synonyms.findIndex((synonym) => synonym.name === name);
  const said = own < 0 ? [] : synonyms.slice(own);
  return {
    name,
    value: said[0]?.value ?? null,
    readOnly: !isDynamic(name),
    configSource: said[0]?.source ?? configSources.default,
    isSensitive,
    synonyms: said,
    configType: typeNumbers[type],
    documentation,
  };
}

function describeOfListener(
  liveConfig: LiveConfig,
  { listener, base: baseName, own: ownName }: ListenerSetting,
): ConfigDescription {
  const name = `listener.name.${listener}.${ownName}`;
  const base = describeOne(liveConfig, baseName);
  const shown = (value: ConfigValue): string | null =>
    base.isSensitive ? null : configText(value, brokerConfigs[baseName].type);
  const own: ConfigSynonym[] = [];
  const changed = liveConfig.changed('broker').get(name);
  if (changed !== undefined) own.push({ name, value: shown(changed), source: configSources.dynamicBroker });
  const given = liveConfig.started.ofListeners.get(listener)?.[ownName];
  if (given !== undefined) own.push({ name, value: shown(given), source: configSources.staticBroker });
  const [{ value, source }] = own;
  const readOnly = dynamicName(name) === null;
  return { ...base, name, value, readOnly, configSource: source, synonyms: [...own, ...base.synonyms] };
}
