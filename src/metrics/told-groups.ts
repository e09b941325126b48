/**
 * Which groups a scrape tells of one by one, so that it stays bounded: whole groups, as many as there is room for, those with members first and then by name, so that it is
 * the same ones in each scrape. Of the others it is told how many there are, and how far the furthest is behind.
 */
import { type EndOffsetOf, lagsOf, lagSum, type PartitionLag } from '../group/group-lag.ts';
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
    const lags = lagsOf(group, endOf);
    const count = seriesOf(lags);
    if (count <= left) {
      told.push({ group, lags });
      left -= count;
    } else {
      omitted++;
      omittedLagMax = Math.max(omittedLagMax, lagSum(lags) ?? 0);
    }
  }
  return { told, omitted, omittedLagMax };
}

/** Its members, what it has committed for each partition and how far it is behind there, the same by topic. */
function seriesOf(lags: readonly PartitionLag[]): number {
  return 1 + 2 * lags.length + new Set(lags.map(({ topic }) => topic)).size;
}

function byImportance(a: GroupSummary, b: GroupSummary): number {
  const [first, second] = [a.memberCount > 0, b.memberCount > 0];
  if (first !== second) return first ? -1 : 1;
  return a.groupId < b.groupId ? -1 : 1;
}
