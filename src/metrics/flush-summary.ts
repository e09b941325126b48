/**
 * How long flushes took, as a summary in milliseconds, under the name and with the quantiles that Kafka's LogFlushRateAndTimeMs has.
 *
 * The quantiles are of the newest 1,024 rounds, sum and count of all since the store was opened. One round serves all partitions that asked.
 */
import { Summary } from 'prom-client';
import type { Store } from '../store/store.ts';

/** Those of Kafka's timers. */
const QUANTILES = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999];

type Collected = Awaited<ReturnType<Summary['get']>>;

export class FlushSummary extends Summary {
  readonly #store: Store;
  readonly #name: string;

  /** Registers itself nowhere. */
  constructor(store: Store, name: string) {
    super({ name, help: 'Rounds of the flusher in milliseconds', percentiles: QUANTILES, registers: [] });
    this.#store = store;
    this.#name = name;
  }

  override async get(): Promise<Collected> {
    const { flush, recentFlushesMs: times } = this.#store.statistics;
    const collected = await super.get();
    const quantiles = times.length === 0 ? [] : QUANTILES;
    return {
      ...collected,
      values: [
        ...quantiles.map((quantile) => ({ labels: { quantile }, value: times[rank(quantile, times.length)] })),
        { metricName: `${this.#name}_sum`, labels: {}, value: flush.totalMs },
        { metricName: `${this.#name}_count`, labels: {}, value: flush.rounds },
      ],
    };
  }
}

/** Slot of the smallest of `count` ascending values that at least the share `quantile` of them does not exceed. */
function rank(quantile: number, count: number): number {
  return Math.max(0, Math.ceil(quantile * count) - 1);
}
