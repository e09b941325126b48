/**
 * Sizes of all partitions, also of those that nobody has asked for since the start: these stand still, so their directories are read once, a few a look, and
 * until then count nothing.
 */
import { isMillraceError } from '../../errors.ts';
import { LISTED_PARTITIONS_A_LOOK } from '../../limits.ts';
import type { Store } from '../../store/store.ts';

export class ClosedSizes {
  readonly #store: Store;
  /** By topic id and partition. */
  readonly #sizes = new Map<string, number>();
  #left = LISTED_PARTITIONS_A_LOOK;

  constructor(store: Store) {
    this.#store = store;
  }

  /** A look begins: some more may be read. */
  begin(): void {
    this.#left = LISTED_PARTITIONS_A_LOOK;
  }

  /** Null: not known yet. */
  of({ name, id }: { readonly name: string; readonly id: string }, partition: number): number | null {
    const log = this.#store.openPartition(name, partition);
    const key = `${id}/${partition}`;
    if (log !== null) {
      this.#sizes.delete(key);
      return log.size;
    }
    const known = this.#sizes.get(key);
    if (known !== undefined || this.#left === 0) return known ?? null;
    this.#left--;
    const size = this.#read(name, partition);
    this.#sizes.set(key, size);
    return size;
  }

  /** What is gone, or cannot be read, takes nothing. */
  #read(topic: string, partition: number): number {
    try {
      return this.#store.partitionSize(topic, partition);
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      return 0;
    }
  }
}
