/**
 * Metrics of a store as a prom-client registry, under the names that Kafka's brokers have through the JMX exporter.
 *
 *     const registry = createMetrics(store);
 *     response.setHeader('content-type', registry.contentType).end(await registry.metrics());
 *
 * Promises: everything is read when it is scraped, nothing happens in between and nothing is added to an append; a scrape opens no partition,
 * and never fails because the store is closed or offline. Counters begin at 0 when the store is opened. The door of 'millrace/metrics', and the
 * only room that loads prom-client.
 */
import { Counter, Gauge, type PrometheusContentType, type Registry, type RegistryContentType } from 'prom-client';
import type { OpenPartition, Store } from '../store/store.ts';
import { FlushSummary } from './flush-summary.ts';
import { type CheckedMetricsOptions, checkMetricsOptions, type MetricsOptions } from './metrics-options.ts';

export type { MetricsOptions } from './metrics-options.ts';

type PartitionLabel = 'topic' | 'partition';

const perTopic: Record<string, { help: string; value: (partition: OpenPartition) => number }> = {
  messagesin: { help: 'Records appended', value: ({ log }) => log.traffic.recordsIn },
  bytesin: { help: 'Bytes of batches appended', value: ({ log }) => log.traffic.bytesIn },
  bytesout: { help: 'Bytes of batches read', value: ({ log }) => log.traffic.bytesOut },
  totalproducerequests: { help: 'Appends', value: ({ log }) => log.traffic.appends },
  totalfetchrequests: { help: 'Reads that returned batches', value: ({ log }) => log.traffic.reads },
};

const perPartition: Record<string, { help: string; value: (partition: OpenPartition) => number }> = {
  kafka_log_log_size: { help: 'Bytes of all segments', value: ({ log }) => log.size },
  kafka_log_log_numlogsegments: { help: 'Segments', value: ({ log }) => log.segmentCount },
  kafka_log_log_logstartoffset: { help: 'First offset that can be read', value: ({ log }) => log.startOffset },
  kafka_log_log_logendoffset: { help: 'Offset that the next record gets', value: ({ log }) => log.endOffset },
  millrace_log_durableoffset: { help: 'All before it is on stable storage', value: ({ log }) => log.durableOffset },
};

const perStore: Record<string, { help: string; value: (store: Store) => number }> = {
  kafka_server_replicamanager_partitioncount: { help: 'Partitions', value: (store) => store.statistics.partitions },
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
  millrace_store_openpartitions: { help: 'Partitions open', value: (store) => store.statistics.openPartitions },
  millrace_windows_count: { help: 'Mappings of sealed data kept', value: (store) => store.statistics.windows.count },
  millrace_windows_bytes: { help: 'Bytes of these mappings', value: (store) => store.statistics.windows.bytes },
};

/**
 * Registers a store's metrics in `options.registry`, or in a new one, and returns it. ERR_MILLRACE_INVALID_ARGUMENT for options that are none;
 * prom-client's own error when the registry has metrics of the same names.
 */
export function createMetrics<ContentType extends RegistryContentType = PrometheusContentType>(
  store: Store,
  options: MetricsOptions<ContentType> = {},
): Registry<ContentType> {
  const checked = checkMetricsOptions(store, options);
  addTopicCounters(store, checked);
  addPartitionGauges(store, checked);
  addStoreGauges(store, checked);
  const name = `${checked.prefix}kafka_log_logflushstats_logflushrateandtimems`;
  checked.registry.registerMetric(new FlushSummary(store, name));
  return checked.registry as Registry<ContentType>;
}

function addTopicCounters(store: Store, { registry, prefix }: CheckedMetricsOptions): void {
  for (const [word, { help, value }] of Object.entries(perTopic)) {
    const name = `${prefix}kafka_server_brokertopicmetrics_${word}_total`;
    const counter = new Counter({
      name,
      help: `${help}, since the store was opened`,
      labelNames: ['topic'],
      registers: [],
      collect() {
        // What a store had when it was closed stays.
        if (store.isClosed) return;
        this.reset();
        for (const topic of store.topics()) this.inc({ topic: topic.name }, 0);
        for (const partition of store.openPartitions()) this.inc({ topic: partition.topic }, value(partition));
      },
    });
    registry.registerMetric(counter);
  }
}

function addPartitionGauges(store: Store, { registry, prefix }: CheckedMetricsOptions): void {
  for (const [name, { help, value }] of Object.entries(perPartition)) {
    const gauge = new Gauge<PartitionLabel>({
      name: `${prefix}${name}`,
      help,
      labelNames: ['topic', 'partition'],
      registers: [],
      collect() {
        this.reset();
        if (store.isClosed) return;
        for (const open of store.openPartitions()) {
          this.set({ topic: open.topic, partition: open.partition }, value(open));
        }
      },
    });
    registry.registerMetric(gauge);
  }
}

function addStoreGauges(store: Store, { registry, prefix }: CheckedMetricsOptions): void {
  for (const [name, { help, value }] of Object.entries(perStore)) {
    const gauge = new Gauge({
      name: `${prefix}${name}`,
      help,
      registers: [],
      collect() {
        this.set(value(store));
      },
    });
    registry.registerMetric(gauge);
  }
}
