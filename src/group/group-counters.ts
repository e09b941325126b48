/** What has happened to the groups of a store since it was opened: what Kafka's coordinator counts (GroupCoordinatorMetrics). */

export interface GroupCounters {
  /** Offsets, not requests. */
  offsetCommits: number;
  /** Offsets that had their time. */
  offsetExpirations: number;
  /** Offsets that somebody deleted, by themselves or with their group. */
  offsetDeletions: number;
  /** Generations of classic groups whose leader has assigned. */
  completedRebalances: number;
}

export function newGroupCounters(): GroupCounters {
  return { offsetCommits: 0, offsetExpirations: 0, offsetDeletions: 0, completedRebalances: 0 };
}
