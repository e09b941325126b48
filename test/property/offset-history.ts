/**
 * A random history of committed offsets in a log that is compacted, closed and opened again in between, and what must hold all the way: who has followed
 * it step by step, who reads on now and then and who reads it from its start are told the same, and that is what the history says.
 *
 * What it says is asked of the list of all that was written, without an order of events in mind: an offset is that of the newest record, by its place in the log,
 * which is behind the last tombstone of its partition and which is plain or of a transaction that was committed.
 */
import { expect } from 'vitest';
import { commitRecords, tombstones } from '#millrace/group/commit-records.js';
import { answerOffsets } from '#millrace/group/offset-answer.js';
import { expire, type OffsetFacts } from '#millrace/group/offset-expiry.js';
import { OffsetReader } from '#millrace/group/offset-reader.js';
import type { OffsetTable } from '#millrace/group/offset-table.js';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import type { Store } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { openInMemory } from '../store/store-fixture.ts';

/** Of a group, in a topic. */
export interface Place {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export type OffsetCommand =
  | { readonly do: 'commit'; readonly places: readonly Place[]; readonly retentionMs: number }
  | { readonly do: 'stage'; readonly producer: number; readonly places: readonly Place[] }
  | { readonly do: 'end'; readonly producer: number; readonly type: 'commit' | 'abort' }
  | { readonly do: 'forget'; readonly place: Place }
  | { readonly do: 'time'; readonly ms: number }
  | { readonly do: 'expire' | 'compact' | 'reopen' | 'look' };

interface Written {
  readonly at: number;
  readonly place: Place;
  /** Null for a tombstone. */
  readonly offset: number | null;
  readonly commitTimestamp: number;
  readonly expireTimestamp: number;
  /** Of a plain one null. */
  readonly transaction: { state: 'open' | 'commit' | 'abort' } | null;
}

const TOPIC = '__consumer_offsets';
export const RETENTION_MS = 1_000;
const DELETE_RETENTION_MS = 500;
const config = {
  'cleanup.policy': 'compact',
  'segment.bytes': 1024,
  'delete.retention.ms': DELETE_RETENTION_MS,
  'min.cleanable.dirty.ratio': 0,
};
/** It never had members: its offsets expire from their commits on. */
const simple: OffsetFacts = {
  type: 'classic',
  state: 'Empty',
  protocolType: null,
  stateSince: null,
  subscribedTopics: null,
};

export class OffsetHistory {
  readonly counts: Record<string, number> = {};
  readonly #clock = new FakeClock();
  readonly #written: Written[] = [];
  readonly #open = new Map<number, { state: 'open' | 'commit' | 'abort' }>();
  #system = new MemoryFileSystem({ fileBytesMax: 64 * 1024 });
  #store!: Store;
  #log!: PartitionLog;
  #follower!: OffsetReader;
  #visitor!: OffsetReader;
  #next = 0;

  async run(commands: readonly OffsetCommand[]): Promise<void> {
    await this.#begin();
    for (const command of commands) {
      this.#count(command.do);
      await this.#do(command);
      this.#check(this.#follower.catchUp());
      if (command.do === 'compact') this.#check(await this.#reader().read());
    }
    this.#check(await this.#reader().read());
    this.#check(await this.#visitor.read());
    await this.#store.close();
  }

  async #begin(): Promise<void> {
    const { store } = await openInMemory(this.#system, { clock: this.#clock, compactionIntervalMs: 0x7fff_ffff });
    this.#store = store;
    if (!store.topics().some(({ name }) => name === TOPIC)) await store.createTopic(TOPIC, { config });
    this.#log = store.partition(TOPIC, 0);
    this.#follower = this.#reader();
    this.#visitor = this.#reader();
    await this.#follower.read();
  }

  #reader(): OffsetReader {
    return new OffsetReader(this.#log, { clock: this.#clock, deleteRetentionMs: DELETE_RETENTION_MS });
  }

  async #do(command: OffsetCommand): Promise<void> {
    switch (command.do) {
      case 'commit':
        return this.#commit(command.places, command.retentionMs, null);
      case 'stage':
        return this.#commit(command.places, -1, command.producer);
      case 'end':
        return this.#end(command.producer, command.type);
      case 'forget':
        return this.#forget([command.place]);
      case 'time':
        return this.#clock.advance(command.ms);
      case 'expire':
        return this.#expire();
      case 'compact':
        return this.#compact();
      case 'reopen':
        await this.#store.close();
        return this.#begin();
      case 'look':
        this.#check(await this.#visitor.read());
    }
  }

