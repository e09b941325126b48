/** Topics of a store, without one. */
import type { GroupTopic, GroupTopics } from '#millrace/group/consumer/group-topics.js';

/** Ids that tests can tell: the name, padded. */
export function idOf(name: string, incarnation = 0): string {
  const bytes = Buffer.alloc(16);
  bytes.write(name, 0, 'latin1');
  bytes[15] = incarnation;
  return bytes.toString('base64url');
}

export class FakeTopics implements GroupTopics {
  readonly #topics = new Map<string, GroupTopic>();
  version = 0;
  versionOfNewest = 0;
  #made = 0;

  constructor(topics: Readonly<Record<string, number>> = {}) {
    for (const [name, partitionCount] of Object.entries(topics)) this.set(name, partitionCount);
  }

  /** Makes it, or gives it more partitions. */
  set(name: string, partitionCount: number): void {
    const known = this.#topics.get(name);
    this.version++;
    if (known === undefined) this.versionOfNewest = this.version;
    this.#topics.set(name, { id: known?.id ?? idOf(name, this.#made++), name, partitionCount });
  }

  delete(name: string): void {
    this.version++;
    this.#topics.delete(name);
  }

  names(): Iterable<string> {
    return this.#topics.keys();
  }

  find(name: string): GroupTopic | null {
    return this.#topics.get(name) ?? null;
  }

  findById(id: string): GroupTopic | null {
    for (const topic of this.#topics.values()) if (topic.id === id) return topic;
    return null;
  }
}
