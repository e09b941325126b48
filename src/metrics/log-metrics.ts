/**
 * Metrics of a store's logs: what went in and out of each topic, and where each partition begins and ends. Of the partitions that are open: a scrape
 * opens none. A store that is opened for reading looks once for what the writer has added to these.
 */
import { isMillraceError } from '../errors.ts';
import type { LogReader } from '../log/log-reader.ts';
import type { LogTraffic } from '../log/log-traffic.ts';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import type { TopicPartition } from '../types.ts';
import { oncePerScrape, registerFamily, type Sample } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';

interface OpenLog extends TopicPartition {
  readonly log: LogReader;
}

const reading: Record<string, { help: string; field: keyof LogTraffic }> = {
  bytesout: { help: 'Bytes of batches read', field: 'bytesOut' },
  totalfetchrequests: { help: 'Reads that returned batches', field: 'reads' },
};

const writing: Record<string, { help: string; field: keyof LogTraffic }> = {
  messagesin: { help: 'Records appended', field: 'recordsIn' },
  bytesin: { help: 'Bytes of batches appended', field: 'bytesIn' },
  totalproducerequests: { help: 'Appends', field: 'appends' },
};

const ofPartitions: Record<string, { help: string; value: (log: LogReader) => number }> = {
  kafka_log_log_size: { help: 'Bytes of all segments', value: ({ size }) => size },
  kafka_log_log_numlogsegments: { help: 'Segments', value: ({ segmentCount }) => segmentCount },
  kafka_log_log_logstartoffset: { help: 'First offset that can be read', value: ({ startOffset }) => startOffset },
  kafka_log_log_logendoffset: { help: 'Offset that the next record gets', value: ({ endOffset }) => endOffset },
};

export function addLogMetrics(store: Store | ReadOnlyStore, options: CheckedMetricsOptions): void {
  const logs = oncePerScrape(() => openLogs(store));
  for (const [word, { help, field }] of Object.entries(store.isReadOnly ? reading : { ...writing, ...reading })) {
    registerFamily(options, {
      type: 'counter',
      name: `kafka_server_brokertopicmetrics_${word}_total`,
      help: `${help}, since the store was opened`,
      labelNames: ['topic'],
      // What a store had when it was closed stays.
      samples: () => (store.isClosed ? null : topicSamples(store, logs(), field)),
    });
  }
  for (const [name, { help, value }] of Object.entries(ofPartitions)) {
    registerFamily(options, {
      type: 'gauge',
      name,
      help,
      labelNames: ['topic', 'partition'],
      samples: () => logs().map(({ topic, partition, log }) => ({ labels: { topic, partition }, value: value(log) })),
    });
  }
  if (!store.isReadOnly) addDurableOffset(store, options);
}

function addDurableOffset(store: Store, options: CheckedMetricsOptions): void {
  registerFamily(options, {
    type: 'gauge',
    name: 'millrace_log_durableoffset',
    help: 'All before it is on stable storage',
    labelNames: ['topic', 'partition'],
    samples: () =>
      (store.isClosed ? [] : store.openPartitions()).map(({ topic, partition, log }) => ({
        labels: { topic, partition },
        value: log.durableOffset,
      })),
  });
}

/** Topics of a store that writes begin at 0, so that the first record is seen as an increase. */
function topicSamples(store: Store | ReadOnlyStore, logs: readonly OpenLog[], field: keyof LogTraffic): Sample[] {
  const topics = store.isReadOnly ? [] : store.topics();
  return [
    ...topics.map(({ name }) => ({ labels: { topic: name }, value: 0 })),
    ...logs.map(({ topic, log }) => ({ labels: { topic }, value: log.traffic[field] })),
  ];
}

function openLogs(store: Store | ReadOnlyStore): OpenLog[] {
  if (store.isClosed) return [];
  if (!store.isReadOnly) return store.openPartitions();
  return store.openPartitions().filter(({ log }) => {
    try {
      log.refresh();
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      // What cannot be looked at is shown as it was last seen; one that is gone is not shown.
    }
    return !log.isClosed;
  });
}
