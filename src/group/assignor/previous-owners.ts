/**
 * Who owned what before, out of what members say of themselves. A member that was away may still name what others have got since: then the newer generation
 * holds. Where two of one generation name the same partition, neither is believed.
 */
import { NO_GENERATION } from '../subscription-format.ts';
import type { MemberSubscription } from './assignor.ts';
import type { StickyGroup } from './sticky-group.ts';
import type { Ownership } from './sticky-user-data.ts';

const NOBODY = -1;

export class PreviousOwners {
  readonly #group: StickyGroup;
  /** What each member is believed to own, in the order in which it named it. */
  readonly owned: readonly Set<number>[];
  /** Named by two members of the same generation. */
  readonly disputed = new Set<number>();
  readonly #said: readonly Ownership[];
  readonly #newestGeneration: number;

  constructor(
    group: StickyGroup,
    subscriptions: ReadonlyMap<string, MemberSubscription>,
    ownershipOf: (subscription: MemberSubscription) => Ownership,
  ) {
    this.#group = group;
    this.owned = group.memberIds.map(() => new Set<number>());
    const asked = group.memberIds.map((memberId) => subscriptions.get(memberId)!);
    this.#said = asked.map(ownershipOf);
    const owners = new Int32Array(group.partitionCount).fill(NOBODY);
    let newest = NO_GENERATION;
    for (const member of group.givenOrder) {
      const { partitions, generationId } = this.#said[member];
      const generation = generationId ?? NO_GENERATION;
      newest = Math.max(newest, generation);
      for (const named of partitions) {
        const partition = group.numberOf(named);
        if (partition < 0) continue;
        const owner = owners[partition];
        // Of the owner counts what its subscription says, not its user data: as Kafka does.
        const ownerGeneration = owner === NOBODY ? Number.NEGATIVE_INFINITY : asked[owner].generationId;
        if (generation < ownerGeneration) continue;
        if (owner !== NOBODY) this.owned[owner].delete(partition);
        if (generation === ownerGeneration) this.disputed.add(partition);
        else this.owned[member].add(partition);
        owners[partition] = member;
      }
    }
    this.#newestGeneration = newest;
  }

  /** Of each partition who owned it in an older generation than the newest, the last of them; -1 for nobody. */
  formerOwners(): Int32Array {
    const owners = new Int32Array(this.#group.partitionCount).fill(NOBODY);
    const generations = new Map<number, number>();
    for (const member of this.#group.givenOrder) {
      const { partitions, generationId } = this.#said[member];
      const generation = generationId ?? NO_GENERATION;
      if (generation >= this.#newestGeneration) continue;
      for (const named of partitions) {
        const partition = this.#group.numberOf(named);
        if (partition < 0 || generation <= (generations.get(partition) ?? Number.NEGATIVE_INFINITY)) continue;
        generations.set(partition, generation);
        owners[partition] = member;
      }
    }
    return owners;
  }
}
