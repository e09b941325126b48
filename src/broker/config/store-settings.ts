/** What of a broker's settings its store is told. */
import type { MigrationPolicy } from '../../group/migration/migration-policy.ts';
import { TIMER_MAX_MS } from '../../limits.ts';
import type { StoreOptions } from '../../store/store-options.ts';
import type { TopicConfigInput } from '../../store/topic-config.ts';
import { type CheckedBrokerConfig, type BrokerConfigName, brokerConfigs } from '../broker-config.ts';
import { type BrokerConfigDefinition, inTopicUnits } from './config-kind.ts';

const MS_PER_MINUTE = 60_000;

/** Defaults of topics that somebody has set, each by the strongest of the settings that mean it. */
export function topicDefaultsOf({ config, given }: CheckedBrokerConfig): TopicConfigInput {
  const defaults: Record<string, TopicConfigInput[keyof TopicConfigInput]> = {};
  for (const [name, { topic }] of Object.entries(brokerConfigs) as [BrokerConfigName, BrokerConfigDefinition][]) {
    if (topic === undefined || !given.has(name) || topic.name in defaults) continue;
    defaults[topic.name] = inTopicUnits(config[name]!, topic.unit);
  }
  return defaults;
}

export function storeSettingsOf(checked: CheckedBrokerConfig): StoreOptions & { readonly readOnly?: false } {
  const { config } = checked;
  return {
    nodeId: config['node.id'] ?? config['broker.id'] ?? undefined,
    defaults: topicDefaultsOf(checked),
    checkpointIntervalMs: config['log.flush.offset.checkpoint.interval.ms'],
    compactionBufferBytes: config['log.cleaner.dedupe.buffer.size'],
    compactionBytesPerSecond: wholeRate(config['log.cleaner.io.max.bytes.per.second']),
    compactionIntervalMs: Math.min(config['log.cleaner.backoff.ms'], TIMER_MAX_MS),
    groupConsumerAssignors: config['group.consumer.assignors'].split(','),
    groupConsumerHeartbeatIntervalMs: config['group.consumer.heartbeat.interval.ms'],
    groupConsumerMaxSize: config['group.consumer.max.size'],
    groupConsumerMigrationPolicy: config['group.consumer.migration.policy'] as MigrationPolicy,
    groupConsumerRegexRefreshIntervalMs: config['group.consumer.regex.refresh.interval.ms'],
    groupConsumerSessionTimeoutMs: config['group.consumer.session.timeout.ms'],
    groupInitialRebalanceDelayMs: config['group.initial.rebalance.delay.ms'],
    groupMaxSessionTimeoutMs: config['group.max.session.timeout.ms'],
    groupMaxSize: config['group.max.size'],
    groupMinSessionTimeoutMs: config['group.min.session.timeout.ms'],
    offsetMetadataMaxBytes: config['offset.metadata.max.bytes'],
    offsetsPartitions: config['offsets.topic.num.partitions'],
    offsetsRetentionCheckIntervalMs: Math.min(config['offsets.retention.check.interval.ms'], TIMER_MAX_MS),
    offsetsRetentionMs: config['offsets.retention.minutes'] * MS_PER_MINUTE,
    offsetsSegmentBytes: config['offsets.topic.segment.bytes'],
    producerIdExpirationMs: config['producer.id.expiration.ms'],
    recoveryThreads: config['num.recovery.threads.per.data.dir'],
    retentionCheckIntervalMs: Math.min(config['log.retention.check.interval.ms'], TIMER_MAX_MS),
    transactionMaxTimeoutMs: config['transaction.max.timeout.ms'],
    transactionStatePartitions: config['transaction.state.log.num.partitions'],
    transactionalIdExpirationMs: config['transactional.id.expiration.ms'],
  };
}

/** As a store takes it, to which 0 is no bound. */
function wholeRate(bytesPerSecond: number): number {
  return bytesPerSecond < Number.MAX_SAFE_INTEGER ? Math.floor(bytesPerSecond) : 0;
}
