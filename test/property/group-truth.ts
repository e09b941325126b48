/** What must hold of a group, known from requests and answers alone; the first thing that does not is kept. */
import type { GroupError } from '#millrace/group/group-requests.js';

export interface Claim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

export class GroupTruth {
  /** How often what has happened, so that nothing is proved that never came up. */
  readonly counts: Record<string, number> = {};
  /** One more for each coordinator. */
  incarnation = 0;
  #failure: Error | null = null;
  /** The newest generation that this coordinator has told of, and that any has had assigned. */
  #told = 0;
  #assigned = 0;
  /** By generation and partition: who owns it. */
  readonly #owners = new Map<string, string>();
  /** By instance, the member ids that it has had, the newest last: of this coordinator, and of those that were assigned something. */
  #instances = new Map<string, string[]>();
  readonly #assignedInstances = new Map<string, string[]>();
  readonly #delivered = new Set<string>();
  /** By partition, what its committed offset may be: what was accepted last, and what came after that without an answer. */
  readonly #committed = new Map<number, Set<number>>();

  count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }

  fail(message: string): void {
    this.#failure ??= new Error(message);
  }

  check(): void {
    if (this.#failure !== null) throw this.#failure;
  }

  /** A coordinator is gone: what it told and did not write is forgotten. */
  ended(): void {
    this.incarnation++;
    this.#told = 0;
    this.#instances = new Map();
  }

  joined({ memberId, groupInstanceId, generationId }: Claim): void {
    if (generationId < this.#told) this.fail(`generation ${generationId} after ${this.#told}`);
    if (generationId < this.#assigned) this.fail(`generation ${generationId} after ${this.#assigned} was assigned`);
    this.#told = generationId;
    if (groupInstanceId !== null) remember(this.#instances, groupInstanceId, memberId);
  }

  assigned({ memberId, groupInstanceId, generationId }: Claim, partitions: readonly number[]): void {
    this.count('assigned');
    if (groupInstanceId !== null) remember(this.#assignedInstances, groupInstanceId, memberId);
    this.#assigned = Math.max(this.#assigned, generationId);
    const owner = groupInstanceId ?? memberId;
    for (const partition of partitions) {
      const key = `${generationId}/${partition}`;
      const other = this.#owners.get(key);
      if (other !== undefined && other !== owner)
        this.fail(`partition ${partition} is owned by ${other} and ${owner} in generation ${generationId}`);
      this.#owners.set(key, owner);
    }
  }

  delivered(partition: number, offset: number): void {
    this.#delivered.add(`${partition}/${offset}`);
  }

  /** Whether a commit that is sent now must be refused. */
  mustBeRefused({ memberId, groupInstanceId, generationId }: Claim): boolean {
    if (generationId < Math.max(this.#told, this.#assigned)) return true;
    if (groupInstanceId === null) return false;
    return [this.#instances, this.#assignedInstances].some((known) => {
      const ids = known.get(groupInstanceId) ?? [];
      return ids.includes(memberId) && ids.at(-1) !== memberId;
    });
  }

  committed(claim: Claim, offsets: ReadonlyMap<number, number>, error: GroupError, mustBeRefused: boolean): void {
    this.count(error ?? 'committed');
    if (error !== null) return;
    if (mustBeRefused) this.fail(`a commit of ${JSON.stringify(claim)} was accepted`);
    for (const [partition, offset] of offsets) this.#committed.set(partition, new Set([offset]));
  }

  /** Nobody knows whether it was committed. */
  unanswered(offsets: ReadonlyMap<number, number>): void {
    this.count('unanswered');
    for (const [partition, offset] of offsets) this.#possible(partition).add(offset);
  }

  /** What a member was told that is committed; -1 for nothing. */
  found(partition: number, offset: number): void {
    const possible = this.#possible(partition);
    if (!possible.has(offset)) this.fail(`offset ${offset} of ${partition} is none of ${[...possible].join(', ')}`);
    for (let below = 0; below < offset; below++) {
      if (!this.#delivered.has(`${partition}/${below}`))
        this.fail(`record ${below} of ${partition} is passed over at ${offset}, and was never delivered`);
    }
  }

  isAllCommitted(partitions: number, records: number): boolean {
    return Array.from({ length: partitions }, (_, i) => this.#committed.get(i)).every(
      (possible) => possible?.size === 1 && possible.has(records),
    );
  }

  checkDelivered(partitions: number, records: number): void {
    this.check();
    if (this.#delivered.size !== partitions * records)
      throw new Error(`${this.#delivered.size} of ${partitions * records} records were delivered`);
  }

  #possible(partition: number): Set<number> {
    let possible = this.#committed.get(partition);
    if (possible === undefined) this.#committed.set(partition, (possible = new Set([-1])));
    return possible;
  }
}

function remember(known: Map<string, string[]>, groupInstanceId: string, memberId: string): void {
  const ids = known.get(groupInstanceId) ?? [];
  if (!ids.includes(memberId)) known.set(groupInstanceId, [...ids, memberId]);
}
