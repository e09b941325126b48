/**
 * What a partition of `__consumer_offsets` says, batch by batch in the order of the log: which offsets its groups have committed.
 *
 * An offset that was written in a transaction counts from its commit marker on, and an aborted one never; of two for the same partition the one that
 * stands later in the log wins, also when it was a plain one and the transaction of the other ended after it (OffsetMetadataManager): so the answer
 * is the same when compaction has left only the later one. A null value forgets an offset, and with it what open transactions have written
 * for it so far. A group is known from its first offset on until a record says that the group itself is gone, also when it has no offset any more. No I/O.
 */
import { bufferOf } from '../protocol/message-reader.ts';
import { decodeControlType } from '../record/control-record.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { Offset, Timestamp, TopicPartition } from '../types.ts';
import type { OffsetCommitValue } from './offset-commit-format.ts';
import { OffsetRecordReader } from './offset-record-reader.ts';
import { comparePartitions } from './partitions-format.ts';
import { PartitionMap } from './partition-map.ts';

/** An offset that a group has committed, as `consumer.assign` takes it. */
export interface CommittedOffset extends TopicPartition {
  /** Of the record to be read next. */
  readonly offset: Offset;
  /** Of the last record that was read; -1 where the committer did not say. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: Timestamp;
}

export interface StoredOffset extends OffsetCommitValue {
  /** Where its record stands in the log. */
  readonly at: Offset;
}

/** Told of a record that is about something else: of groups and their members. The bytes are views that hold until it returns. */
export type OtherRecord = (key: Buffer, value: Buffer | null, at: Offset) => void;

/** By group. No map in it is empty. */
type GroupMap<T> = Map<string, PartitionMap<T>>;

export class OffsetTable {
  readonly #committed: GroupMap<StoredOffset> = new Map();
  /** By producer: what its open transaction has written, the last word for each partition. */
  readonly #pending = new Map<number, GroupMap<StoredOffset>>();
  /** The same turned round: the producers whose transactions have written for a partition. */
  readonly #writers: GroupMap<Set<number>> = new Map();
  /** Groups that have written an offset, be it one that was forgotten, or in a transaction that was aborted. */
  readonly #names = new Set<string>();
  readonly #reader = new OffsetRecordReader();
  #count = 0;

  /** Committed offsets, of all groups. */
  get count(): number {
    return this.#count;
  }

