/**
 * Which groups a scrape tells of one by one, so that it stays bounded: whole groups, as many as there is room for, those with members first and then by name, so that it is
 * the same ones in each scrape. Of the others it is told how many there are, and how far the furthest is behind.
 */
import { type EndOffsetOf, lagsOf, type PartitionLag } from '../group/group-lag.ts';
import type { GroupSummary } from '../group/group-view.ts';

export interface ToldGroup {
  readonly group: GroupSummary;
  readonly lags: readonly PartitionLag[];
}

export interface ToldGroups {
  readonly told: readonly ToldGroup[];
  readonly omitted: number;
  /** Of the omitted group that is furthest behind; 0 for none. */
  readonly omittedLagMax: number;
}

/** `seriesMax`: time series of all that are told of. */
export function toldGroups(groups: readonly GroupSummary[], endOf: EndOffsetOf, seriesMax: number): ToldGroups {
  const told: ToldGroup[] = [];
  let [left, omitted, omittedLagMax] = [seriesMax, 0, 0];
  for (const group of [...groups].sort(byImportance)) {
    const { series, lag } = sizeOf(group, endOf);
    if (series <= left) {
      told.push({ group, lags: lagsOf(group, endOf) });
      left -= series;
    } else {
      omitted++;
      omittedLagMax = Math.max(omittedLagMax, lag);
    }
  }
  return { told, omitted, omittedLagMax };
}

/** Of most groups no more is needed: how many time series it is, for its members, its partitions (two each) and its topics, and how far it is behind. */
function sizeOf(group: GroupSummary, endOf: EndOffsetOf): { series: number; lag: number } {
  const topics = new Set<string>();
  let [partitions, lag] = [0, 0];
  for (const [topic, partition, { offset }] of group.offsets()) {
    topics.add(topic);
    partitions++;
    lag += Math.max(0, (endOf(topic, partition) ?? offset) - offset);
  }
  return { series: 1 + 2 * partitions + topics.size, lag };
}

function byImportance(a: GroupSummary, b: GroupSummary): number {
  const [first, second] = [a.memberCount > 0, b.memberCount > 0];
  if (first !== second) return first ? -1 : 1;
  return a.groupId < b.groupId ? -1 : 1;
}