  async #compact(): Promise<void> {
    this.#log.roll();
    const { recordsRead, recordsKept } = await this.#store.compact(TOPIC, 0);
    this.#count('compacted away', recordsRead - recordsKept);
  }

  #commit(places: readonly Place[], retentionMs: number, producer: number | null): void {
    for (const place of places) {
      const { group, topic, partition } = place;
      const offset = ++this.#next;
      const now = this.#clock.now();
      const commit = { groupId: group, offsets: [{ topic, partition, offset }], now, retentionMs, metadataMax: 10 };
      const { records } = commitRecords(commit);
      let transaction: Written['transaction'] = null;
      if (producer !== null) {
        transaction = this.#open.get(producer) ?? { state: 'open' };
        this.#open.set(producer, transaction);
      }
      const options =
        producer === null ? {} : { producer: { producerId: producer, producerEpoch: 0, isTransactional: true } };
      const { baseOffset: at } = this.#log.append(records, options);
      const expireTimestamp = retentionMs === -1 ? -1 : now + retentionMs;
      this.#written.push({ at, place, offset, commitTimestamp: now, expireTimestamp, transaction });
    }
  }

  #end(producer: number, type: 'commit' | 'abort'): void {
    this.#log.endTransaction({ producerId: producer, producerEpoch: 0, type });
    const transaction = this.#open.get(producer);
    if (transaction !== undefined) transaction.state = type;
    this.#open.delete(producer);
  }

  #forget(places: readonly Place[]): void {
    for (const place of places) {
      const { baseOffset: at } = this.#log.append(tombstones(place.group, [place]));
      this.#written.push({ at, place, offset: null, commitTimestamp: 0, expireTimestamp: -1, transaction: null });
    }
  }

  #expire(): void {
    const at = this.#clock.now();
    const table = this.#follower.catchUp();
    const gone: Place[] = [];
    for (const group of table.groups()) {
      const { expired, groupGoes } = expire(table, group, simple, { at, retentionMs: RETENTION_MS });
      gone.push(...expired.map((partition) => ({ group, ...partition })));
      const left = this.#places().filter(
        (place) => place.group === group && !expired.some((each) => isAt(place, each)),
      );
      expect(groupGoes, group).toBe(left.every((place) => this.#expected(place) === null && !this.#isPending(place)));
    }
    const due = this.#places().filter((place) => {
      const written = this.#expected(place);
      if (written === null || this.#isPending(place)) return false;
      const { commitTimestamp, expireTimestamp } = written;
      return at >= (expireTimestamp === -1 ? commitTimestamp + RETENTION_MS : expireTimestamp);
    });
    expect(gone.map(nameOf).sort()).toEqual(due.map(nameOf).sort());
    this.#count('expired', due.length);
    this.#count('kept for a transaction', this.#places().filter((place) => this.#isPending(place)).length);
    this.#forget(due);
  }

  #check(table: OffsetTable): void {
    const places = this.#places();
    const expected = places.flatMap((place) => {
      const written = this.#expected(place);
      return written === null ? [] : [`${nameOf(place)} = ${written.offset} since ${written.commitTimestamp}`];
    });
    const groups = [...new Set(places.map(({ group }) => group))];
    const told = groups.flatMap((group) =>
      table
        .committed(group)
        .map((each) => `${nameOf({ group, ...each })} = ${each.offset} since ${each.commitTimestamp}`),
    );
    expect(told.sort()).toEqual(expected.sort());
    expect(table.count).toBe(expected.length);
    for (const place of places) {
      expect(table.isPending(place.group, place.topic, place.partition), nameOf(place)).toBe(this.#isPending(place));
      const query = { groupId: place.group, partitions: [place], requireStable: true };
      const [{ error }] = answerOffsets(table, query);
      expect(error === null).toBe(!this.#isPending(place));
    }
  }

  /** All that were ever written, each once. */
  #places(): Place[] {
    return [...new Map(this.#written.map(({ place }) => [nameOf(place), place])).values()];
  }

  #behindTombstones(place: Place): Written[] {
    const all = this.#written.filter((written) => nameOf(written.place) === nameOf(place));
    const last = all.findLast(({ offset }) => offset === null)?.at ?? -1;
    return all.filter(({ at }) => at > last);
  }

  #expected(place: Place): Written | null {
    const isSeen = ({ transaction }: Written): boolean => transaction === null || transaction.state === 'commit';
    return this.#behindTombstones(place).findLast(isSeen) ?? null;
  }

  #isPending(place: Place): boolean {
    return this.#behindTombstones(place).some(({ transaction }) => transaction?.state === 'open');
  }

  #count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }
}

function nameOf({ group, topic, partition }: Place): string {
  return `${group}/${topic}/${partition}`;
}

function isAt(place: Place, { topic, partition }: { topic: string; partition: number }): boolean {
  return place.topic === topic && place.partition === partition;
}
