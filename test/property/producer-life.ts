/**
 * A random life of a log that several producers write, idempotent and transactional ones: appends, retries, what is out of order, open batches, markers,
 * rolls, cuts, retention, clean stops, kills and power failures. What the log knows of its producers must be what all its batches say.
 */
import { isMillraceError } from '#millrace/errors.js';
import { readWholeFile } from '#millrace/file/whole-file.js';
import type { AbortedTransaction } from '#millrace/index/transaction-index.js';
import { DEFAULT_LOG_SETTINGS } from '#millrace/log/log-settings.js';
import { decodeProducerSnapshot } from '#millrace/log/producer-snapshot.js';
import type { Receipt } from '#millrace/log/receipt.js';
import { segmentFile, SNAPSHOT_SUFFIX } from '#millrace/segment/segment-files.js';
import { TestOwner } from '../support/batch-owner.ts';
import { Random } from '../support/random.ts';
import { codeOf, TestProducer } from '../support/test-producer.ts';
import { LogHarness } from './log-harness.ts';
import { settled } from './log-inspection.ts';
import { equal, fail } from './log-model.ts';
import { batchesIn, type Known, known, type KnownBatch } from './producer-oracle.ts';
import type { TestedFileSystem } from './tested-file-system.ts';

class Killed extends Error {}

const PRODUCERS = 5;

export class ProducerLife {
  readonly random: Random;
  readonly harness: LogHarness;
  readonly trace: string[] = [];
  readonly counts = new Map<string, number>();
  system: TestedFileSystem;
  readonly #producers: TestProducer[];
  /** All batches of the log since it began, those that are deleted too. */
  #batches: KnownBatch[] = [];
  /** Where the first segment began at each power failure, and those of which it took the snapshot: one of them may be the first later on. */
  #bases: number[] = [];
  /** By producer: appends that a retry must find, since the log was opened and the producer had its epoch. */
  readonly #recent = new Map<number, { sequence: number; count: number; baseOffset: number }[]>();

  constructor(seed: number, system: TestedFileSystem, directory: string) {
    this.random = new Random(seed);
    this.system = system;
    const settings = {
      ...DEFAULT_LOG_SETTINGS,
      segmentBytes: this.random.pick([2048, 4096, 16_384]),
      indexIntervalBytes: this.random.pick([100, 500, 4096]),
      compression: this.random.pick(['producer', 'producer', 'gzip'] as const),
    };
    this.harness = new LogHarness(system, { directory, settings, step: 4096 });
    this.harness.open();
    const log = (): LogHarness['log'] => this.harness.log;
    this.#producers = Array.from({ length: PRODUCERS }, (_, i) => new TestProducer(log, i, i >= 2));
  }

