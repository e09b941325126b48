/**
 * Metrics of a store's producers, under the names that `producer-metrics` and `producer-topic-metrics` of Kafka's Java client have through the JMX
 * exporter. A producer that has been closed is not shown any more.
 */
import type { ProducerStatistics, ProducerTopicStatistics } from '../producer/producer-statistics.ts';
import type { SampledStatistics } from '../producer/sampled-value.ts';
import type { Store } from '../store/store.ts';
import { oncePerScrape, registerFamily, type Sample } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';

interface Measured {
  readonly clientId: string;
  readonly statistics: ProducerStatistics;
}

interface Kind<T> {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: (measured: T) => number;
}

const NANOSECONDS_PER_MS = 1e6;

const ofProducers: Record<string, Kind<ProducerStatistics>> = {
  record_send_total: { type: 'counter', help: 'Records of batches sealed', value: sumOf('records') },
  record_error_total: { type: 'counter', help: 'Records that could not be delivered', value: ({ errors }) => errors },
  record_retry_total: { type: 'counter', help: 'Records tried again', value: sumOf('retriedRecords') },
  buffer_total_bytes: {
    type: 'gauge',
    help: 'Bytes that may be sent and not acknowledged',
    value: ({ unacknowledgedBytesMax }) => unacknowledgedBytesMax,
  },
  buffer_available_bytes: {
    type: 'gauge',
    help: 'Bytes of these that are free',
    // One send that is larger than all of it is taken alone.
    value: ({ unacknowledgedBytesMax, unacknowledgedBytes }) =>
      Math.max(unacknowledgedBytesMax - unacknowledgedBytes, 0),
  },
  buffer_exhausted_total: {
    type: 'counter',
    help: 'Sends refused since too many wait',
    value: ({ refusedSends }) => refusedSends,
  },
  bufferpool_wait_time_ns_total: {
    type: 'counter',
    help: 'Nanoseconds that sends have waited for free bytes',
    value: ({ waitedMs }) => waitedMs * NANOSECONDS_PER_MS,
  },
  waiting_threads: { type: 'gauge', help: 'Sends that wait for free bytes', value: ({ waitingSends }) => waitingSends },
};

const ofTopics: Record<string, Kind<ProducerTopicStatistics>> = {
  record_send_total: { type: 'counter', help: 'Records of batches sealed', value: ({ records }) => records },
  byte_total: { type: 'counter', help: 'Bytes of these batches, before compression', value: ({ bytes }) => bytes },
  record_error_total: { type: 'counter', help: 'Records that could not be delivered', value: ({ errors }) => errors },
  record_retry_total: {
    type: 'counter',
    help: 'Records tried again',
    value: ({ retriedRecords }) => retriedRecords,
  },
};

const sampled: Record<string, { help: string; value: (statistics: ProducerStatistics) => SampledStatistics | null }> = {
  batch_size: { help: 'Bytes of a batch, before compression', value: ({ batchSize }) => batchSize },
  record_queue_time: { help: 'Milliseconds that a batch was open', value: ({ queueTimeMs }) => queueTimeMs },
};

export function addProducerMetrics(store: Store, options: CheckedMetricsOptions): void {
  const producers = oncePerScrape((): Measured[] =>
    store.isClosed ? [] : store.openProducers().map(({ clientId, statistics }) => ({ clientId, statistics })),
  );
  addClientMetrics(producers, options);
  addTopicMetrics(producers, options);
  addSampled(producers, options);
  registerFamily(options, {
    type: 'counter',
    name: 'millrace_producer_acknowledgedrecords_total',
    help: 'Records acknowledged',
    labelNames: ['client_id'],
    samples: () => producers().map((one) => sample(one, {}, one.statistics.acknowledgedRecords)),
  });
  registerFamily(options, {
    type: 'counter',
    name: 'millrace_producer_batches_total',
    help: 'Batches sealed, by what sealed them',
    labelNames: ['client_id', 'reason'],
    samples: () =>
      producers().flatMap((one) =>
        Object.entries(one.statistics.batches).map(([reason, count]) => sample(one, { reason }, count)),
      ),
  });
}

function addClientMetrics(producers: () => Measured[], options: CheckedMetricsOptions): void {
  for (const [word, { type, help, value }] of Object.entries(ofProducers)) {
    registerFamily(options, {
      type,
      name: `kafka_producer_producer_metrics_${word}`,
      help,
      labelNames: ['client_id'],
      samples: () => producers().map((one) => sample(one, {}, value(one.statistics))),
    });
  }
}

function addTopicMetrics(producers: () => Measured[], options: CheckedMetricsOptions): void {
  for (const [word, { type, help, value }] of Object.entries(ofTopics)) {
    registerFamily(options, {
      type,
      name: `kafka_producer_producer_topic_metrics_${word}`,
      help,
      labelNames: ['client_id', 'topic'],
      samples: () =>
        producers().flatMap((one) =>
          one.statistics.topics.map((topic) => sample(one, { topic: topic.topic }, value(topic))),
        ),
    });
  }
}

function addSampled(producers: () => Measured[], options: CheckedMetricsOptions): void {
  for (const [word, { help, value }] of Object.entries(sampled)) {
    for (const [end, of] of [
      ['avg', 'average'],
      ['max', 'max'],
    ] as const) {
      registerFamily(options, {
        type: 'gauge',
        name: `kafka_producer_producer_metrics_${word}_${end}`,
        help: `${help}: ${of} of the last half minute or more`,
        labelNames: ['client_id'],
        merge: Math.max,
        samples: () =>
          producers().flatMap((one) => {
            const found = value(one.statistics);
            return found === null ? [] : [sample(one, {}, found[of])];
          }),
      });
    }
  }
}

function sample({ clientId }: Measured, labels: Readonly<Record<string, string>>, value: number): Sample {
  return { labels: { client_id: clientId, ...labels }, value };
}

function sumOf(field: 'records' | 'retriedRecords'): (statistics: ProducerStatistics) => number {
  return ({ topics }) => topics.reduce((sum, topic) => sum + topic[field], 0);
}
