/**
 * A random life of a topic, and somebody who follows it by a store of their own, as another process would: the writer appends, rolls, deletes
 * records, cuts, begins anew, stops, is killed, deletes the topic and makes it again. At each moment the follower must see records that were appended
 * where it sees them, in order and without gaps; after a refresh, or a few milliseconds of waiting, exactly what the log has.
 */
import { setImmediate } from 'node:timers/promises';
import { openStore, type FollowedLog, type PartitionLog, type ReadOnlyStore, type Store } from '#millrace/main.js';
import type { FileSystem } from '#millrace/file/file-system.js';
import { LOOK_INTERVAL_MAX_MS, LOOKS_PER_CHECK } from '#millrace/limits.js';
import { FakeClock } from '../support/fake-clock.ts';
import type { Random } from '../support/random.ts';

/** Where the life is lived. */
export interface Place {
  readonly directory: string;
  /** Of the writer; null for the real one. Asked at each opening. */
  writerSystem(): FileSystem | null;
  /** Of the follower. */
  readonly followerSystem: FileSystem | null;
  /** Ends the writer as SIGKILL would, where that can be had. */
  readonly kill?: () => void;
}

interface Waiter {
  readonly offset: number;
  /** `no`, `woken`, or the code of the error. */
  ended: string;
}

const TOPIC = 'orders';
const CONFIG = { 'segment.bytes': 4096, 'index.interval.bytes': 300 };

export class FollowedLife {
  readonly counts = new Map<string, number>();
  readonly #random: Random;
  readonly #place: Place;
  readonly #clock = new FakeClock();
  readonly #waiters: Waiter[] = [];
  /** Views that were handed out, and copies of what they showed. */
  readonly #views: { view: Uint8Array; copy: Buffer }[] = [];
  #store: Store;
  #reader: ReadOnlyStore;
  #followed: FollowedLog;
  /** The value at each offset of the log, and all that ever stood there since the topic was made. */
  #values: string[] = [];
  #ever = new Map<number, Set<string>>();
  #serial = 0;

  static async begin(random: Random, place: Place): Promise<FollowedLife> {
    const store = await openStore(place.directory, writerOptions(place));
    await store.createTopic(TOPIC, { config: CONFIG });
    const clock = new FakeClock();
    const reader = await openStore(place.directory, readerOptions(place, clock));
    return new FollowedLife(random, place, { store, reader, clock });
  }

  private constructor(
    random: Random,
    place: Place,
    { store, reader, clock }: { store: Store; reader: ReadOnlyStore; clock: FakeClock },
  ) {
    this.#random = random;
    this.#place = place;
    this.#store = store;
    this.#reader = reader;
    this.#clock = clock;
    this.#followed = reader.partition(TOPIC, 0);
  }

