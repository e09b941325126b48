/**
 * How a member comes from what it has to what it is to have, one heartbeat after another (CurrentAssignmentBuilder).
 *
 *     stable ── the target is another one ─→ unrevoked, until it has let go of what others are to have ─→ unreleased, until others have let go of what it is to have ─→ stable
 *
 * each of which may be left out. Promises: a member is given a partition only when nobody has it, and it is told to let go before it is given anything; it has the
 * epoch of the target from the moment on at which it has let go. No I/O, and nothing is kept.
 */
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { CurrentAssignment } from './consumer-member.ts';
import { haveInCommon, NO_PARTITIONS, united } from './partition-sets.ts';

export interface Reconciliation {
  readonly targetEpoch: number;
  readonly target: PartitionsById;
  /** Ids of the topics that the member subscribes to, and that exist. */
  readonly subscribedTopicIds: ReadonlySet<string>;
  /** In this very heartbeat. */
  readonly hasSubscriptionChanged: boolean;
  /** What the member says it has; null where it does not say. */
  readonly owned: PartitionsById | null;
  readonly isOwned: (topicId: string, partition: number) => boolean;
}

/** Null: nobody knows what to do with the member, which must let go of everything and join again. */
export function reconciled(current: CurrentAssignment, on: Reconciliation): CurrentAssignment | null {
  const { targetEpoch, hasSubscriptionChanged, owned } = on;
  switch (current.state) {
    case 'stable':
      if (current.epoch !== targetEpoch) return next(current, on);
      return hasSubscriptionChanged ? withoutUnsubscribed(current, on) : current;
    case 'unrevoked':
      if (!stillHas(current.revoking, owned)) return next(current, on);
      return hasSubscriptionChanged ? withoutUnsubscribed(current, on) : current;
    case 'unreleased':
      return next(current, on);
    case 'unknown':
      if (owned === null || owned.size > 0) return null;
      return next({ ...current, epoch: targetEpoch }, on);
  }
}

/** Who does not say may have it. */
function stillHas(revoking: PartitionsById, owned: PartitionsById | null): boolean {
  return owned === null || haveInCommon(owned, revoking);
}

/** What it no longer subscribes to goes at once, whatever the target says. */
function withoutUnsubscribed(current: CurrentAssignment, on: Reconciliation): CurrentAssignment {
  const kept = new Map<string, ReadonlySet<number>>();
  const dropped = new Map<string, ReadonlySet<number>>();
  for (const [topicId, partitions] of current.assigned)
    (on.subscribedTopicIds.has(topicId) ? kept : dropped).set(topicId, partitions);
  if (dropped.size === 0) return current;
  const revoking = united(current.revoking, dropped);
  if (!stillHas(revoking, on.owned)) return { ...current, assigned: kept };
  return { ...current, state: 'unrevoked', assigned: kept, revoking };
}

function next(current: CurrentAssignment, on: Reconciliation): CurrentAssignment {
  const { kept, revoking, added, waits } = compare(current, on);
  if (revoking.size > 0 && stillHas(revoking, on.owned)) {
    return { epoch: current.epoch, previousEpoch: current.epoch, state: 'unrevoked', assigned: kept, revoking };
  }
  return {
    epoch: on.targetEpoch,
    previousEpoch: current.epoch,
    state: waits ? 'unreleased' : 'stable',
    assigned: united(kept, added),
    revoking: NO_PARTITIONS,
  };
}

interface Comparison {
  readonly kept: PartitionsById;
  readonly revoking: PartitionsById;
  /** What it can be given now. */
  readonly added: PartitionsById;
  /** Something that it is to have is somebody else's still. */
  readonly waits: boolean;
}

function compare(current: CurrentAssignment, on: Reconciliation): Comparison {
  const kept = new Map<string, ReadonlySet<number>>();
  const revoking = new Map<string, ReadonlySet<number>>();
  const added = new Map<string, ReadonlySet<number>>();
  let waits = false;
  for (const topicId of new Set([...on.target.keys(), ...current.assigned.keys()])) {
    const has = current.assigned.get(topicId) ?? new Set<number>();
    const wanted = on.subscribedTopicIds.has(topicId)
      ? (on.target.get(topicId) ?? new Set<number>())
      : new Set<number>();
    const own = [...has];
    const missing = [...wanted].filter((partition) => !has.has(partition));
    // What it has just let go of itself is nobody else's.
    const isFree = (partition: number): boolean =>
      !on.isOwned(topicId, partition) || (current.revoking.get(topicId)?.has(partition) ?? false);
    const free = missing.filter(isFree);
    set(
      kept,
      topicId,
      own.filter((partition) => wanted.has(partition)),
    );
    set(
      revoking,
      topicId,
      own.filter((partition) => !wanted.has(partition)),
    );
    set(added, topicId, free);
    waits ||= free.length < missing.length;
  }
  return { kept, revoking, added, waits };
}

/** A topic of which there is nothing is left out. */
function set(sets: Map<string, ReadonlySet<number>>, topicId: string, partitions: readonly number[]): void {
  if (partitions.length > 0) sets.set(topicId, new Set(partitions));
}
