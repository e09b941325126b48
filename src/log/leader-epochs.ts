/**
 * Which leader epoch begins at which offset: the cache behind `leader-epoch-checkpoint`.
 *
 * Epochs and start offsets both increase strictly; a new entry removes those that contradict it. Replication asks it where two logs
 * part (KIP-101, KIP-279). No I/O: `entries` and `restore` are for who keeps it. (LeaderEpochFileCache.)
 */

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

export class LeaderEpochs {
  #entries: EpochEntry[] = [];
  /** Counts changes, so that who keeps the file knows whether it is stale. */
  #version = 0;

  constructor(entries: readonly EpochEntry[] = []) {
    for (const entry of entries) this.assign(entry.epoch, entry.startOffset);
    this.#version = 0;
  }

  get entries(): readonly EpochEntry[] {
    return this.#entries;
  }

  get version(): number {
    return this.#version;
  }

  /** The latest epoch, or -1. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  /** Records that `epoch` begins at `startOffset`; does nothing when the latest entry has that epoch already. */
  assign(epoch: number, startOffset: number): void {
    const last = this.#entries.at(-1);
    if (last !== undefined && last.epoch === epoch && last.startOffset <= startOffset) return;
    this.#entries = this.#entries.filter((entry) => entry.epoch < epoch && entry.startOffset < startOffset);
    this.#entries.push({ epoch, startOffset });
    this.#version++;
  }

  /** The epoch of the record at `offset`, or -1. */
  epochAt(offset: number): number {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1;
  }

  /**
   * The largest epoch at most `epoch`, and where it ends, given the log's end: what OffsetForLeaderEpoch answers. Epoch -1 and end -1
   * when that is unknown.
   */
  endOffsetFor(epoch: number, logEndOffset: number): { epoch: number; endOffset: number } {
    if (epoch < 0 || this.#entries.length === 0) return { epoch: -1, endOffset: -1 };
    if (epoch === this.latest) return { epoch, endOffset: logEndOffset };
    if (epoch > this.latest) return { epoch: -1, endOffset: -1 };
    const next = this.#entries.find((entry) => entry.epoch > epoch)!;
    const floor = this.#entries.findLast((entry) => entry.epoch <= epoch);
    // Asked for an epoch older than any known: that epoch ends where the first known one begins.
    return { epoch: floor?.epoch ?? epoch, endOffset: next.startOffset };
  }

  /** Forgets the epochs that begin at or past `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    const kept = this.#entries.filter((entry) => entry.startOffset < endOffset);
    if (kept.length === this.#entries.length) return;
    this.#entries = kept;
    this.#version++;
  }

  /** Forgets what lies before `startOffset`; the epoch of `startOffset` itself then begins there. */
  truncateFromStart(startOffset: number): void {
    const floor = this.#entries.findLast((entry) => entry.startOffset <= startOffset);
    if (floor === undefined) return;
    const kept = this.#entries.filter((entry) => entry.startOffset > startOffset);
    const entries = [{ epoch: floor.epoch, startOffset }, ...kept];
    if (entries.length === this.#entries.length && floor.startOffset === startOffset) return;
    this.#entries = entries;
    this.#version++;
  }

  /** Becomes what `entries` of another cache say. */
  restore(entries: readonly EpochEntry[]): void {
    this.#entries = [...entries];
    this.#version++;
  }
}
