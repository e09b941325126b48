/**
 * The partitions of `__consumer_offsets` with the groups in them: each is loaded when it is first asked for, and anew when the topic is another one. Loading that has failed is tried
 * again by whoever asks next. Where all are looked at, one that cannot be loaded or read keeps nobody from the others: what is wrong with it is logged, once.
 */
import type { Logger } from '../types.ts';
import type { GroupShard } from './group-shard.ts';
import { UnreadablePartitions } from './unreadable-partitions.ts';

export interface ShardParts {
  readonly logger: Logger;
  readonly partitionCount: () => number;
  readonly load: (index: number) => Promise<GroupShard>;
}

interface Loading {
  readonly loaded: Promise<GroupShard>;
  shard: GroupShard | null;
}

export class GroupShards {
  readonly #parts: ShardParts;
  readonly #unreadable: UnreadablePartitions;
  readonly #shards = new Map<number, Loading>();
  #isClosed = false;

  constructor(parts: ShardParts) {
    this.#parts = parts;
    this.#unreadable = new UnreadablePartitions(parts.logger);
  }

  /** It is loaded, or being loaded. */
  has(index: number): boolean {
    return this.#shards.has(index);
  }

  get(index: number): GroupShard | Promise<GroupShard> {
    const known = this.#shards.get(index);
    if (known?.shard?.isClosed === true) {
      known.shard.close();
      this.#shards.delete(index);
    } else if (known !== undefined) return known.shard ?? known.loaded;
    const loading: Loading = { loaded: this.#parts.load(index), shard: null };
    this.#shards.set(index, loading);
    loading.loaded.then(
      (shard) => void (loading.shard = shard),
      () => {
        // The next one tries again.
        if (this.#shards.get(index) === loading) this.#shards.delete(index);
      },
    );
    return loading.loaded;
  }

  /** What `look` finds in all that can be read, up to when they are closed. */
  async each<T>(look: (shard: GroupShard) => readonly T[]): Promise<T[]> {
    const found: (readonly T[])[] = [];
    for (let index = 0; !this.#isClosed && index < this.#parts.partitionCount(); index++) {
      try {
        const shard = await this.get(index);
        if (this.#isClosed) break;
        found.push(look(shard));
        this.#unreadable.read(index);
      } catch (error) {
        if (!this.#isClosed) this.#unreadable.tell(index, error);
      }
    }
    return found.flat();
  }

  /** Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const { loaded } of this.#shards.values()) {
      // Its failure was told to who asked for it.
      const shard = await loaded.catch(() => null);
      shard?.close();
    }
    this.#shards.clear();
  }
}
