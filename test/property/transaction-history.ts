/**
 * A random history of transactional producers on one store, with take-overs, time-outs, late requests and crashes, and what must hold all the way:
 * of each transaction a reader of committed records sees all, in order, or nothing; all of those that were acknowledged, nothing of those that
 * were aborted or are open; and the offsets that groups have committed are those of the transactions that are seen.
 */
import { expect } from 'vitest';
import type { RecordBatch, Store, Transaction, TransactionalProducer } from '#millrace/main.js';
import { decodeControlType } from '#millrace/record/control-record.js';
import { turn, until } from '../consumer/consumer-fixture.ts';
import { committed, failure, openRig } from '../producer/transaction-rig.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';

export interface Sent {
  readonly topic: 'orders' | 'totals';
  readonly partition: number;
  readonly count: number;
}

export type Command =
  | {
      readonly do: 'transaction';
      readonly producer: number;
      readonly sent: readonly Sent[];
      readonly offsets: boolean;
      /** `leave`: the function does not end before somebody else ends the transaction. */
      readonly how: 'commit' | 'throw' | 'leave';
      /** The next command comes when it has ended. */
      readonly wait: boolean;
    }
  | { readonly do: 'take over' | 'late'; readonly producer: number }
  | { readonly do: 'time' | 'kill' | 'power' | 'close' };

interface Known {
  readonly number: number;
  readonly producer: number;
  readonly sent: readonly Sent[];
  readonly offsets: boolean;
  /** `asked`: it is not known (any more) what became of it. */
  state: 'open' | 'asked' | 'committed' | 'aborted';
  release: (() => void) | null;
  ended: Promise<unknown>;
}

const TIMEOUT_MS = 60_000;

