/**
 * Metrics of a store as a prom-client registry, under the names that Kafka's brokers and clients have through the JMX exporter.
 *
 *     const registry = createMetrics(store);
 *     response.setHeader('content-type', registry.contentType).end(await registry.metrics());
 *
 * Promises: everything is read when it is scraped, nothing happens in between and nothing is added to an append; a scrape opens no partition,
 * and never fails because the store is closed or offline. Counters begin at 0 when the store is opened. The door of 'millrace/metrics', and the
 * only room that loads prom-client.
 */
import type { PrometheusContentType, Registry, RegistryContentType } from 'prom-client';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import { addConsumerMetrics } from './consumer-metrics.ts';
import { FlushSummary } from './flush-summary.ts';
import { addLogMetrics } from './log-metrics.ts';
import { registerFamily } from './metric-family.ts';
import { type CheckedMetricsOptions, checkMetricsOptions, type MetricsOptions } from './metrics-options.ts';
import { addProducerMetrics } from './producer-metrics.ts';
import { addTransactionMetrics } from './transaction-metrics.ts';

export type { MetricsOptions } from './metrics-options.ts';

const ofWriters: Record<string, { help: string; value: (store: Store) => number }> = {
  kafka_server_replicamanager_partitioncount: { help: 'Partitions', value: (store) => store.statistics.partitions },
  kafka_server_replicamanager_offlinereplicacount: {
    help: 'Partitions that cannot be written: those that could not be recovered, or all of an offline directory',
    value: ({ failure, statistics }) => (failure === null ? statistics.unavailablePartitions : statistics.partitions),
  },
  kafka_log_logmanager_offlinelogdirectorycount: {
    help: '1 when the data directory went offline after a failed write or flush',
    value: ({ failure }) => (failure === null ? 0 : 1),
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

/**
 * Registers a store's metrics, and those of its producers and consumers, in `options.registry`, or in a new one, and returns it.
 * ERR_MILLRACE_INVALID_ARGUMENT for options that are none; prom-client's own error when the registry has metrics of the same names.
 */
export function createMetrics<ContentType extends RegistryContentType = PrometheusContentType>(
  store: Store | ReadOnlyStore,
  options: MetricsOptions<ContentType> = {},
): Registry<ContentType> {
  const checked = checkMetricsOptions(store, options);
  addLogMetrics(store, checked);
  addStoreMetrics(store, ofStores, checked);
  addConsumerMetrics(store, checked);
  if (!store.isReadOnly) {
    addStoreMetrics(store, ofWriters, checked);
    addRetentionCounters(store, checked);
    addProducerMetrics(store, checked);
    addTransactionMetrics(store, checked);
    const name = `${checked.prefix}kafka_log_logflushstats_logflushrateandtimems`;
    checked.registry.registerMetric(new FlushSummary(store, name));
  }
  return checked.registry as Registry<ContentType>;
}

function addStoreMetrics<T extends Store | ReadOnlyStore>(
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