  /** All that are known. */
  groups(): Set<string> {
    return new Set([...this.#names, ...this.#committed.keys(), ...this.#writers.keys()]);
  }

  isKnown(group: string): boolean {
    return this.#names.has(group) || this.#committed.has(group) || this.#writers.has(group);
  }

  apply(batch: RecordBatch, other?: OtherRecord): void {
    if (batch.isControl) this.#decide(batch);
    else this.#take(batch, other);
  }

  /** In the order of topics and partitions. */
  committed(group: string): CommittedOffset[] {
    return Array.from(this.stored(group), ([topic, partition, stored]) =>
      committedOffset(topic, partition, stored),
    ).sort(comparePartitions);
  }

  /** All of a group, in no order. */
  stored(group: string): Iterable<[topic: string, partition: number, stored: StoredOffset]> {
    return this.#committed.get(group)?.entries() ?? [];
  }

  /** Those of one topic, by partition. */
  storedOf(group: string, topic: string): ReadonlyMap<number, StoredOffset> | null {
    return this.#committed.get(group)?.of(topic) ?? null;
  }

  find(group: string, topic: string, partition: number): StoredOffset | null {
    return this.#committed.get(group)?.get(topic, partition) ?? null;
  }

  /** Partitions whose offset an open transaction of somebody's will set for the group, if it commits (KIP-447). */
  pending(group: string): TopicPartition[] {
    return Array.from(this.#writers.get(group)?.entries() ?? [], ([topic, partition]) => ({ topic, partition }));
  }

  /** What open transactions have written for the group: for a partition as many as have written for it. */
  *staged(group: string): Generator<[topic: string, partition: number, stored: StoredOffset]> {
    for (const [topic, partition, producers] of this.#writers.get(group)?.entries() ?? []) {
      for (const producerId of producers)
        yield [topic, partition, this.#pending.get(producerId)!.get(group)!.get(topic, partition)!];
    }
  }

  isPending(group: string, topic: string, partition: number): boolean {
    return this.#writers.get(group)?.has(topic, partition) ?? false;
  }

  hasPending(group: string): boolean {
    return this.#writers.has(group);
  }

  #take(batch: RecordBatch, other?: OtherRecord): void {
    const reader = this.#reader;
    const { isTransactional, producerId } = batch;
    const cursor = batch.cursor();
    const bytes = bufferOf(cursor.bytes);
    while (cursor.next()) {
      if (!reader.readKey(bytes, cursor.keyPosition, cursor.keySize)) {
        if (cursor.valueSize < 0 && reader.readGroupKey(bytes, cursor.keyPosition, cursor.keySize))
          this.#names.delete(reader.group);
        other?.(cursor.key!, cursor.value, cursor.offset);
      } else if (cursor.valueSize < 0) {
        this.#forget(reader.group, reader.topic, reader.partition);
      } else if (reader.readValue(bytes, cursor.valuePosition, cursor.valueSize)) {
        const stored = storedAt(cursor.offset, reader);
        if (isTransactional) this.#stage(producerId, reader, stored);
        else this.#hold(reader.group, reader.topic, reader.partition, stored);
      }
    }
  }

  #stage(producerId: number, { group, topic, partition }: OffsetRecordReader, stored: StoredOffset): void {
    let groups = this.#pending.get(producerId);
    if (groups === undefined) this.#pending.set(producerId, (groups = new Map()));
    this.#names.add(group);
    partitionsOf(groups, group).set(topic, partition, stored);
    const writers = partitionsOf(this.#writers, group);
    const known = writers.get(topic, partition);
    if (known === undefined) writers.set(topic, partition, new Set([producerId]));
    else known.add(producerId);
  }

  #decide(batch: RecordBatch): void {
    const { producerId } = batch;
    for (const record of batch) {
      const type = decodeControlType(record.key);
      const groups = this.#pending.get(producerId);
      if (type === 'other' || groups === undefined) continue;
      this.#pending.delete(producerId);
      for (const [group, partitions] of groups) {
        for (const [topic, partition, stored] of partitions.entries()) {
          this.#unstage(producerId, group, topic, partition);
          if (type === 'commit') this.#hold(group, topic, partition, stored);
        }
      }
    }
  }

  #unstage(producerId: number, group: string, topic: string, partition: number): void {
    const writers = this.#writers.get(group)?.get(topic, partition);
    writers?.delete(producerId);
    if (writers?.size === 0) deleteFrom(this.#writers, group, topic, partition);
  }

  #hold(group: string, topic: string, partition: number, stored: StoredOffset): void {
    const partitions = partitionsOf(this.#committed, group);
    const known = partitions.get(topic, partition);
    if (known !== undefined && known.at > stored.at) return;
    if (known === undefined) {
      this.#names.add(group);
      this.#count++;
    }
    partitions.set(topic, partition, stored);
  }

  #forget(group: string, topic: string, partition: number): void {
    if (deleteFrom(this.#committed, group, topic, partition)) this.#count--;
    for (const producerId of this.#writers.get(group)?.get(topic, partition) ?? []) {
      const groups = this.#pending.get(producerId)!;
      deleteFrom(groups, group, topic, partition);
      if (groups.size === 0) this.#pending.delete(producerId);
    }
    deleteFrom(this.#writers, group, topic, partition);
  }
}

export function committedOffset(topic: string, partition: number, stored: StoredOffset): CommittedOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp } = stored;
  return { topic, partition, offset, leaderEpoch, metadata, commitTimestamp };
}

function storedAt(at: Offset, reader: OffsetRecordReader): StoredOffset {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = reader;
  return { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId, at };
}

function partitionsOf<T>(groups: GroupMap<T>, group: string): PartitionMap<T> {
  let partitions = groups.get(group);
  if (partitions === undefined) groups.set(group, (partitions = new PartitionMap()));
  return partitions;
}

function deleteFrom<T>(groups: GroupMap<T>, group: string, topic: string, partition: number): boolean {
  const partitions = groups.get(group);
  if (partitions === undefined || !partitions.delete(topic, partition)) return false;
  if (partitions.isEmpty) groups.delete(group);
  return true;
}
