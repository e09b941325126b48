/**
 * How long flushes took, under the name that Kafka's LogFlushRateAndTimeMs has. The quantiles are of the newest 1,024 rounds, sum and count of all
 * since the store was opened. One round serves all partitions that asked.
 */
import type { Store } from '../store/store.ts';
import { TimeSummary } from './time-summary.ts';

/** Registers itself nowhere. */
export class FlushSummary extends TimeSummary {
  constructor(store: Store, name: string) {
    super({
      name,
      help: 'Rounds of the flusher in milliseconds',
      labelNames: [],
      times: () => {
        const { flush, recentFlushesMs } = store.statistics;
        return [{ labels: {}, newestMs: recentFlushesMs, totalMs: flush.totalMs, count: flush.rounds }];
      },
    });
  }
}
