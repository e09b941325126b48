/**
 * Metrics of consumers of groups, under the names that `consumer-coordinator-metrics` of Kafka's Java client have through the JMX exporter. Rates are for who scrapes to make, of the
 * totals. Of several of one name the sum counts, and of what is a maximum the largest.
 */
import type { PartitionConsumer } from '../consumer/partition-consumer.ts';
import type { GroupStatistics } from '../member/membership-counters.ts';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import type { Store } from '../store/store.ts';
import { oncePerScrape, registerFamily } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';

interface Member {
  readonly clientId: string;
  readonly group: GroupStatistics;
}

interface Family {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly of: (group: GroupStatistics) => number | null;
  readonly merge?: (one: number, other: number) => number;
}

const COORDINATOR = 'kafka_consumer_consumer_coordinator_metrics';

const total = (help: string, of: Family['of']): Family => ({ type: 'counter', help, of });
const largest = (help: string, of: Family['of']): Family => ({ type: 'gauge', help, of, merge: Math.max });
const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1000);

const families: Record<string, Family> = {
  commit_total: total('Commits that were answered without an error', ({ commits }) => commits),
  commit_latency_max: largest('Milliseconds of the longest commit', ({ commitMsMax }) => commitMsMax),
  failed_commit_total: total('Commits that were refused', ({ failedCommits }) => failedCommits),
  heartbeat_total: total('Heartbeats', ({ heartbeats }) => heartbeats),
  last_heartbeat_seconds_ago: largest('Seconds since the last heartbeat', ({ lastHeartbeatAgoMs }) =>
    seconds(lastHeartbeatAgoMs),
  ),
  join_total: total('Joins that were answered', ({ joins }) => joins),
  sync_total: total('Syncs that were answered', ({ syncs }) => syncs),
  rebalance_total: total('Rebalances that have come to an assignment', ({ rebalances }) => rebalances),
  rebalance_latency_total: total('Milliseconds of all rebalances, from the join on', ({ rebalanceMs }) => rebalanceMs),
  rebalance_latency_max: largest('Milliseconds of the longest rebalance', ({ rebalanceMsMax }) => rebalanceMsMax),
  failed_rebalance_total: total('Rebalances that have come to nothing', ({ failedRebalances }) => failedRebalances),
  last_rebalance_seconds_ago: largest('Seconds since the last rebalance', ({ lastRebalanceAgoMs }) =>
    seconds(lastRebalanceAgoMs),
  ),
};

export function addMemberMetrics(store: Store | ReadOnlyStore, options: CheckedMetricsOptions): void {
  const members = oncePerScrape((): Member[] => (store.isClosed ? [] : store.openConsumers().flatMap(memberOf)));
  for (const [word, { type, help, of, merge }] of Object.entries(families)) {
    registerFamily(options, {
      type,
      name: `${COORDINATOR}_${word}`,
      help,
      labelNames: ['client_id', 'group_id'],
      merge,
      samples: () =>
        members().flatMap(({ clientId, group }) => {
          const value = of(group);
          return value === null ? [] : [{ labels: { client_id: clientId, group_id: group.groupId }, value }];
        }),
    });
  }
}

function memberOf({ clientId, statistics }: PartitionConsumer): Member[] {
  return 'group' in statistics ? [{ clientId, group: statistics.group as GroupStatistics }] : [];
}
