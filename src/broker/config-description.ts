/**
 * Settings of topics and of the broker as clients are shown them: value, where it comes from, which other settings mean the same, type and documentation.
 * (ConfigHelper.)
 */
import { configText } from '../store/config-value.ts';
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
import { topicConfigDocumentation } from './topic-config-documentation.ts';

/** Kafka's numbers of where a setting stands (DescribeConfigsResponse.ConfigSource). */
export const configSources = { topic: 1, staticBroker: 4, default: 5 } as const;

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
function synonymsOfDefault({ config, givenConfig }: BrokerContext, topicName: TopicConfigName): ConfigSynonym[] {
  const { type, default: standard } = topicConfigs[topicName];
  const names = brokerNames.get(topicName)!;
  const given = names.filter((name) => givenConfig.has(name));
  const synonyms = given.map((name): ConfigSynonym => {
    const { unit } = (brokerConfigs[name] as Definition).topic!;
    const value = configText(inTopicUnits(config[name]!, unit), type);
    return { name, value, source: configSources.staticBroker };
  });
  if (names.length > 0)
    synonyms.push({ name: names[0], value: configText(standard, type), source: configSources.default });
  return synonyms;
}

/** All settings of the broker. None can be changed while it runs. */
export function describeBrokerConfig({ config, givenConfig }: BrokerContext): ConfigDescription[] {
  return brokerConfigNames.map((name) => {
    const { type, default: standard, documentation } = brokerConfigs[name] as Definition;
    const isSensitive = type === 'password';
    const shown = (value: typeof standard): string | null =>
      value === null || isSensitive ? null : configText(value, type);
    const synonyms: ConfigSynonym[] = [];
    if (givenConfig.has(name)) synonyms.push({ name, value: shown(config[name]), source: configSources.staticBroker });
    if (standard !== null) synonyms.push({ name, value: shown(standard), source: configSources.default });
    return {
      name,
      value: shown(config[name]),
      readOnly: true,
      configSource: synonyms[0]?.source ?? configSources.default,
      isSensitive,
      synonyms,
      configType: typeNumbers[type],
      documentation,
    };
  });
}
