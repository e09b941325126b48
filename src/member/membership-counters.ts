/** What a member of a group has done so far: for statistics and metrics. Under the names of Kafka's `consumer-coordinator-metrics`, where it has some. */
import type { Timestamp } from '../types.ts';

export interface GroupStatistics {
  readonly groupId: string;
  /** Empty while it is no member. */
  readonly memberId: string;
  /** -1 while it is in none. */
  readonly generationId: number;
  readonly isLeader: boolean;
  readonly joins: number;
  readonly syncs: number;
  readonly heartbeats: number;
  /** Those that have given it an assignment, and what they have taken from the join on, together and the longest. */
  readonly rebalances: number;
  readonly rebalanceMs: number;
  readonly rebalanceMsMax: number;
  readonly failedRebalances: number;
  /** Null where there was none. */
  readonly lastRebalanceAgoMs: number | null;
  readonly lastHeartbeatAgoMs: number | null;
  /** Commits that were answered without an error, and what they have taken. */
  readonly commits: number;
  readonly commitMs: number;
  readonly commitMsMax: number;
  readonly failedCommits: number;
}

export class MembershipCounters {
  joins = 0;
  syncs = 0;
  heartbeats = 0;
  rebalances = 0;
  rebalanceMs = 0;
  rebalanceMsMax = 0;
  failedRebalances = 0;
  lastRebalanceAt: Timestamp | null = null;
  lastHeartbeatAt: Timestamp | null = null;
  commits = 0;
  commitMs = 0;
  commitMsMax = 0;
  failedCommits = 0;

  beaten(at: Timestamp): void {
    this.heartbeats++;
    this.lastHeartbeatAt = at;
  }

  rebalanced(at: Timestamp, tookMs: number): void {
    this.rebalances++;
    this.rebalanceMs += tookMs;
    this.rebalanceMsMax = Math.max(this.rebalanceMsMax, tookMs);
    this.lastRebalanceAt = at;
  }

  committed(tookMs: number): void {
    this.commits++;
    this.commitMs += tookMs;
    this.commitMsMax = Math.max(this.commitMsMax, tookMs);
  }

  snapshot(now: Timestamp): Omit<GroupStatistics, 'groupId' | 'memberId' | 'generationId' | 'isLeader'> {
    const { joins, syncs, heartbeats, commits, commitMs, commitMsMax, failedCommits, failedRebalances } = this;
    const { rebalances, rebalanceMs, rebalanceMsMax, lastRebalanceAt, lastHeartbeatAt } = this;
    const ago = (at: Timestamp | null): number | null => (at === null ? null : Math.max(0, now - at));
    const asked = { joins, syncs, heartbeats, lastHeartbeatAgoMs: ago(lastHeartbeatAt) };
    const rebalanced = { rebalances, rebalanceMs, rebalanceMsMax, failedRebalances };
    return {
      ...asked,
      ...rebalanced,
      lastRebalanceAgoMs: ago(lastRebalanceAt),
      commits,
      commitMs,
      commitMsMax,
      failedCommits,
    };
  }
}
