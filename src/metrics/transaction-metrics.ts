/** Transactions of a store as metrics: what is open now, and how those since the opening ended. Kafka's coordinator tells nothing of the kind. */
import type { Store } from '../store/store.ts';
import type { TransactionStatistics } from '../transaction/transactions.ts';
import { registerFamily } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';

const kinds: Record<keyof TransactionStatistics, { type: 'counter' | 'gauge'; help: string }> = {
  ids: { type: 'gauge', help: 'Transactional ids that are known' },
  open: { type: 'gauge', help: 'Transactions that have begun and are not decided' },
  committed: { type: 'counter', help: 'Transactions that were committed, since the store was opened' },
  aborted: { type: 'counter', help: 'Transactions that were aborted, since the store was opened' },
  timedOut: { type: 'counter', help: 'Transactions that were aborted since they took too long' },
};

export function addTransactionMetrics(store: Store, options: CheckedMetricsOptions): void {
  for (const [word, { type, help }] of Object.entries(kinds)) {
    const name = `millrace_transactions_${word.toLowerCase()}${type === 'counter' ? '_total' : ''}`;
    const samples = () => [{ labels: {}, value: store.statistics.transactions[word as keyof TransactionStatistics] }];
    registerFamily(options, { type, name, help, labelNames: [], samples });
  }
}
