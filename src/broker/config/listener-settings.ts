/**
 * Settings that a listener can have of its own, in place of the broker's: `listener.name.external.ssl.keystore.location` (KIP-103). The listener's name stands
 * there in small letters, as Kafka has it. One of them it can have for each way to log in, too: `listener.name.external.plain.connections.max.reauth.ms`.
 */
import { saslMechanisms } from '../../security/sasl-mechanism.ts';
import type { ConfigValue } from '../../store/config-value.ts';
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
const OF_MECHANISMS = 'connections.max.reauth.ms';
export type MechanismConfigName = `${string}.${typeof OF_MECHANISMS}`;

/** What a listener has of its own. */
export type ListenerConfig = { readonly [Name in ListenerConfigName | MechanismConfigName]?: ConfigValue };

export interface ListenerSetting {
  /** What it is the value of. */
  readonly base: ListenerConfigName;
  /** In small letters. */
  readonly listener: string;
  /** The base, behind the mechanism that it is for. */
  readonly own: ListenerConfigName | MechanismConfigName;
}

const PREFIX = 'listener.name.';
const PREFIXED = /^listener\.name\.([a-z0-9_-]+)\.(.+)$/;
/** By its own name what each is the value of, those of mechanisms first. */
const bases = new Map<string, ListenerConfigName>([
  ...saslMechanisms.map((mechanism) => [mechanismConfig(mechanism), OF_MECHANISMS] as const),
  ...OF_LISTENERS.map((name) => [name, name] as const),
]);

/** The listener's setting of how long a log-in by the mechanism is good. */
export function mechanismConfig(mechanism: string): MechanismConfigName {
  return `${mechanism.toLowerCase()}.${OF_MECHANISMS}`;
}

/** Null: no setting of a listener has that name. */
export function listenerSetting(name: string): ListenerSetting | null {
  const [, listener, own] = PREFIXED.exec(name) ?? [];
  const base = bases.get(own);
  return base === undefined ? null : { base, listener, own: own as ListenerSetting['own'] };
}

/**
 * The name that has lost its underscores and hyphens, as that of a variable has: what is between the prefix and the setting is one name. Where that could be the
 * end of a listener's name or a mechanism, it is the mechanism.
 */
export function withListenerName(name: string): string {
  if (!name.startsWith(PREFIX)) return name;
  for (const own of bases.keys()) {
    if (!name.endsWith(`.${own.replaceAll('-', '.')}`)) continue;
    const listener = name.slice(PREFIX.length, -own.length - 1);
    if (listener !== '') return `${PREFIX}${listener.replaceAll('.', '_')}.${own}`;
  }
  return name;
}
