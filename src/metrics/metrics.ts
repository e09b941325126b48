/**
 * Metrics of a store, or of a broker with its store, as a prom-client registry, under the names that Kafka's brokers and clients have through the JMX exporter.
 *
 *     const registry = createMetrics(store);
 *     response.setHeader('content-type', registry.contentType).end(await registry.metrics());
 *
 * Promises: everything is read when it is scraped, nothing happens in between and nothing is added to an append; a scrape opens no partition but those of `__consumer_offsets`,
 * and never fails because the store is closed or offline. Counters begin at 0 when the store is opened. The door of 'millrace/metrics', and the
 * only room that loads prom-client.
 */
import type { PrometheusContentType, Registry, RegistryContentType } from 'prom-client';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import { addBrokerMetrics } from './broker-metrics.ts';
import { checkMeasuredBroker, type MeasuredBroker } from './measured-broker.ts';
import { checkMetricsOptions, type MetricsOptions } from './metrics-options.ts';
import { addStoreMetrics } from './store-metrics.ts';

export type { MeasuredBroker } from './measured-broker.ts';
export type { MetricsOptions } from './metrics-options.ts';

/**
 * Registers a store's metrics, and those of its producers and consumers, in `options.registry`, or in a new one, and returns it.
 * ERR_MILLRACE_INVALID_ARGUMENT for options that are none; prom-client's own error when the registry has metrics of the same names.
 */
export function createMetrics<ContentType extends RegistryContentType = PrometheusContentType>(
  store: Store | ReadOnlyStore,
  options: MetricsOptions<ContentType> = {},
): Registry<ContentType> {
  const checked = checkMetricsOptions(store, options);
  addStoreMetrics(store, checked);
  return checked.registry as Registry<ContentType>;
}

/** Registers a broker's metrics, and all those of the store that it serves; otherwise as `createMetrics`. */
export function createBrokerMetrics<ContentType extends RegistryContentType = PrometheusContentType>(
  broker: MeasuredBroker,
  options: MetricsOptions<ContentType> = {},
): Registry<ContentType> {
  checkMeasuredBroker(broker);
  const checked = checkMetricsOptions(broker.store, options);
  addStoreMetrics(broker.store, checked);
  addBrokerMetrics(broker, checked);
  return checked.registry as Registry<ContentType>;
}
