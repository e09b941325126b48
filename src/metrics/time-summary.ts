/**
 * How long things took, as a summary in milliseconds with the quantiles that Kafka's timers have: those of the newest rounds that are kept, sum and count
 * of all.
 */
import { Summary } from 'prom-client';

/** Those of Kafka's timers. */
const QUANTILES = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999];

type Collected = Awaited<ReturnType<Summary['get']>>;

export interface Times {
  readonly labels: Readonly<Record<string, string>>;
  /** The newest, ascending. */
  readonly newestMs: Float64Array;
  readonly totalMs: number;
  readonly count: number;
}

export interface TimeSummaryOptions {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly string[];
  /** Asked when it is scraped. */
  readonly times: () => readonly Times[];
}

export class TimeSummary extends Summary {
  readonly #options: TimeSummaryOptions;

  /** Registers itself nowhere. */
  constructor(options: TimeSummaryOptions) {
    const { name, help, labelNames } = options;
    super({ name, help, labelNames: [...labelNames], percentiles: QUANTILES, registers: [] });
    this.#options = options;
  }

  override async get(): Promise<Collected> {
    const { name, times } = this.#options;
    const collected = await super.get();
    return { ...collected, values: times().flatMap((each) => valuesOf(name, each)) };
  }
}

function valuesOf(name: string, { labels, newestMs, totalMs, count }: Times): Collected['values'] {
  const quantiles = newestMs.length === 0 ? [] : QUANTILES;
  return [
    ...quantiles.map((quantile) => ({
      labels: { ...labels, quantile },
      value: newestMs[rank(quantile, newestMs.length)],
    })),
    { metricName: `${name}_sum`, labels: { ...labels }, value: totalMs },
    { metricName: `${name}_count`, labels: { ...labels }, value: count },
  ];
}

/** Slot of the smallest of `count` ascending values that at least the share `quantile` of them does not exceed. */
function rank(quantile: number, count: number): number {
  return Math.max(0, Math.ceil(quantile * count) - 1);
}