export class TransactionHistory {
  readonly counts: Record<string, number> = {};
  readonly #random: Random;
  #system = new MemoryFileSystem({ fileBytesMax: 256 * 1024 });
  #store!: Store;
  #clock!: FakeClock;
  #producers: TransactionalProducer[] = [];
  #known: Known[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  async run(commands: readonly Command[]): Promise<void> {
    await this.#open();
    for (const [i, command] of commands.entries()) {
      this.#count(command.do);
      await this.#do(command);
      const next = commands[i + 1]?.do;
      // A crash comes in the middle of what is under way.
      if (next !== 'kill' && next !== 'power') await this.#check();
      else for (let turns = this.#random.between(0, 12); turns > 0; turns--) await turn();
    }
    await this.#restart('close');
    await this.#check();
    await this.#store.close();
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case 'transaction':
        return this.#transaction(command);
      case 'take over':
        return this.#takeOver(command.producer);
      case 'late':
        return this.#late(command.producer);
      case 'time':
        return this.#time();
      case 'kill':
      case 'power':
      case 'close':
        return this.#restart(command.do);
    }
  }

  async #open(): Promise<void> {
    const rig = await openRig(this.#system, {}, false);
    this.#store = rig.store;
    this.#clock = rig.clock;
    this.#producers = [0, 1, 2].map((i) => this.#producer(i));
  }

  #producer(i: number): TransactionalProducer {
    return this.#store.producer({ transactionalId: `p${i}`, transactionTimeoutMs: TIMEOUT_MS });
  }

  async #transaction(command: Command & { do: 'transaction' }): Promise<void> {
    const { producer, sent, offsets, how, wait } = command;
    // One that has a transaction open would refuse: that has a test of its own.
    if (this.#known.some((each) => each.producer === producer && each.state === 'open')) return;
    const known: Known = {
      number: this.#known.length,
      producer,
      sent,
      offsets,
      state: 'open',
      release: null,
      ended: Promise.resolve(),
    };
    this.#known.push(known);
    let reached!: () => void;
    const left = new Promise<void>((resolve) => (reached = resolve));
    const running = this.#producers[producer].transaction(async (tx) => {
      await this.#send(tx, known);
      if (how === 'throw') throw new Error('thrown');
      if (how === 'leave') {
        await new Promise<void>((resolve) => {
          known.release = resolve;
          reached();
        });
      }
    });
    known.ended = this.#outcome(known, running, how).finally(reached);
    if (how === 'leave') await left;
    else if (wait) await known.ended;
  }

  async #outcome(known: Known, running: Promise<unknown>, how: 'commit' | 'throw' | 'leave'): Promise<void> {
    const result = await failure(running);
    // It was asked before a crash and answers after it: the check has decided.
    if (known.state !== 'open') return;
    this.#count(`ended: ${result}`);
    const expected = { commit: ['none'], throw: ['thrown'], leave: [] as string[] }[how];
    const others = ['ERR_MILLRACE_PRODUCER_FENCED', 'ERR_MILLRACE_TRANSACTION_TIMEOUT', 'ERR_MILLRACE_CLOSED'];
    expect([...expected, ...others]).toContain(result);
    known.state = result === 'none' ? 'committed' : 'aborted';
  }

  async #send(tx: Transaction, { number, producer, sent, offsets }: Known): Promise<void> {
    let i = 0;
    const sends = sent.map(({ topic, partition, count }) => {
      const records = Array.from({ length: count }, () => ({ partition, value: `${number}.${i++}` }));
      return tx.send(topic, records);
    });
    if (offsets) sends.push(tx.sendOffsets(`g${producer}`, [{ topic: 'in', partition: 0, offset: number }]) as never);
    await Promise.all(sends);
  }

  async #takeOver(producer: number): Promise<void> {
    this.#producers[producer] = this.#producer(producer);
    await this.#producers[producer].init();
    await this.#release((known) => known.producer === producer);
  }

  async #time(): Promise<void> {
    await this.#settle();
    for (let i = 0; i < 8; i++) {
      this.#clock.advance(10_000);
      await until(() => this.#store.statistics.transactions.open === 0);
    }
    await this.#release(() => true);
  }

  /** What is still on its way from a transaction that has ended finds nothing of the next one (KIP-890). */
  async #late(producer: number): Promise<void> {
    const open = this.#known.filter((each) => each.producer === producer && each.state === 'open');
    if (open.length > 0) return;
    const last = this.#known.findLast((each) => each.producer === producer);
    // What a crash left open is open until somebody ends it, and takes what comes of it.
    const [left] = await this.#store.transactions({ pattern: new RegExp(`p${producer}`), states: ['Ongoing'] });
    if (last === undefined || left !== undefined) return;
    for (const { topic, partition } of last.sent) {
      const log = this.#store.partition(topic, partition);
      const written = [...log.read(log.startOffset)].findLast(
        (batch) => !batch.isControl && numbersIn(batch).includes(last.number),
      );
      if (written === undefined) continue;
      this.#count('a late request');
      const { producerId, producerEpoch, baseSequence, recordCount } = written;
      const late = { producerId, producerEpoch, baseSequence: baseSequence + recordCount, isTransactional: true };
      const append = (): unknown => log.append([{ value: `${last.number}.9` }], { producer: late });
      expect(append).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_PRODUCER_FENCED' }));
    }
  }

  async #restart(how: 'kill' | 'power' | 'close'): Promise<void> {
    for (const known of this.#known) {
      if (known.state !== 'open') continue;
      // Nobody asked for its end; of the others nobody knows.
      if (how !== 'close') known.state = known.release === null ? 'asked' : 'aborted';
    }
    // The dead do nothing any more: what they wait for never comes. (Their windows lead to the files of whoever comes next.)
    if (how !== 'close') for (const known of this.#known) known.release = null;
    if (how === 'close') await this.#store.close();
    await this.#release(() => how === 'close');
    if (how === 'close') await this.#settle();
    if (how === 'kill') this.#system = this.#system.kill();
    if (how === 'power') this.#system = this.#system.crash(this.#random);
    await this.#open();
    const isDecided = async (): Promise<boolean> =>
      (await this.#store.transactions({ states: ['PrepareCommit', 'PrepareAbort'] })).length === 0;
    while (!(await isDecided())) await until(() => false);
  }

  async #release(which: (known: Known) => boolean): Promise<void> {
    for (const known of this.#known) {
      if (known.release === null || !which(known)) continue;
      known.release();
      known.release = null;
      await known.ended;
    }
  }

  /** Everything that ends by itself has ended. */
  async #settle(): Promise<void> {
    for (const { state, release, ended } of this.#known) if (state === 'open' && release === null) await ended;
  }

  async #check(): Promise<void> {
    await this.#settle();
    const seen = new Map<number, string[]>();
    for (const topic of ['orders', 'totals']) {
      for (const [partition, values] of (await committed(this.#store, topic)).entries()) {
        for (const value of values) {
          const number = Number(value.split('.')[0]);
          seen.set(number, [...(seen.get(number) ?? []), `${topic}-${partition} ${value}`]);
        }
      }
    }
    const offsets = new Map<number, number>();
    for (const known of this.#known) {
      const expected = expectedOf(known);
      const found = seen.get(known.number) ?? [];
      if (known.state === 'asked') known.state = this.#isCommitted(known) ? 'committed' : 'aborted';
      const what = `transaction ${known.number}, ${known.state}`;
      if (known.state === 'committed') expect(this.#shown(found), what).toEqual(this.#shown(expected));
      else expect(found, what).toEqual([]);
      if (known.state === 'committed' && known.offsets) offsets.set(known.producer, known.number);
    }
    for (const producer of [0, 1, 2]) {
      const [offset] = await this.#store.committedOffsets(`g${producer}`);
      expect(offset?.offset, `offset of g${producer}`).toBe(offsets.get(producer));
    }
  }

  /** Those in partitions where nothing that is open stands before anything else: a reader waits there. */
  #shown(places: string[]): string[] {
    return places.filter((place) => {
      const [topic, partition] = place.split(' ')[0].split('-');
      const { lastStableOffset, endOffset } = this.#store.partition(topic, Number(partition));
      return lastStableOffset === endOffset;
    });
  }

  /** What the marker says that follows its records. */
  #isCommitted({ number, sent: [{ topic, partition }] }: Known): boolean {
    const log = this.#store.partition(topic, partition);
    const batches = [...log.read(log.startOffset)];
    const at = batches.findIndex((batch) => !batch.isControl && numbersIn(batch).includes(number));
    // It was not written before the crash.
    if (at < 0) return false;
    const marker = batches.find((batch, i) => i > at && batch.isControl && batch.producerId === batches[at].producerId);
    return marker !== undefined && decodeControlType([...marker][0].key) === 'commit';
  }

  #count(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

/** Of the transactions that a batch has records of. */
function numbersIn(batch: RecordBatch): number[] {
  return Array.from(batch, ({ value }) => Number(String(value).split('.')[0]));
}

/** Topic by topic, partition by partition, as they were sent. */
function expectedOf({ number, sent }: Known): string[] {
  const all: [string, string][] = [];
  let i = 0;
  for (const { topic, partition, count } of sent) {
    for (let n = 0; n < count; n++) all.push([`${topic}-${partition}`, `${number}.${i++}`]);
  }
  const places = ['orders-0', 'orders-1', 'totals-0', 'totals-1'];
  return places.flatMap((place) => all.filter(([at]) => at === place).map(([at, value]) => `${at} ${value}`));
}
