/**
 * Settings that a listener can have of its own, in place of the broker's: `listener.name.external.ssl.keystore.location` (KIP-103). The listener's name stands
 * there in small letters, as Kafka has it.
 */
import type { BrokerConfigName } from '../broker-config.ts';

const OF_LISTENERS = [
  'connections.max.reauth.ms',
  'max.connections',
  'sasl.enabled.mechanisms',
  'sasl.server.max.receive.size',
  'ssl.client.auth',
  'ssl.enabled.protocols',
  'ssl.key.password',
  'ssl.keystore.certificate.chain',
  'ssl.keystore.key',
  'ssl.keystore.location',
  'ssl.keystore.type',
  'ssl.principal.mapping.rules',
  'ssl.truststore.certificates',
  'ssl.truststore.location',
  'ssl.truststore.type',
] as const satisfies readonly BrokerConfigName[];

export type ListenerConfigName = (typeof OF_LISTENERS)[number];
export type ListenerSettingName = `listener.name.${string}`;

export interface ListenerSetting {
  readonly base: ListenerConfigName;
  /** In small letters. */
  readonly listener: string;
}

const PREFIX = 'listener.name.';
const PREFIXED = /^listener\.name\.([a-z0-9_-]+)\.(.+)$/;
const names: ReadonlySet<string> = new Set(OF_LISTENERS);

/** Null: no setting of a listener has that name. */
export function listenerSetting(name: string): ListenerSetting | null {
  const [, listener, base] = PREFIXED.exec(name) ?? [];
  return listener !== undefined && names.has(base) ? { base: base as ListenerConfigName, listener } : null;
}

/** The name that has lost its underscores, as that of a variable has: what is between the prefix and the setting is one name. */
export function withListenerName(name: string): string {
  const base = name.startsWith(PREFIX) ? OF_LISTENERS.find((each) => name.endsWith(`.${each}`)) : undefined;
  if (base === undefined) return name;
  return `${PREFIX}${name.slice(PREFIX.length, -base.length - 1).replaceAll('.', '_')}.${base}`;
}
