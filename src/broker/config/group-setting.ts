/** The settings that a group may have of its own (KIP-848, Kafka's GroupConfig): each is one of the broker's for it, within bounds that the broker has. */
import type { GroupOverrides } from '../../group/consumer/consumer-environment.ts';
import type { BrokerConfig, BrokerConfigName } from '../broker-config.ts';

export interface GroupSetting {
  readonly name: string;
  /** What a group has that has none of its own. */
  readonly default: BrokerConfigName;
  readonly min: BrokerConfigName;
  readonly max: BrokerConfigName;
  readonly documentation: string;
}

const SESSION = 'consumer.session.timeout.ms';
const HEARTBEAT = 'consumer.heartbeat.interval.ms';

/** In the order of their names. */
export const groupSettings: readonly GroupSetting[] = [
  {
    name: HEARTBEAT,
    default: 'group.consumer.heartbeat.interval.ms',
    min: 'group.consumer.min.heartbeat.interval.ms',
    max: 'group.consumer.max.heartbeat.interval.ms',
    documentation: 'How often members of the group are told to be heard of, where they use the consumer protocol.',
  },
  {
    name: SESSION,
    default: 'group.consumer.session.timeout.ms',
    min: 'group.consumer.min.session.timeout.ms',
    max: 'group.consumer.max.session.timeout.ms',
    documentation: 'How long a member of the group may be silent that uses the consumer protocol.',
  },
];

/** What a group has of its own, by name, as text: what of it is not possible, or null. */
export function faultOf(configs: ReadonlyMap<string, string>, broker: BrokerConfig): string | null {
  for (const [name, text] of configs) {
    const setting = groupSettings.find((each) => each.name === name);
    if (setting === undefined) return `Unknown group config name: ${name}`;
    const value = whole(text);
    if (value === null) return `Invalid value ${text} for configuration ${name}: Not a number of type INT`;
    if (value < (broker[setting.min] as number)) return `${name} must be greater than or equal to ${setting.min}`;
    if (value > (broker[setting.max] as number)) return `${name} must be less than or equal to ${setting.max}`;
  }
  const { sessionTimeoutMs, heartbeatIntervalMs } = overridesOf(configs);
  const sessionMs = sessionTimeoutMs ?? broker['group.consumer.session.timeout.ms'];
  const heartbeatMs = heartbeatIntervalMs ?? broker['group.consumer.heartbeat.interval.ms'];
  return configs.size > 0 && sessionMs <= heartbeatMs ? `${SESSION} must be greater than ${HEARTBEAT}` : null;
}

/** Of settings in which there is no fault. */
export function overridesOf(configs: ReadonlyMap<string, string>): GroupOverrides {
  const [session, heartbeat] = [configs.get(SESSION), configs.get(HEARTBEAT)];
  return {
    sessionTimeoutMs: session === undefined ? undefined : Number(session),
    heartbeatIntervalMs: heartbeat === undefined ? undefined : Number(heartbeat),
  };
}

function whole(text: string): number | null {
  const value = /^\s*[+-]?\d{1,10}\s*$/.test(text) ? Number(text) : null;
  return value !== null && Math.abs(value) <= 0x7fff_ffff ? value : null;
}
