/** Metrics of a broker, under the names that those of a Kafka broker have through the JMX exporter. What Kafka counts by network thread is here by listener alone. */
import type { MeasuredApi, MeasuredBroker, MeasuredFailures, MeasuredListener } from './measured-broker.ts';
import { registerFamily, type Sample } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';
import { TimeSummary } from './time-summary.ts';

const SOCKETS = 'kafka_server_socket_server_metrics';
const REQUESTS = 'kafka_network_requestmetrics';
/** As Kafka's BrokerState has them. */
const RUNNING = 3;
const SHUTTING_DOWN = 7;

interface Kind<T> {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly value: (measured: T) => number;
}

const ofListeners: Record<string, Kind<MeasuredListener>> = {
  [`${SOCKETS}_connection_count`]: {
    type: 'gauge',
    help: 'Connections open',
    value: ({ statistics }) => statistics.connections,
  },
  [`${SOCKETS}_connection_creation_total`]: {
    type: 'counter',
    help: 'Connections taken',
    value: ({ statistics }) => statistics.accepted,
  },
  [`${SOCKETS}_connection_close_total`]: {
    type: 'counter',
    help: 'Connections that have ended',
    value: ({ statistics }) => statistics.accepted - statistics.connections,
  },
  [`${SOCKETS}_incoming_byte_total`]: {
    type: 'counter',
    help: 'Bytes from clients',
    value: ({ statistics }) => statistics.bytesIn,
  },
  [`${SOCKETS}_outgoing_byte_total`]: {
    type: 'counter',
    help: 'Bytes to clients',
    value: ({ statistics }) => statistics.bytesOut,
  },
  kafka_network_socketserver_expiredconnectionskilledcount: {
    type: 'counter',
    help: 'Connections closed since they did not log in anew within connections.max.reauth.ms',
    value: ({ statistics }) => statistics.expired,
  },
  millrace_broker_idleconnections_total: {
    type: 'counter',
    help: 'Connections closed since they were silent for connections.max.idle.ms',
    value: ({ statistics }) => statistics.idle,
  },
  millrace_broker_connectionsrefused_total: {
    type: 'counter',
    help: 'Connections closed at once since there are max.connections',
    value: ({ statistics }) => statistics.refused,
  },
  millrace_broker_malformedrequests_total: {
    type: 'counter',
    help: 'Connections closed since they sent what is no request',
    value: ({ statistics }) => statistics.malformed,
  },
  millrace_broker_failedrequests_total: {
    type: 'counter',
    help: 'Connections closed since a request failed by a fault of the broker',
    value: ({ statistics }) => statistics.failed,
  },
  millrace_broker_requestsinprogress: {
    type: 'gauge',
    help: 'Requests begun and not answered',
    value: ({ pendingRequests }) => pendingRequests,
  },
};

const ofBrokers: Record<string, Kind<MeasuredBroker>> = {
  kafka_server_kafkaserver_brokerstate: {
    type: 'gauge',
    help: '3: running, 7: shutting down',
    value: ({ isClosing }) => (isClosing ? SHUTTING_DOWN : RUNNING),
  },
  kafka_server_fetchsessioncache_numincrementalfetchsessions: {
    type: 'gauge',
    help: 'Fetch sessions',
    value: ({ fetchSessions }) => fetchSessions.count,
  },
  kafka_server_fetchsessioncache_numincrementalfetchpartitionscached: {
    type: 'gauge',
    help: 'Partitions that they have',
    value: ({ fetchSessions }) => fetchSessions.partitionCount,
  },
  kafka_server_fetchsessioncache_incrementalfetchsessionevictions_total: {
    type: 'counter',
    help: 'Fetch sessions that made room for others',
    value: ({ fetchSessions }) => fetchSessions.evictions,
  },
};

const ofTopics: Record<string, { help: string; field: keyof MeasuredFailures }> = {
  failedproducerequests: { help: 'Appends that failed by what is no everyday error', field: 'produceFailures' },
  failedfetchrequests: { help: 'Reads that failed by what is no everyday error', field: 'fetchFailures' },
  bytesrejected: { help: 'Bytes of batches that were too large', field: 'bytesRejected' },
};

export function addBrokerMetrics(broker: MeasuredBroker, options: CheckedMetricsOptions): void {
  addTopicMetrics(broker, options);
  addListenerMetrics(broker, options);
  addRequestMetrics(broker, options);
  for (const [name, { type, help, value }] of Object.entries(ofBrokers)) {
    const samples = () => [{ labels: {}, value: value(broker) }];
    registerFamily(options, { type, name, help, labelNames: [], samples });
  }
  registerFamily(options, {
    type: 'gauge',
    name: 'kafka_server_delayedoperationpurgatory_numdelayedoperations',
    help: 'Requests that wait for something: fetches for records',
    labelNames: ['delayedOperation'],
    samples: () => [{ labels: { delayedOperation: 'Fetch' }, value: broker.statistics.waitingFetches }],
  });
}

function addTopicMetrics({ store, statistics }: MeasuredBroker, options: CheckedMetricsOptions): void {
  for (const [word, { help, field }] of Object.entries(ofTopics)) {
    registerFamily(options, {
      type: 'counter',
      name: `kafka_server_brokertopicmetrics_${word}_total`,
      help: `${help}, since the broker was started`,
      labelNames: ['topic'],
      // What a store had when it was closed stays.
      samples: () =>
        store.isClosed
          ? null
          : store.topics().map(({ name }) => ({
              labels: { topic: name },
              value: statistics.failures.of(name)?.[field] ?? 0,
            })),
    });
  }
}

function addListenerMetrics(broker: MeasuredBroker, options: CheckedMetricsOptions): void {
  for (const [name, { type, help, value }] of Object.entries(ofListeners)) {
    registerFamily(options, {
      type,
      name,
      help,
      labelNames: ['listener'],
      samples: () => broker.listeners.map((each) => ({ labels: { listener: each.name }, value: value(each) })),
    });
  }
}

function addRequestMetrics({ statistics }: MeasuredBroker, options: CheckedMetricsOptions): void {
  const counter = (word: string, help: string, labels: readonly string[], of: (api: MeasuredApi) => Sample[]): void => {
    registerFamily(options, {
      type: 'counter',
      name: `${REQUESTS}_${word}_total`,
      help,
      labelNames: ['request', ...labels],
      samples: () => statistics.apis.flatMap(of),
    });
  };
  counter('requests', 'Requests', ['version'], ({ name, versions }) =>
    versions.flatMap((value, version) => (value === 0 ? [] : [{ labels: { request: name, version }, value }])),
  );
  counter('errors', 'Errors in answers, of requests and of their parts', ['error'], ({ name, errors }) =>
    Array.from(errors, ([error, value]) => ({ labels: { request: name, error }, value })),
  );
  counter('requestbytes', 'Bytes of requests', [], ({ name, requestBytes: value }) => [
    { labels: { request: name }, value },
  ]);
  counter('responsebytes', 'Bytes of answers', [], ({ name, responseBytes: value }) => [
    { labels: { request: name }, value },
  ]);
  options.registry.registerMetric(
    new TimeSummary({
      name: `${options.prefix}${REQUESTS}_totaltimems`,
      help: 'From the last byte of a request to its answer on the way, in milliseconds',
      labelNames: ['request'],
      times: () =>
        statistics.apis.map(({ name, recentMs, totalMs, answered }) => ({
          labels: { request: name },
          newestMs: recentMs.sorted(),
          totalMs,
          count: answered,
        })),
    }),
  );
}
