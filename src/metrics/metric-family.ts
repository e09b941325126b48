/**
 * A counter or a gauge of prom-client whose samples are taken when it is scraped.
 *
 * Clients of one store may have one name: what has the same labels is one sample, the sum of all, or what `merge` makes of them.
 */
import { Counter, Gauge } from 'prom-client';
import type { CheckedMetricsOptions } from './metrics-options.ts';

export interface Sample {
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

export interface MetricFamily {
  readonly type: 'counter' | 'gauge';
  /** Without the prefix. */
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  readonly merge?: (one: number, other: number) => number;
  /** Null: what was there at the last scrape stays. */
  readonly samples: () => Iterable<Sample> | null | Promise<Iterable<Sample>>;
}

export function registerFamily(
  { registry, prefix }: Pick<CheckedMetricsOptions, 'registry' | 'prefix'>,
  family: MetricFamily,
): void {
  const { type, help, labelNames, samples, merge = add } = family;
  const settings = { name: `${prefix}${family.name}`, help, labelNames: [...labelNames], registers: [] };
  const show = (metric: Counter | Gauge, found: Iterable<Sample>): void => {
    metric.reset();
    for (const each of merged(found, merge)) metric.inc(each.labels, each.value);
  };
  const collect = function (this: Counter | Gauge): void | Promise<void> {
    const found = samples();
    if (found instanceof Promise) return found.then((awaited) => show(this, awaited));
    if (found !== null) show(this, found);
  };
  registry.registerMetric(
    type === 'counter' ? new Counter({ ...settings, collect }) : new Gauge({ ...settings, collect }),
  );
}

function merged(samples: Iterable<Sample>, merge: (one: number, other: number) => number): Iterable<Sample> {
  const found = new Map<string, Sample>();
  for (const { labels, value } of samples) {
    const key = JSON.stringify(labels);
    const other = found.get(key);
    found.set(key, { labels, value: other === undefined ? value : merge(other.value, value) });
  }
  return found.values();
}

function add(one: number, other: number): number {
  return one + other;
}

/** `make`, called once for all metrics of a scrape: those are all asked before the first one has been written down. */
export function oncePerScrape<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null;
  return () => {
    if (made === null) {
      made = { value: make() };
      queueMicrotask(() => {
        made = null;
      });
    }
    return made.value;
  };
}
