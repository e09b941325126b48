/**
 * The settings of a topic, under Kafka's own names, with Kafka's types, bounds and defaults.
 *
 * Other than Kafka's: `retention.ms` is three days by default, and `segment.bytes` may be as small as 1 KiB. All are checked at the door and
 * stored; `obeyed` says which of them this version acts on. (TopicConfig, LogConfig.)
 */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import { BATCH_BYTES_MAX, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN } from '../limits.ts';
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '../log/log-settings.ts';
import type { CompressionName, TimestampType } from '../types.ts';
import {
  choice,
  type ConfigDefinition,
  type ConfigValue,
  decimal,
  flag,
  list,
  replicaList,
  whole,
} from './config-value.ts';
import { suggestion } from './nearest-name.ts';

const INT_MAX = 0x7fff_ffff;
/** Kafka writes 2^63 - 1. */
const NEVER = Number.MAX_SAFE_INTEGER;
const HOUR_MS = 60 * 60 * 1000;
const {
  segmentBytes,
  segmentMs,
  segmentIndexBytes,
  indexIntervalBytes,
  maxMessageBytes,
  retentionMs,
  timestampAfterMaxMs,
} = DEFAULT_LOG_SETTINGS;

export const topicConfigs = {
  'cleanup.policy': list({ default: 'delete', values: ['delete', 'compact'] }),
  'compression.gzip.level': levelOrDefault(whole({ default: -1, min: 1, max: 9 })),
  'compression.lz4.level': whole({ default: 9, min: 1, max: 17 }),
  'compression.type': choice({
    default: 'producer',
    values: ['producer', 'uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'],
    obeyed: true,
  }),
  'compression.zstd.level': whole({ default: 3, min: -131_072, max: 22 }),
  'delete.retention.ms': whole({ default: 24 * HOUR_MS, min: 0 }),
  'file.delete.delay.ms': whole({ default: 60_000, min: 0 }),
  'flush.messages': whole({ default: NEVER, min: 1, obeyed: true }),
  'flush.ms': whole({ default: NEVER, min: 0, obeyed: true }),
  'follower.replication.throttled.replicas': replicaList(),
  'index.interval.bytes': whole({ default: indexIntervalBytes, min: 0, max: INT_MAX, obeyed: true }),
  'leader.replication.throttled.replicas': replicaList(),
  'local.retention.bytes': whole({ default: -2, min: -2 }),
  'local.retention.ms': whole({ default: -2, min: -2 }),
  'max.compaction.lag.ms': whole({ default: NEVER, min: 1 }),
  'max.message.bytes': whole({ default: maxMessageBytes, min: 0, max: BATCH_BYTES_MAX, obeyed: true }),
  'message.timestamp.after.max.ms': whole({ default: timestampAfterMaxMs, min: 0, obeyed: true }),
  'message.timestamp.before.max.ms': whole({ default: NEVER, min: 0, obeyed: true }),
  'message.timestamp.type': choice({ default: 'CreateTime', values: ['CreateTime', 'LogAppendTime'], obeyed: true }),
  'min.cleanable.dirty.ratio': decimal({ default: 0.5, min: 0, max: 1 }),
  'min.compaction.lag.ms': whole({ default: 0, min: 0 }),
  'min.insync.replicas': whole({ default: 1, min: 1, max: INT_MAX }),
  preallocate: flag({ default: false }),
  'remote.log.copy.disable': flag({ default: false }),
  'remote.log.delete.on.disable': flag({ default: false }),
  'remote.storage.enable': flag({ default: false, only: false }),
  'retention.bytes': whole({ default: -1, min: -NEVER, obeyed: true }),
  'retention.ms': whole({ default: retentionMs, min: -1, obeyed: true }),
  'segment.bytes': whole({ default: segmentBytes, min: SEGMENT_BYTES_MIN, max: SEGMENT_BYTES_MAX, obeyed: true }),
  'segment.index.bytes': whole({ default: segmentIndexBytes, min: 4, max: INT_MAX, obeyed: true }),
  'segment.jitter.ms': whole({ default: 0, min: 0 }),
  'segment.ms': whole({ default: segmentMs, min: 1, obeyed: true }),
  'unclean.leader.election.enable': flag({ default: false }),
} as const satisfies Record<string, ConfigDefinition>;