  async step(): Promise<void> {
    const steps: [number, string, () => void | Promise<void>][] = [
      [30, 'append', () => this.#append()],
      [6, 'open batch', () => this.#openBatch()],
      [5, 'plain', () => void this.harness.log.append([{ value: 'plain' }])],
      [8, 'retry', () => this.#retry()],
      [5, 'out of order', () => this.#outOfOrder()],
      [12, 'end', () => this.#end()],
      [3, 'new epoch', () => this.#newEpoch()],
      [3, 'roll', () => this.harness.log.roll()],
      [3, 'deleteRecords', () => this.#deleteRecords()],
      [3, 'truncateTo', () => this.#truncateTo()],
      [1, 'truncateFully', () => this.#restart()],
      [4, 'checkpoint', () => settled(this.system, this.harness.checkpoint())],
      [4, 'runFlush', () => void this.system.runFlush()],
      [3, 'writeback', () => this.system.writeback(this.random)],
      [3, 'reopen', () => this.#reopen()],
      [3, 'kill', () => this.#crash('kill')],
      [3, 'powerFailure', () => this.#crash('powerFailure')],
      [3, 'die during', () => this.#dieDuring()],
    ];
    let left = this.random.between(
      1,
      steps.reduce((sum, [weight]) => sum + weight, 0),
    );
    const [, name, run] = steps.find(([weight]) => (left -= weight) <= 0)!;
    this.trace.push(name);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
    this.harness.clock.time += this.random.between(0, 100);
    await run();
    this.#take();
    this.#compare();
  }

  #note(text: string): void {
    this.trace[this.trace.length - 1] += ` ${text}`;
  }

  /** Takes in what the log has now. */
  #take(): void {
    const { log } = this.harness;
    const shown = batchesIn(log);
    const start = shown[0]?.baseOffset ?? log.endOffset;
    this.#batches = [...this.#batches.filter(({ lastOffset }) => lastOffset < start), ...shown];
  }

  /**
   * What is known from the first batch on; or, where a power failure has taken the snapshots, from what was the first segment then. The last one is what must be
   * known in any case.
   */
  #variants(): Known[] {
    const bases = [0, ...this.#bases, this.#firstSegment()];
    return bases.map((base) => known(this.#batches.filter(({ baseOffset }) => baseOffset >= base)));
  }

  #compare(): void {
    const { log } = this.harness;
    const variants = this.#variants();
    const [all] = variants;
    const found = log.activeProducers;
    for (const entry of found) {
      const said = variants.map(({ producers }) => JSON.stringify(producers.get(entry.producerId)));
      if (!said.includes(JSON.stringify(sorted(entry, all))))
        fail(`found ${JSON.stringify(entry)}, the log says ${said.join(' or ')}`);
    }
    for (const producerId of variants.at(-1)!.producers.keys())
      if (!found.some((entry) => entry.producerId === producerId)) fail(`producer ${producerId} is not known`);
    const stable = variants.map(({ open }) => Math.max(open[0] ?? log.endOffset, log.startOffset));
    if (!stable.includes(log.lastStableOffset))
      fail(`stable up to ${log.lastStableOffset}, expected ${stable.join(' or ')}`);
    if (log.startOffset < log.endOffset) this.#compareAborted(variants);
  }

  #compareAborted(variants: readonly Known[]): void {
    const { log } = this.harness;
    const from = this.random.between(log.startOffset, log.endOffset - 1);
    const to = this.random.between(from + 1, log.endOffset);
    const found = log.abortedTransactions(from, to);
    const said = new Set(variants.flatMap(({ aborted }) => aborted.map((each) => JSON.stringify(each))));
    for (const each of found)
      if (!said.has(JSON.stringify(each))) fail(`aborted: ${JSON.stringify(each)}, of which the log knows nothing`);
    const overlaps = ({ firstOffset, lastOffset }: AbortedTransaction): boolean =>
      lastOffset >= from && firstOffset < to;
    for (const each of variants.at(-1)!.aborted.filter(overlaps)) {
      const { producerId, firstOffset, lastOffset } = each;
      const covers = (other: AbortedTransaction): boolean =>
        other.producerId === producerId && other.firstOffset <= firstOffset && other.lastOffset === lastOffset;
      if (!found.some(covers)) fail(`not aborted: ${JSON.stringify(each)} for [${from}, ${to})`);
    }
  }

  #segments(): number[] {
    const names = this.system.list(this.harness.options.directory).map(({ name }) => name);
    return names.filter((name) => name.endsWith('.log')).map((name) => Number.parseInt(name));
  }

  #firstSegment(): number {
    return Math.min(...this.#segments());
  }

  #segmentsWithoutSnapshot(): number[] {
    return this.#segments().filter((base) => {
      const path = segmentFile(this.harness.options.directory, base, SNAPSHOT_SUFFIX);
      try {
        decodeProducerSnapshot(readWholeFile(this.system, path), path);
        return false;
      } catch {
        return true;
      }
    });
  }

  #producer(): TestProducer {
    const producer = this.random.pick(this.#producers);
    // Where it goes on: a crash may have taken what it wrote last.
    const entry = this.harness.log.activeProducers.find(({ producerId }) => producerId === producer.producerId);
    if (entry !== undefined && entry.producerEpoch >= producer.producerEpoch) {
      producer.producerEpoch = entry.producerEpoch;
      producer.sequence = (entry.lastSequence + 1) % 2 ** 31;
      producer.coordinatorEpoch = Math.max(producer.coordinatorEpoch, entry.coordinatorEpoch);
    } else if (entry !== undefined) producer.sequence = 0;
    return producer;
  }

  #append(): void {
    const producer = this.#producer();
    const { sequence } = producer;
    const count = this.random.between(1, 5);
    this.#note(`${producer.producerId} ${sequence} ${count}`);
    this.#remember(producer, sequence, count, producer.append(count));
  }

  #remember({ producerId }: TestProducer, sequence: number, count: number, { baseOffset, isDuplicate }: Receipt): void {
    equal(isDuplicate, false, 'an append that was none before');
    const recent = this.#recent.get(producerId) ?? [];
    recent.push({ sequence, count, baseOffset });
    this.#recent.set(producerId, recent.slice(-5));
  }

  #openBatch(): void {
    const producer = this.#producer();
    const owner = new TestOwner();
    const wanted = this.random.between(1, 4);
    const batch = this.harness.log.openBatch({ owner, producer: producer.stamp });
    let count = 0;
    // The segment may have no room for all of them.
    while (count < wanted && batch.add({ value: `${count}` }, this.harness.clock.time)) count++;
    // Whatever comes next seals it; or it is given up, and nothing has happened.
    if (this.random.chance(0.2)) batch.discard(new Error('given up'));
    else if (this.random.chance(0.5)) batch.seal();
    else this.harness.log.append([{ value: 'after' }]);
    if (owner.receipts.length > 0) this.#remember(producer, producer.sequence, count, owner.receipts[0]);
  }

  #retry(): void {
    const producer = this.#producer();
    const recent = this.#recent.get(producer.producerId) ?? [];
    if (recent.length === 0) return;
    const { sequence, count, baseOffset } = this.random.pick(recent);
    this.#note(`${producer.producerId} ${sequence} ${count}`);
    const { endOffset } = this.harness.log;
    const receipt = producer.retry(sequence, count);
    equal(receipt.isDuplicate, true, 'a retry is a duplicate');
    equal(receipt.baseOffset, baseOffset, 'first offset of a duplicate');
    equal(this.harness.log.endOffset, endOffset, 'end after a duplicate');
  }

  #outOfOrder(): void {
    const producer = this.#producer();
    const entry = this.harness.log.activeProducers.find(({ producerId }) => producerId === producer.producerId);
    if (entry === undefined) return;
    const code = codeOf(() => producer.retry((producer.sequence + 1 + this.random.between(0, 50)) % 2 ** 31));
    equal(code, 'ERR_MILLRACE_OUT_OF_ORDER_SEQUENCE', 'a gap in the sequence');
    if (entry.producerEpoch === 0) return;
    const late = { ...producer.stamp, producerEpoch: entry.producerEpoch - 1 };
    equal(
      codeOf(() => this.harness.log.append([{ value: 'late' }], { producer: late })),
      'ERR_MILLRACE_PRODUCER_FENCED',
      'an old epoch',
    );
  }

  #end(): void {
    const producer = this.#producer();
    if (!producer.isTransactional) return;
    if (this.random.chance(0.1)) producer.coordinatorEpoch++;
    this.#note(String(producer.producerId));
    producer.end(this.random.pick(['commit', 'abort'] as const));
  }

  #newEpoch(): void {
    const producer = this.#producer();
    producer.producerEpoch++;
    producer.sequence = 0;
    this.#recent.delete(producer.producerId);
    this.#note(`${producer.producerId} ${producer.producerEpoch}`);
    if (producer.isTransactional && this.random.chance(0.5)) producer.end('abort', { transactionVersion: 2 });
  }

