/**
 * Settings of a broker that are the defaults of its topics' settings. Where several mean the same, the first that was set counts: `log.retention.ms` before
 * `log.retention.minutes` before `log.retention.hours`. (ServerTopicConfigSynonyms.)
 */
import { type BrokerConfigDefinition, topicDefault } from './config-kind.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export const topicDefaultConfigs = {
  'compression.gzip.level': topicDefault('compression.gzip.level'),
  'compression.lz4.level': topicDefault('compression.lz4.level'),
  'compression.type': topicDefault('compression.type'),
  'compression.zstd.level': topicDefault('compression.zstd.level'),
  'log.cleaner.delete.retention.ms': topicDefault('delete.retention.ms'),
  'log.cleaner.max.compaction.lag.ms': topicDefault('max.compaction.lag.ms'),
  'log.cleaner.min.cleanable.ratio': topicDefault('min.cleanable.dirty.ratio'),
  'log.cleaner.min.compaction.lag.ms': topicDefault('min.compaction.lag.ms'),
  'log.cleanup.policy': topicDefault('cleanup.policy'),
  'log.flush.interval.messages': topicDefault('flush.messages'),
  'log.flush.interval.ms': topicDefault('flush.ms'),
  'log.flush.scheduler.interval.ms': topicDefault('flush.ms', {
    documentation: 'The default of the topics’ flush.ms, where log.flush.interval.ms is not set.',
  }),
  'log.index.interval.bytes': topicDefault('index.interval.bytes'),
  'log.index.size.max.bytes': topicDefault('segment.index.bytes'),
  'log.local.retention.bytes': topicDefault('local.retention.bytes'),
  'log.local.retention.ms': topicDefault('local.retention.ms'),
  'log.message.timestamp.after.max.ms': topicDefault('message.timestamp.after.max.ms'),
  'log.message.timestamp.before.max.ms': topicDefault('message.timestamp.before.max.ms'),
  'log.message.timestamp.type': topicDefault('message.timestamp.type'),
  'log.preallocate': topicDefault('preallocate'),
  'log.retention.bytes': topicDefault('retention.bytes'),
  'log.retention.ms': topicDefault('retention.ms', {
    documentation: 'The default of the topics’ retention.ms: three days, where Kafka’s is seven.',
  }),
  'log.retention.minutes': topicDefault('retention.ms', {
    unit: MINUTE_MS,
    documentation: 'The default of the topics’ retention.ms in minutes, where log.retention.ms is not set.',
  }),
  'log.retention.hours': topicDefault('retention.ms', {
    unit: HOUR_MS,
    documentation:
      'The default of the topics’ retention.ms in hours, where neither log.retention.ms nor log.retention.minutes is set.',
  }),
  'log.roll.jitter.ms': topicDefault('segment.jitter.ms'),
  'log.roll.jitter.hours': topicDefault('segment.jitter.ms', {
    unit: HOUR_MS,
    documentation: 'The default of the topics’ segment.jitter.ms in hours, where log.roll.jitter.ms is not set.',
  }),
  'log.roll.ms': topicDefault('segment.ms'),
  'log.roll.hours': topicDefault('segment.ms', {
    unit: HOUR_MS,
    documentation: 'The default of the topics’ segment.ms in hours, where log.roll.ms is not set.',
  }),
  'log.segment.bytes': topicDefault('segment.bytes'),
  'log.segment.delete.delay.ms': topicDefault('file.delete.delay.ms'),
  'message.max.bytes': topicDefault('max.message.bytes'),
  'min.insync.replicas': topicDefault('min.insync.replicas'),
  'unclean.leader.election.enable': topicDefault('unclean.leader.election.enable'),
} as const satisfies Record<string, BrokerConfigDefinition>;
