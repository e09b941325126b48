/**
 * Metrics of a store as a whole, and of all that it has: what went in and out, flushes, retention, compaction, transactions, groups, its producers and consumers.
 */
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import { addConsumerMetrics } from './consumer-metrics.ts';
import { addMemberMetrics } from './member-metrics.ts';
import { FlushSummary } from './flush-summary.ts';
import { addGroupMetrics } from './group-metrics.ts';
import { addLogMetrics } from './log-metrics.ts';
import { registerFamily } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';
import { addProducerMetrics } from './producer-metrics.ts';
import { addTransactionMetrics } from './transaction-metrics.ts';

const ofWriters: Record<string, { help: string; value: (store: Store) => number }> = {
  kafka_server_replicamanager_partitioncount: { help: 'Partitions', value: (store) => store.statistics.partitions },
  kafka_server_replicamanager_produceridcount: {
    help: 'Producers that the open partitions remember',
    value: (store) =>
      store.isClosed ? 0 : store.openPartitions().reduce((sum, { log }) => sum + log.activeProducers.length, 0),
  },
  kafka_server_replicamanager_offlinereplicacount: {
    help: 'Partitions that cannot be written: those that could not be recovered, or all of an offline directory',
    value: ({ failure, statistics }) => (failure === null ? statistics.unavailablePartitions : statistics.partitions),
  },
  kafka_log_logmanager_offlinelogdirectorycount: {
    help: '1 when the data directory went offline after a failed write or flush',
    value: ({ failure }) => (failure === null ? 0 : 1),
  },
  kafka_log_logcleanermanager_max_dirty_percent: {
    help: 'How much of the dirtiest compacted log is dirty',
    value: ({ statistics }) => Math.floor(100 * statistics.compaction.maxDirtyRatio),
  },
  kafka_log_logcleanermanager_time_since_last_run_ms: {
    help: 'Since the last compaction ended, or the store was opened',
    value: ({ statistics }) => Math.max(0, Date.now() - statistics.compaction.lastRunAt),
  },
  kafka_log_logcleanermanager_uncleanable_partitions_count: {
    help: 'Partitions that could not be compacted and are left alone',
    value: ({ statistics }) => statistics.compaction.uncleanable.size,
  },
  kafka_log_logcleaner_max_clean_time_secs: {
    help: 'The longest compaction of a log',
    value: ({ statistics }) => statistics.compaction.maxRunMs / 1000,
  },
};

const ofStores: Record<string, { help: string; value: (store: Store | ReadOnlyStore) => number }> = {
  millrace_store_openpartitions: { help: 'Partitions open', value: (store) => store.statistics.openPartitions },
  millrace_windows_count: { help: 'Mappings of sealed data kept', value: (store) => store.statistics.windows.count },
  millrace_windows_bytes: { help: 'Bytes of these mappings', value: (store) => store.statistics.windows.bytes },
};

const ofRetention: Record<string, { help: string; value: (store: Store) => number }> = {
  checks: { help: 'Looks for old segments', value: (store) => store.statistics.retention.checks },
  segments: { help: 'Segments that retention removed', value: (store) => store.statistics.retention.segments },
  bytes: { help: 'Bytes of their batches', value: (store) => store.statistics.retention.bytes },
};

export function addStoreMetrics(store: Store | ReadOnlyStore, options: CheckedMetricsOptions): void {
  addLogMetrics(store, options);
  addGauges(store, ofStores, options);
  addConsumerMetrics(store, options);
  addMemberMetrics(store, options);
  if (store.isReadOnly) return;
  addGauges(store, ofWriters, options);
  addRetentionCounters(store, options);
  addProducerMetrics(store, options);
  addTransactionMetrics(store, options);
  addGroupMetrics(store, options);
  const name = `${options.prefix}kafka_log_logflushstats_logflushrateandtimems`;
  options.registry.registerMetric(new FlushSummary(store, name));
}

function addGauges<T extends Store | ReadOnlyStore>(
  store: T,
  kinds: Record<string, { help: string; value: (store: T) => number }>,
  options: CheckedMetricsOptions,
): void {
  for (const [name, { help, value }] of Object.entries(kinds)) {
    const samples = () => [{ labels: {}, value: value(store) }];
    registerFamily(options, { type: 'gauge', name, help, labelNames: [], samples });
  }
}

function addRetentionCounters(store: Store, options: CheckedMetricsOptions): void {
  for (const [word, { help, value }] of Object.entries(ofRetention)) {
    const name = `millrace_retention_${word}_total`;
    const samples = () => [{ labels: {}, value: value(store) }];
    const sinceOpened = `${help}, since the store was opened`;
    registerFamily(options, { type: 'counter', name, help: sinceOpened, labelNames: [], samples });
  }
}