  #deleteRecords(): void {
    const { log } = this.harness;
    log.deleteRecords(this.random.between(log.startOffset, log.endOffset));
  }

  #truncateTo(): void {
    const { log } = this.harness;
    const offset = this.random.between(log.startOffset, log.endOffset);
    const begin = this.#batches.find(({ lastOffset }) => lastOffset >= offset)?.baseOffset ?? offset;
    const end = log.truncateTo(offset);
    // The batch began before the log's start: nothing is left, and nobody known.
    if (begin < log.startOffset) this.#forgetAll();
    this.#note(`${offset} -> ${end}`);
    this.#forgetRecent(end);
  }

  #restart(): void {
    const { log } = this.harness;
    log.truncateFullyAndStartAt(log.endOffset + this.random.between(0, 20));
    this.#forgetAll();
  }

  #forgetAll(): void {
    this.#batches = [];
    this.#bases = [];
    this.#recent.clear();
    for (const producer of this.#producers) producer.sequence = 0;
  }

  async #reopen(): Promise<void> {
    await settled(this.system, this.harness.close());
    equal(this.system.openFiles, 0, 'files open after close');
    this.harness.open();
    this.#forgetRecent();
  }

  /** A snapshot has the last batch of each, and a cut may have taken that. */
  #forgetRecent(end = Infinity): void {
    const last = new Map(this.harness.log.activeProducers.map((entry) => [entry.producerId, entry.lastOffset]));
    for (const [producerId, recent] of this.#recent) {
      const isKnown = ({ baseOffset, count }: { baseOffset: number; count: number }): boolean =>
        baseOffset < end && last.get(producerId) === baseOffset + count - 1;
      this.#recent.set(producerId, recent.filter(isKnown));
    }
  }

  async #crash(how: 'kill' | 'powerFailure'): Promise<void> {
    this.system = how === 'kill' ? this.system.kill() : this.system.crash(this.random);
    this.harness.recover(this.system);
    if (how === 'powerFailure') this.#bases.push(this.#firstSegment(), ...this.#segmentsWithoutSnapshot());
    this.#note(`${how} -> [${this.harness.log.startOffset}, ${this.harness.log.endOffset})`);
    this.#take();
    this.#forgetRecent();
  }

  /** The process or the machine dies in a system call of an operation. */
  async #dieDuring(): Promise<void> {
    let calls = this.random.between(1, 15);
    this.system.fault = () => {
      if (--calls <= 0) throw new Killed();
      return null;
    };
    const { log } = this.harness;
    const operation = this.random.pick([
      'appends',
      'truncateTo',
      'checkpoint',
      'close',
      'deleteRecords',
      'roll',
    ] as const);
    this.#note(operation);
    try {
      if (operation === 'appends') {
        for (let i = 0; i < 15; i++) {
          if (this.random.chance(0.3)) this.#end();
          else this.#append();
        }
      } else if (operation === 'truncateTo') log.truncateTo(this.random.between(log.startOffset, log.endOffset));
      else if (operation === 'checkpoint') await settled(this.system, this.harness.checkpoint());
      else if (operation === 'close') await settled(this.system, this.harness.close());
      else if (operation === 'roll') log.roll();
      else this.#deleteRecords();
    } catch (error) {
      if (!(error instanceof Killed) && !isMillraceError(error)) throw error;
    }
    this.system.fault = null;
    await this.#crash(this.random.pick(['kill', 'powerFailure'] as const));
  }
}

/** With its fields in the order that the oracle has them. */
function sorted(entry: object, { producers }: Known): object {
  const [example = entry] = producers.values();
  return Object.fromEntries(Object.keys(example).map((key) => [key, (entry as Record<string, unknown>)[key]]));
}
