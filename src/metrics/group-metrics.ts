/**
 * Consumer groups of a store as metrics: what Kafka's group coordinator tells, under its names, and how far each group is behind, under those of the exporter that
 * people have for that (kafka_exporter), since Kafka's brokers do not tell. The first scrape has the coordinator load its groups. Counts are of all groups; told one by one are as
 * many as `groupSeriesMax` has room for.
 */
import { isMillraceError } from '../errors.ts';
import type { GroupCounters } from '../group/group-counters.ts';
import type { PartitionLag } from '../group/group-lag.ts';
import type { GroupSummary } from '../group/group-view.ts';
import type { Store } from '../store/store.ts';
import { oncePerScrape, registerFamily, type Sample } from './metric-family.ts';
import type { CheckedMetricsOptions } from './metrics-options.ts';
import { type ToldGroups, toldGroups } from './told-groups.ts';

const COORDINATOR = 'kafka_server_group_coordinator_metrics';
const MANAGER = 'kafka_coordinator_group_groupmetadatamanager';

const counters: Record<string, { help: string; value: (counters: Readonly<GroupCounters>) => number }> = {
  offset_commit_count: { help: 'Offsets committed', value: ({ offsetCommits }) => offsetCommits },
  offset_expiration_count: {
    help: 'Committed offsets that had their time',
    value: ({ offsetExpirations }) => offsetExpirations,
  },
  offset_deletion_count: {
    help: 'Committed offsets that were deleted, by themselves or with their group',
    value: ({ offsetDeletions }) => offsetDeletions,
  },
  group_completed_rebalance_count: {
    help: 'Rebalances of classic groups that ended with an assignment',
    value: ({ completedRebalances }) => completedRebalances,
  },
};

const classicStates = ['PreparingRebalance', 'CompletingRebalance', 'Stable', 'Dead', 'Empty'];

interface Scraped extends ToldGroups {
  readonly groups: readonly GroupSummary[];
  readonly offsetCount: number;
}

export function addGroupMetrics(store: Store, options: CheckedMetricsOptions): void {
  const { counters: counted } = store.groups;
  for (const [word, { help, value }] of Object.entries(counters)) {
    const name = `${COORDINATOR}_${word}`;
    const sinceOpened = `${help}, since the store was opened`;
    const samples = (): Sample[] => [{ labels: {}, value: value(counted) }];
    registerFamily(options, { type: 'counter', name, help: sinceOpened, labelNames: [], samples });
  }
  const scrape = oncePerScrape(() => scraped(store, options.groupSeriesMax));
  const gauge: AddGauge = (name, help, labelNames, of) => {
    const samples = async (): Promise<Sample[]> => of(await scrape());
    registerFamily(options, { type: 'gauge', name, help, labelNames, samples });
  };
  addCounts(gauge);
  addLags(gauge);
  addOmitted(gauge);
}

type AddGauge = (name: string, help: string, labelNames: readonly string[], of: (scraped: Scraped) => Sample[]) => void;

function addCounts(gauge: AddGauge): void {
  const count = (name: string, help: string, of: (scraped: Scraped) => number): void =>
    gauge(name, help, [], (found) => [{ labels: {}, value: of(found) }]);
  gauge(`${COORDINATOR}_group_count`, 'Groups, by the protocol that they speak', ['protocol'], (found) =>
    ['classic', 'consumer'].map((protocol) => ({ labels: { protocol }, value: ofType(found, protocol).length })),
  );
  count(`${MANAGER}_numoffsets`, 'Committed offsets', ({ offsetCount }) => offsetCount);
  count(`${MANAGER}_numgroups`, 'Groups of the classic protocol', (found) => ofType(found, 'classic').length);
  for (const state of classicStates) {
    const name = `${MANAGER}_numgroups${state.toLowerCase()}`;
    const isSo = (group: GroupSummary): boolean => group.state === state;
    count(name, `Those of them that are ${state}`, (found) => ofType(found, 'classic').filter(isSo).length);
  }
}

function ofType({ groups }: Scraped, type: string): GroupSummary[] {
  return groups.filter((group) => group.type === type);
}

function addLags(gauge: AddGauge): void {
  gauge('kafka_consumergroup_members', 'Members of groups', ['consumergroup'], ({ told }) =>
    told.map(({ group: { groupId: consumergroup, memberCount: value } }) => ({ labels: { consumergroup }, value })),
  );
  const labelNames = ['consumergroup', 'topic', 'partition'];
  gauge('kafka_consumergroup_current_offset', 'What groups have committed', labelNames, (found) =>
    ofPartitions(found, ({ offset }) => offset),
  );
  gauge('kafka_consumergroup_lag', 'Records between that and the end of the log', labelNames, (found) =>
    ofPartitions(found, ({ lag }) => lag),
  );
  // What has the same labels is added up.
  gauge('kafka_consumergroup_lag_sum', 'The same by topic', ['consumergroup', 'topic'], (found) =>
    ofPartitions(found, ({ lag }) => (lag === null ? null : Math.max(0, lag))).map(({ labels, value }) => {
      const { consumergroup, topic } = labels;
      return { labels: { consumergroup, topic }, value };
    }),
  );
}

function addOmitted(gauge: AddGauge): void {
  gauge('millrace_consumergroups_omitted', 'Groups that are not told one by one', [], ({ omitted: value }) => [
    { labels: {}, value },
  ]);
  const help = 'Records that the one of them that is furthest behind has to read';
  gauge('millrace_consumergroups_omitted_lag_max', help, [], ({ omittedLagMax: value }) => [{ labels: {}, value }]);
}

function ofPartitions({ told }: Scraped, of: (lag: PartitionLag) => number | null): Sample[] {
  const samples: Sample[] = [];
  for (const { group, lags } of told) {
    for (const each of lags) {
      const { topic, partition } = each;
      const value = of(each);
      if (value !== null) samples.push({ labels: { consumergroup: group.groupId, topic, partition }, value });
    }
  }
  return samples;
}

/** Nothing where the store is closed, or its groups cannot be read: whoever asks for one of them is told why. */
async function scraped(store: Store, seriesMax: number): Promise<Scraped> {
  try {
    const offsetCount = await store.groups.offsetCount();
    const groups = await store.groups.summaries();
    const endOf = (topic: string, partition: number): number | null => store.endOffset(topic, partition);
    return { groups, offsetCount, ...toldGroups(groups, endOf, seriesMax) };
  } catch (error) {
    if (isMillraceError(error)) return { groups: [], offsetCount: 0, told: [], omitted: 0, omittedLagMax: 0 };
    throw error;
  }
}