  async live(steps: number): Promise<void> {
    const ways = {
      append: [40, () => this.#append()],
      roll: [6, () => this.#log.roll()],
      deleteRecords: [6, () => void this.#log.deleteRecords(this.#anyOffset())],
      cut: [6, () => this.#cut()],
      beginAnew: [2, () => this.#beginAnew()],
      checkpoint: [3, () => this.#store.checkpoint()],
      reopen: [4, () => this.#reopen()],
      kill: [this.#place.kill === undefined ? 0 : 4, () => this.#kill()],
      makeAnew: [2, () => this.#makeAnew()],
      wait: [15, () => this.#wait()],
      peek: [15, () => this.#peek()],
      peekLater: [8, () => this.#peekLater()],
      compare: [10, () => this.#compare()],
      passTime: [10, () => this.#passTime()],
    } as const;
    const dice = Object.entries(ways).flatMap(([name, [weight]]) => Array.from({ length: weight }, () => name));
    for (let step = 0; step < steps; step++) {
      const name = this.#random.pick(dice) as keyof typeof ways;
      this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
      await ways[name][1]();
    }
    await this.#passTime();
    this.#compare();
  }

  async end(): Promise<void> {
    await this.#reader.close();
    await setImmediate();
    for (const { ended } of this.#waiters) must(ended !== 'no', 'somebody waits on a log that is closed');
    must(this.#clock.scheduled === 0, 'a timer is left');
    await this.#store.close();
    for (const { view, copy } of this.#views) must(copy.equals(view), 'a view has become another one');
  }

  get #log(): PartitionLog {
    return this.#store.partition(TOPIC, 0);
  }

  #anyOffset(): number {
    return this.#random.between(this.#log.startOffset, this.#log.endOffset);
  }

  #append(): void {
    const log = this.#log;
    const records = Array.from({ length: this.#random.between(1, 4) }, (_, i) => {
      const offset = log.endOffset + i;
      const value = `${offset}/${this.#serial++}/`.padEnd(this.#random.between(10, 700), '.');
      this.#values[offset] = value;
      const ever = this.#ever.get(offset) ?? new Set();
      this.#ever.set(offset, ever.add(value));
      return { value };
    });
    log.append(records, { compression: this.#random.chance(0.1) ? 'gzip' : 'none' });
  }

  #cut(): void {
    this.#values.length = this.#log.truncateTo(this.#anyOffset());
  }

  #beginAnew(): void {
    const offset = this.#random.between(0, this.#log.endOffset + 20);
    this.#log.truncateFullyAndStartAt(offset);
    this.#values = [];
    this.#values.length = offset;
  }

  async #reopen(): Promise<void> {
    await this.#store.close();
    await this.#open();
  }

  async #kill(): Promise<void> {
    this.#place.kill!();
    if (this.#random.chance(0.5)) this.#compare();
    await this.#open();
  }

  async #open(): Promise<void> {
    this.#store = await openStore(this.#place.directory, writerOptions(this.#place));
    must(this.#log.endOffset === this.#values.length, `the writer found ${this.#log.endOffset} records`);
  }

  async #makeAnew(): Promise<void> {
    const deleting = this.#store.deleteTopic(TOPIC);
    if (this.#random.chance(0.5)) this.#tolerate(() => this.#followed.refresh());
    await deleting;
    if (this.#random.chance(0.5)) await this.#passTime(false);
    await this.#store.createTopic(TOPIC, { config: CONFIG });
    this.#values = [];
    this.#ever = new Map();
    if (this.#random.chance(0.5)) this.#append();
    // Whatever the follower was doing, it is told; who asks again gets the new log.
    await this.#passTime(false);
    this.#tolerate(() => this.#followed.refresh());
    must(this.#followed.isClosed, 'the log of a topic that was deleted is followed still');
    for (const waiter of this.#waiters)
      must(waiter.ended !== 'no', `somebody waits for ${waiter.offset} of a log that is gone`);
    this.#waiters.length = 0;
    this.#followed = this.#reader.partition(TOPIC, 0);
  }

  /** Runs what may find that the topic is gone. */
  #tolerate(call: () => unknown): void {
    try {
      call();
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_MILLRACE_CLOSED') throw error;
    }
  }

  #wait(): void {
    const offset = this.#random.between(0, this.#log.endOffset + 4);
    const waiter: Waiter = { offset, ended: 'no' };
    this.#waiters.push(waiter);
    this.#followed.waitFor(offset).then(
      () => (waiter.ended = 'woken'),
      (error) => (waiter.ended = String(error.code)),
    );
  }

  /** Reads as it comes, with no refresh: what was there at some time. */
  #peek(): void {
    const { startOffset, endOffset } = this.#followed;
    if (endOffset === startOffset) return;
    const offset = this.#random.between(startOffset, endOffset - 1);
    this.#check(offset, () => this.#followed.read(offset, { maxBytes: this.#random.between(0, 3000) }));
  }

  async #peekLater(): Promise<void> {
    const { startOffset, endOffset } = this.#followed;
    if (endOffset === startOffset) return;
    const offset = this.#random.between(startOffset, endOffset - 1);
    try {
      const run = await this.#followed.readAsync(offset, { maxBytes: 2000 });
      this.#check(offset, () => run);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE') throw error;
    }
  }

  #check(from: number, read: () => ReturnType<FollowedLog['read']>): void {
    let offset = from;
    try {
      for (const batch of read()) {
        batch.ensureValid();
        for (const record of batch) {
          if (record.offset < from) continue;
          must(record.offset === offset, `${record.offset} follows ${offset - 1}`);
          const value = String(record.value);
          must(this.#ever.get(offset)?.has(value) === true, `at ${offset} stands ${value}, which nobody appended`);
          if (this.#random.chance(0.02))
            this.#views.push({ view: record.value!, copy: Buffer.from(record.value ?? '') });
          offset++;
        }
      }
    } catch (error) {
      // It was cut away or deleted.
      if ((error as { code?: string }).code !== 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE') throw error;
    }
  }

  /** After a refresh the follower has what the log has; deleted records are there until their segment goes. */
  #compare(): void {
    const followed = this.#followed;
    const end = followed.refresh();
    must(end === this.#values.length && followed.endOffset === end, `refresh came to ${end} of ${this.#values.length}`);
    let offset = followed.startOffset;
    while (offset < end) {
      const run = this.#readStanding(offset);
      if (run === null) {
        const start = followed.startOffset;
        must(
          start > offset && start <= this.#log.startOffset,
          `${offset} to ${start} are gone, and nobody deleted them`,
        );
        offset = start;
        continue;
      }
      must(run.size > 0, `nothing at ${offset} of ${followed.startOffset} to ${end}`);
      for (const batch of run) {
        for (const record of batch) {
          if (record.offset < offset) continue;
          must(record.offset === offset, `${record.offset} where ${offset} was to be`);
          must(String(record.value) === this.#values[offset], `other bytes at ${offset}`);
          offset++;
        }
      }
    }
  }

  /** Null where a segment has gone meanwhile: the writer's files are unlinked by another thread. */
  #readStanding(offset: number): ReturnType<FollowedLog['read']> | null {
    try {
      return this.#followed.read(offset);
    } catch (error) {
      if ((error as { code?: string }).code === 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE') return null;
      throw error;
    }
  }

  /** Lets the follower look; then those who wait for what is there have been woken. */
  async #passTime(isPresent = true): Promise<void> {
    // That a directory has gone is seen when it is asked for; all else by the next look.
    for (let look = isPresent ? 1 : LOOKS_PER_CHECK; look > 0; look--) this.#clock.advance(LOOK_INTERVAL_MAX_MS);
    await setImmediate();
    if (!isPresent) return;
    for (const { offset, ended } of this.#waiters) {
      const isDue = offset < this.#values.length;
      must(!isDue || ended === 'woken', `who waits for ${offset} of ${this.#values.length} was not woken: ${ended}`);
    }
  }
}

function writerOptions(place: Place): { fileSystem?: FileSystem; recoveryThreads: number } {
  const fileSystem = place.writerSystem();
  return fileSystem === null ? { recoveryThreads: 0 } : { fileSystem, recoveryThreads: 0 };
}

function readerOptions(
  { followerSystem }: Place,
  clock: FakeClock,
): { readOnly: true; fileSystem?: FileSystem; clock: FakeClock } {
  return followerSystem === null ? { readOnly: true, clock } : { readOnly: true, fileSystem: followerSystem, clock };
}

function must(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
