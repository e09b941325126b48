/**
 * What a partition of `__consumer_offsets` says, batch by batch in the order of the log: which offsets its groups have committed.
 *
 * An offset that was written in a transaction counts from its commit marker on, and an aborted one never; of two for the same partition the one that
 * stands later in the log wins, also when it was a plain one and the transaction of the other ended after it (OffsetMetadataManager). A null
 * value forgets an offset, and with it what open transactions have written for it so far. No I/O.
 */
import { decodeControlType } from '../record/control-record.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { Offset, Timestamp, TopicPartition } from '../types.ts';
import { decodeOffsetCommit, type OffsetCommitKey, type OffsetCommitValue } from './offset-commit-format.ts';

/** An offset that a group has committed, as `consumer.assign` takes it. */
export interface CommittedOffset extends TopicPartition {
  /** Of the record to be read next. */
  readonly offset: Offset;
  /** Of the last record that was read; -1 where the committer did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: Timestamp;
}

interface Entry {
  readonly key: OffsetCommitKey;
  readonly value: OffsetCommitValue;
  /** Where it stands in the log. */
  readonly at: Offset;
}

type Entries = Map<string, Entry>;

export class OffsetTable {
  readonly #groups = new Map<string, Entries>();
  /** By producer: what its open transaction has written, the last word for each partition. */
  readonly #pending = new Map<number, Entries>();

  apply(batch: RecordBatch): void {
    if (batch.isControl) this.#decide(batch);
    else for (const { key, value, offset } of batch) this.#commit(batch, key, value, offset);
  }

  /** Those that have committed offsets. */
  get groups(): Iterable<string> {
    return this.#groups.keys();
  }

  /** In the order of topics and partitions. */
  committed(group: string): CommittedOffset[] {
    const entries = [...(this.#groups.get(group)?.values() ?? [])];
    const offsets = entries.map(({ key: { topic, partition }, value }) => {
      const { offset, leaderEpoch, metadata, commitTimestamp } = value;
      return { topic, partition, offset, leaderEpoch, metadata, commitTimestamp };
    });
    return offsets.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  }

  /** Partitions whose offset an open transaction of somebody's will set for the group, if it commits (KIP-447). */
  pending(group: string): TopicPartition[] {
    const found: TopicPartition[] = [];
    for (const entries of this.#pending.values()) {
      for (const { key } of entries.values())
        if (key.group === group) found.push({ topic: key.topic, partition: key.partition });
    }
    return found;
  }

  #commit(batch: RecordBatch, keyBytes: Uint8Array | null, valueBytes: Uint8Array | null, at: Offset): void {
    const commit = decodeOffsetCommit(keyBytes, valueBytes);
    if (commit === null) return;
    const { key, value } = commit;
    if (value === null) {
      this.#forget(key);
      return;
    }
    const entry = { key, value, at };
    if (!batch.isTransactional) {
      this.#hold(entry);
      return;
    }
    let entries = this.#pending.get(batch.producerId);
    if (entries === undefined) this.#pending.set(batch.producerId, (entries = new Map()));
    entries.set(pendingName(key), entry);
  }

  #decide(batch: RecordBatch): void {
    for (const record of batch) {
      const type = decodeControlType(record.key);
      if (type === 'other') continue;
      const entries = this.#pending.get(batch.producerId);
      this.#pending.delete(batch.producerId);
      if (type === 'commit') for (const entry of entries?.values() ?? []) this.#hold(entry);
    }
  }

  #hold(entry: Entry): void {
    const { group } = entry.key;
    let entries = this.#groups.get(group);
    if (entries === undefined) this.#groups.set(group, (entries = new Map()));
    const name = nameOf(entry.key);
    const known = entries.get(name);
    if (known === undefined || known.at < entry.at) entries.set(name, entry);
  }

  #forget(key: OffsetCommitKey): void {
    const entries = this.#groups.get(key.group);
    entries?.delete(nameOf(key));
    if (entries?.size === 0) this.#groups.delete(key.group);
    const name = pendingName(key);
    for (const pending of this.#pending.values()) pending.delete(name);
  }
}

/** No topic has a slash in its name. */
function nameOf({ topic, partition }: OffsetCommitKey): string {
  return `${topic}/${partition}`;
}

/** A group may have any character in its name, so it comes last. */
function pendingName(key: OffsetCommitKey): string {
  return `${nameOf(key)}/${key.group}`;
}
