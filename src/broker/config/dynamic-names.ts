/**
 * Which settings of a broker can be changed while it runs, as Kafka has it, as far as this broker obeys them: the others are read when it starts.
 *
 *     log.retention.ms                                of all brokers of the cluster, or of this one, which is stronger
 *     listener.name.external.ssl.keystore.location    of one listener of this broker (KIP-226)
 *
 * (DynamicBrokerConfig, ServerTopicConfigSynonyms.)
 */
import { type BrokerConfigName, brokerConfigNames, brokerConfigs, isBrokerConfigName } from '../broker-config.ts';
import type { BrokerConfigDefinition } from './config-kind.ts';
import { type ListenerConfigName, listenerSetting } from './listener-settings.ts';

const OTHERS: ReadonlySet<BrokerConfigName> = new Set([
  'log.cleaner.backoff.ms',
  'log.cleaner.dedupe.buffer.size',
  'log.cleaner.io.max.bytes.per.second',
  'max.connections',
  'max.connections.per.ip',
  'max.connections.per.ip.overrides',
  'num.recovery.threads.per.data.dir',
  'producer.id.expiration.ms',
]);

/** Of listeners only, by their prefix. `max.connections` is of both. */
const OF_LISTENERS: ReadonlySet<string> = new Set<ListenerConfigName>([
  'ssl.key.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.type',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.type',
]);

/** Of those that mean the same, only the strongest can be changed. */
const dynamicNames = new Set<string>(OTHERS);
const withTopics = new Set<string>();
for (const name of brokerConfigNames) {
  const { topic } = brokerConfigs[name] as BrokerConfigDefinition;
  if (topic === undefined || withTopics.has(topic.name)) continue;
  withTopics.add(topic.name);
  dynamicNames.add(name);
}

/** A setting that is asked for by name: what it is the value of, and of which listener. */
export interface DynamicName {
  readonly base: BrokerConfigName;
  /** In small letters; null: of the broker. */
  readonly listener: string | null;
}

/** Null: it cannot be changed while the broker runs, or there is none of that name. */
export function dynamicName(name: string): DynamicName | null {
  const setting = listenerSetting(name);
  if (setting === null) return isBrokerConfigName(name) && isDynamic(name) ? { base: name, listener: null } : null;
  const { base, listener } = setting;
  return isOfListeners(base) || base === 'max.connections' ? { base, listener } : null;
}

export function isDynamic(name: BrokerConfigName): boolean {
  return dynamicNames.has(name);
}

/** Can it be changed for a listener, and only so? */
export function isOfListeners(name: string): name is BrokerConfigName {
  return OF_LISTENERS.has(name);
}