export type TopicConfigName = keyof typeof topicConfigs;

/** Settings that were checked: those of a topic that differ from the store's defaults, or all of them. */
export type TopicConfig = Readonly<Partial<Record<TopicConfigName, ConfigValue>>>;
/** Settings as a caller passes them; `null` takes one back to its default. */
export type TopicConfigInput = Readonly<Partial<Record<TopicConfigName, ConfigValue | readonly string[] | null>>>;

export const topicConfigNames = Object.keys(topicConfigs) as TopicConfigName[];

/** `config` with `changes`; throws ERR_MILLRACE_INVALID_ARGUMENT for a name that is none and for a value that its setting cannot have. */
export function changeTopicConfig(config: TopicConfig, changes: unknown): TopicConfig {
  if (typeof changes !== 'object' || changes === null || Array.isArray(changes)) {
    throw invalidArgument('config', 'an object of topic settings', changes);
  }
  const changed: Partial<Record<TopicConfigName, ConfigValue>> = { ...config };
  for (const [name, input] of Object.entries(changes)) {
    const definition = definitionOf(name);
    if (input === null) delete changed[name as TopicConfigName];
    if (input === null || input === undefined) continue;
    const value = definition.parse(input);
    if (value === null) throw invalidArgument(name, definition.expected, input);
    changed[name as TopicConfigName] = value;
  }
  return changed;
}

/** All settings: a topic's own, the store's defaults, Kafka's. Throws for settings that contradict each other. */
export function effectiveConfig(config: TopicConfig, defaults: TopicConfig): Required<TopicConfig> {
  const all = Object.fromEntries(
    topicConfigNames.map((name) => [name, config[name] ?? defaults[name] ?? topicConfigs[name].default]),
  ) as Required<TopicConfig>;
  const [least, most] = [all['min.compaction.lag.ms'], all['max.compaction.lag.ms']];
  if (least > most)
    throw invalidArgument('min.compaction.lag.ms', `at most max.compaction.lag.ms, which is ${most}`, least);
  return all;
}

/** What of the settings a log obeys, in its own words. */
export function logSettings(config: TopicConfig, defaults: TopicConfig): LogSettings {
  const all = effectiveConfig(config, defaults);
  const compression = all['compression.type'] as CompressionName | 'producer' | 'uncompressed';
  return {
    segmentBytes: all['segment.bytes'] as number,
    segmentMs: all['segment.ms'] as number,
    segmentIndexBytes: all['segment.index.bytes'] as number,
    indexIntervalBytes: all['index.interval.bytes'] as number,
    maxMessageBytes: all['max.message.bytes'] as number,
    timestampType: all['message.timestamp.type'] as TimestampType,
    compression: compression === 'uncompressed' ? 'none' : compression,
    flushMessages: all['flush.messages'] as number,
    flushMs: all['flush.ms'] as number,
    cleanupDelete: (all['cleanup.policy'] as string).split(',').includes('delete'),
    retentionMs: all['retention.ms'] as number,
    retentionBytes: all['retention.bytes'] as number,
    timestampBeforeMaxMs: all['message.timestamp.before.max.ms'] as number,
    timestampAfterMaxMs: all['message.timestamp.after.max.ms'] as number,
  };
}

/** The names in `config` that this version stores and does not act on. */
export function notObeyed(config: TopicConfig): TopicConfigName[] {
  return topicConfigNames.filter((name) => config[name] !== undefined && !topicConfigs[name].obeyed);
}

function definitionOf(name: string): ConfigDefinition {
  if (Object.hasOwn(topicConfigs, name)) return topicConfigs[name as TopicConfigName];
  throw new MillraceError(
    'ERR_MILLRACE_INVALID_ARGUMENT',
    `${show(name)} is no topic setting${suggestion(name, topicConfigNames)}`,
  );
}

/** gzip's levels, and -1 for the codec's own default. */
function levelOrDefault(levels: ConfigDefinition): ConfigDefinition {
  return {
    ...levels,
    expected: `${levels.expected}, or -1`,
    parse: (input) => (input === -1 || input === '-1' ? -1 : levels.parse(input)),
  };
}
