/**
 * Names, of some members, the next one that has least and the next one that has most, in constant time while partitions go from these to those.
 * (UniformHeterogeneousAssignmentBuilder.MemberAssignmentBalancer.)
 *
 * Members stand in the order of what they have. Those that have least are a range at the left; when each of it has been given one, its level rises by one and it
 * takes in who stands on the new level. Those that have most are a range at the right, whose level sinks likewise; who cannot give anything is put behind it.
 *
 *     partitions |          ####      # [ ) least loaded: from the left
 *                | [..->  ##[<-..]##  # [ ) most loaded: from the right
 *                | [#####)##[####)##  # behind it: nothing to give
 *                +-------------------
 */
export class MemberBalancer {
  /** How many partitions each member has. Changed by the caller, but not read while a range is being gone through. */
  readonly #counts: Int32Array;
  #sorted: number[] = [];
  #leastEnd = 0;
  #leastLevel = 0;
  #nextLeast = 0;
  #mostStart = 0;
  #mostEnd = 0;
  #mostLevel = 0;
  #nextMost = 0;

  constructor(counts: Int32Array) {
    this.#counts = counts;
  }

  /** Begins with these members, one at least. Returns what one has more than another at most. */
  begin(members: readonly number[]): number {
    const counts = this.#counts;
    this.#sorted = members.toSorted((one, other) => counts[one] - counts[other] || one - other);
    const { length } = this.#sorted;
    const least = counts[this.#sorted[0]];
    const most = counts[this.#sorted[length - 1]];
    this.#leastEnd = 0;
    this.#leastLevel = least - 1;
    this.#nextLeast = 0;
    this.#mostStart = length;
    this.#mostEnd = length;
    this.#mostLevel = most + 1;
    this.#nextMost = length - 1;
    return most - least;
  }

  /** The member that is to get the next partition. */
  nextLeastLoaded(): number {
    if (this.#nextLeast >= this.#leastEnd) {
      this.#leastLevel++;
      while (this.#leastEnd < this.#sorted.length && this.#countAt(this.#leastEnd) === this.#leastLevel)
        this.#leastEnd++;
      this.#nextLeast = 0;
    }
    return this.#sorted[this.#nextLeast++];
  }

  /** The member that is to give the next partition; -1 when nobody can. */
  nextMostLoaded(): number {
    if (this.#nextMost < this.#mostStart) {
      // An empty range, since all of it could give nothing, takes the level of who stands before it.
      if (this.#mostEnd <= this.#mostStart && this.#mostStart > 0) this.#mostLevel = this.#countAt(this.#mostStart - 1);
      else this.#mostLevel--;
      while (this.#mostStart > 0 && this.#countAt(this.#mostStart - 1) === this.#mostLevel) this.#mostStart--;
      this.#nextMost = this.#mostEnd - 1;
    }
    return this.#nextMost < 0 ? -1 : this.#sorted[this.#nextMost--];
  }

  /** The one that was named last has nothing to give. */
  excludeMostLoaded(): void {
    const place = this.#nextMost + 1;
    const member = this.#sorted[place];
    this.#mostEnd--;
    this.#sorted[place] = this.#sorted[this.#mostEnd];
    this.#sorted[this.#mostEnd] = member;
  }

  /** The ranges differ by one or less: no move makes it more even. */
  get isBalanced(): boolean {
    return this.#mostLevel - this.#leastLevel <= 1;
  }

  #countAt(place: number): number {
    return this.#counts[this.#sorted[place]];
  }
}
