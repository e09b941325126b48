/**
 * Metrics of a store's consumers, under the names that `consumer-fetch-manager-metrics` of Kafka's Java client have through the JMX exporter. A
 * consumer that was closed, or that nobody has any more, is not shown.
 */
import type { ConsumerPartitionStatistics, ConsumerStatistics } from '../consumer/consumer-statistics.ts';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import { oncePerScrape, registerFamily } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';

interface Measured {
  readonly clientId: string;
  readonly statistics: ConsumerStatistics;
}

const FETCHES = 'kafka_consumer_consumer_fetch_manager_metrics';

const ofTopics = {
  records_consumed_total: { help: 'Records handed out', field: 'records' },
  bytes_consumed_total: { help: 'Bytes of record batches handed out', field: 'bytes' },
} as const;

/** Of each partition; and the one of all that matters, the word for it, and where it is found. */
const ofPartitions = {
  records_lag: { help: 'Offsets that the log has from the position on', field: 'lag', end: 'max', merge: Math.max },
  records_lead: { help: 'Offsets that the log has before the position', field: 'lead', end: 'min', merge: Math.min },
} as const;

export function addConsumerMetrics(store: Store | ReadOnlyStore, options: CheckedMetricsOptions): void {
  const consumers = oncePerScrape((): Measured[] =>
    store.isClosed ? [] : store.openConsumers().map(({ clientId, statistics }) => ({ clientId, statistics })),
  );
  addTopicMetrics(consumers, options);
  addPartitionMetrics(consumers, options);
  registerFamily(options, {
    type: 'counter',
    name: `${FETCHES}_fetch_total`,
    help: 'Batches handed out',
    labelNames: ['client_id'],
    samples: () =>
      consumers().map(({ clientId, statistics }) => {
        const value = statistics.topics.reduce((sum, { batches }) => sum + batches, 0);
        return { labels: { client_id: clientId }, value };
      }),
  });
  registerFamily(options, {
    type: 'gauge',
    name: 'kafka_consumer_consumer_coordinator_metrics_assigned_partitions',
    help: 'Partitions assigned',
    labelNames: ['client_id'],
    samples: () =>
      consumers().map(({ clientId, statistics }) => ({
        labels: { client_id: clientId },
        value: statistics.partitions.length,
      })),
  });
}

function addTopicMetrics(consumers: () => Measured[], options: CheckedMetricsOptions): void {
  for (const [word, { help, field }] of Object.entries(ofTopics)) {
    registerFamily(options, {
      type: 'counter',
      name: `${FETCHES}_${word}`,
      help,
      labelNames: ['client_id', 'topic'],
      samples: () =>
        consumers().flatMap(({ clientId, statistics }) =>
          statistics.topics.map((counts) => ({
            labels: { client_id: clientId, topic: counts.topic },
            value: counts[field],
          })),
        ),
    });
  }
}

function addPartitionMetrics(consumers: () => Measured[], options: CheckedMetricsOptions): void {
  for (const [word, { help, field, end, merge }] of Object.entries(ofPartitions)) {
    const ofOne = ({ clientId, statistics }: Measured) =>
      statistics.partitions.flatMap((partition) => sampleOf(clientId, partition, partition[field]));
    registerFamily(options, {
      type: 'gauge',
      name: `${FETCHES}_${word}`,
      help,
      labelNames: ['client_id', 'topic', 'partition'],
      merge,
      samples: () => consumers().flatMap(ofOne),
    });
    registerFamily(options, {
      type: 'gauge',
      name: `${FETCHES}_${word}_${end}`,
      help: `${help}: ${end} of all partitions assigned`,
      labelNames: ['client_id'],
      merge,
      samples: () =>
        consumers().flatMap((one) =>
          ofOne(one).map(({ labels, value }) => ({ labels: { client_id: labels.client_id }, value })),
        ),
    });
  }
}

function sampleOf(clientId: string, { topic, partition }: ConsumerPartitionStatistics, value: number | null) {
  return value === null ? [] : [{ labels: { client_id: clientId, topic, partition }, value }];
}
