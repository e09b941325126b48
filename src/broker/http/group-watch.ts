/** Looks at the groups of a broker when it is told to, and keeps how far each was behind lately. The first look has the coordinator load its groups. */
import { isMillraceError } from '../../errors.ts';
import { lagsOf, lagSum } from '../../group/group-lag.ts';
import type { GroupSummary } from '../../group/group-view.ts';
import { RATES_KEPT_MAX, SHOWN_GROUPS_MAX } from '../../limits.ts';
import type { Store } from '../../store/store.ts';
import type { GroupState } from './group-state.ts';

export class GroupWatch {
  readonly #store: Store;
  #shown: readonly GroupState[] = [];
  #count = 0;
  #looking: Promise<void> | null = null;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By name, up to a bound; as they were at the last look. */
  get shown(): readonly GroupState[] {
    return this.#shown;
  }

  get count(): number {
    return this.#count;
  }

  /** One look at a time: who asks meanwhile waits for it. */
  look(): Promise<void> {
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
    return this.#looking;
  }

  async #look(): Promise<void> {
    const store = this.#store;
    try {
      const groups = await store.groups.summaries();
      const before = new Map(this.#shown.map(({ name, lags }) => [name, lags]));
      this.#shown = firstByName(groups, SHOWN_GROUPS_MAX).map((group): GroupState => {
        const { groupId: name, state, protocolName: assignor, memberCount: members } = group;
        const partitions = lagsOf(group, (topic, partition) => store.endOffset(topic, partition));
        const lag = lagSum(partitions);
        const lags = lag === null ? [] : [...(before.get(name) ?? []), lag].slice(-RATES_KEPT_MAX);
        return { name, state, assignor, members, partitions: partitions.length, lag, lags };
      });
      this.#count = groups.length;
    } catch (error) {
      // The store is being closed, or `__consumer_offsets` cannot be read, which is told to whoever needs a group.
      if (!isMillraceError(error)) throw error;
    }
  }
}

/** The first `count` by name, in order, in one pass: there may be many, and they are looked at each second. */
function firstByName(groups: readonly GroupSummary[], count: number): GroupSummary[] {
  let first: GroupSummary[] = [];
  /** So many come before it. */
  let bound: string | null = null;
  for (const group of groups) {
    if (bound !== null && group.groupId > bound) continue;
    first.push(group);
    if (first.length < 2 * count) continue;
    first = first.sort(byName).slice(0, count);
    bound = first[count - 1].groupId;
  }
  return first.sort(byName).slice(0, count);
}

function byName(a: GroupSummary, b: GroupSummary): number {
  return a.groupId < b.groupId ? -1 : 1;
}
