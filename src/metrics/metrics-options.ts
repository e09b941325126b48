/** What `createMetrics` can be told, checked at the door. */
import { type PrometheusContentType, Registry, type RegistryContentType } from 'prom-client';
import { invalidArgument } from '../errors.ts';
import { GROUP_SERIES_DEFAULT } from '../limits.ts';
import { ReadOnlyStore } from '../store/read-only-store.ts';
import { Store } from '../store/store.ts';

export interface MetricsOptions<ContentType extends RegistryContentType = PrometheusContentType> {
  /** Where to register; default: a new registry, to scrape or to merge into another. */
  readonly registry?: Registry<ContentType>;
  /** Put before every name, to have two stores in one registry. Default: nothing. */
  readonly prefix?: string;
  /** Time series about single groups, at most; groups that have no room are counted. Default 10,000: some two megabytes. */
  readonly groupSeriesMax?: number;
}

export interface CheckedMetricsOptions {
  readonly registry: Registry;
  readonly prefix: string;
  readonly groupSeriesMax: number;
}

export function checkMetricsOptions(store: unknown, options: unknown): CheckedMetricsOptions {
  if (!(store instanceof Store || store instanceof ReadOnlyStore)) throw invalidArgument('store', 'a store', store);
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  const {
    registry = new Registry(),
    prefix = '',
    groupSeriesMax = GROUP_SERIES_DEFAULT,
    ...rest
  } = options as MetricsOptions;
  const unknown = Object.keys(rest);
  if (unknown.length > 0) throw invalidArgument('options', 'registry, prefix and groupSeriesMax', unknown[0]);
  // The application's prom-client may be another copy than ours: what it can do counts.
  if (typeof registry?.registerMetric !== 'function')
    throw invalidArgument('registry', 'a registry of prom-client', registry);
  if (typeof prefix !== 'string' || !/^(?:[a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) {
    throw invalidArgument('prefix', 'the beginning of a metric name', prefix);
  }
  if (!Number.isSafeInteger(groupSeriesMax) || groupSeriesMax < 0)
    throw invalidArgument('groupSeriesMax', 'a whole number from 0 on', groupSeriesMax);
  return { registry, prefix, groupSeriesMax };
}
