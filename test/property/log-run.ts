/**
 * A random life of one log beside its model: appends, open batches, transactions, cuts, retention, compaction, reads, flushes, clean and unclean stops, a
 * full disk for a while, and deaths in the middle of an operation. Everything follows from the seed. `step` does one operation; what it does not like, it throws.
 */
import { isMillraceError } from '#millrace/errors.js';
import type { Receipt } from '#millrace/log/receipt.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import type { CompressionName, RecordInput } from '#millrace/types.js';
import { checkCompacted, compact, planCompaction, settleFates } from './log-compaction-life.ts';
import { endOfCut, segmentsIn } from './log-contents.ts';
import { LogDeaths } from './log-deaths.ts';
import { modelRecord, randomRecords } from './log-input.ts';
import { checkIndexes, settled, stateOf } from './log-inspection.ts';
import { checkAll, checkRead, checkTimestamp, equal, fail } from './log-model.ts';
import { retainStep } from './log-retention-life.ts';
import { LogScene } from './log-scene.ts';
import { TransactionsLife } from './log-transactions-life.ts';
import { OpenBatchLife } from './open-batch-life.ts';

export class LogRun extends LogScene {
  readonly #batches = new OpenBatchLife(this);
  readonly #deaths = new LogDeaths(this, this.#batches, {
    append: () => this.#append(),
    moveStart: (offset) => this.#moveStart(offset),
    endOfCut: (offset) => this.#endOfCut(offset),
    cutTo: (end) => this.#cutTo(end),
  });
  readonly #transactions = new TransactionsLife(this, (records, epoch, receipt) =>
    this.#appended(records, epoch, receipt),
  );

  async step(): Promise<void> {
    const weights: [number, string, () => void | Promise<void>][] = [
      [30, 'append', () => this.#append()],
      [8, 'appendReady', () => this.#appendReady()],
      [3, 'openBatch', () => this.#batches.open()],
      [12, 'add', () => this.#batches.add()],
      [8, 'addAll', () => this.#batches.addAll()],
      [2, 'addWrong', () => this.#batches.addWrong()],
      [4, 'seal', () => this.#batches.seal()],
      [2, 'discard', () => this.#batches.discard()],
      [8, 'appendTransactional', () => this.#transactions.append()],
      [7, 'endTransaction', () => this.#transactions.end()],
      [5, 'compact', () => this.#compact()],
      [3, 'roll', () => this.guarded(() => this.log.roll())],
      [4, 'deleteRecords', () => this.#deleteRecords()],
      [4, 'retain', () => this.#moveStart(retainStep(this))],
      [3, 'truncateTo', () => this.#truncateTo()],
      [1, 'truncateFully', () => this.#truncateFully()],
      [20, 'read', () => this.#read()],
      [4, 'timestamp', () => checkTimestamp(this.log, this.model, this.random.between(0, 6000))],
      [6, 'flush', () => this.#flush()],
      [6, 'runFlush', () => void this.system.runFlush()],
      [4, 'acknowledge', () => this.#acknowledge()],
      [4, 'writeback', () => this.system.writeback(this.random)],
      [3, 'checkpoint', () => this.#checkpoint()],
      [2, 'reopen', () => this.#reopen()],
      [2, 'kill', () => this.#deaths.stop('kill')],
      [2, 'powerFailure', () => this.#deaths.stop('powerFailure')],
      [3, 'dieDuring', () => this.#deaths.dieDuring()],
      [2, 'fullDisk', () => this.#fullDisk()],
      [2, 'checkAll', () => checkAll(this.log, this.model, this.random)],
    ];
    const total = weights.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.random.between(1, total);
    const [, name, run] = weights.find(([weight]) => (left -= weight) <= 0)!;
    this.note(name);
    this.harness.clock.time += this.random.between(0, 100);
    await run();
    this.#batches.check();
    if (this.harness.health.failure !== null) await this.#deaths.stop('kill');
    if (process.env.MILLRACE_TRACE !== undefined) this.detail(stateOf(this.harness));
    equal(this.log.endOffset, this.model.end, `endOffset after ${name}`);
    equal(this.log.startOffset, this.model.start, `startOffset after ${name}`);
  }

  /** Takes records that were appended now into the model, with the batches that the log made of them. */
  #appended(records: readonly RecordInput[], epoch: number, { baseOffset, lastOffset }: Receipt): void {
    const { fault } = this.system;
    this.system.fault = null;
    equal(baseOffset, this.model.end, 'baseOffset');
    equal(lastOffset, this.model.end + records.length - 1, 'lastOffset');
    const { time } = this.harness.clock;
    const expected = records.map((record, i) => modelRecord(record, baseOffset + i, time, epoch));
    let next = baseOffset;
    while (next <= lastOffset) {
      const run = this.log.read(next);
      for (const batch of run) {
        equal(batch.baseOffset, next, 'base offset of an appended batch');
        for (; next < batch.nextOffset; next++) expected[next - baseOffset].batchBase = batch.baseOffset;
      }
    }
    equal(next, lastOffset + 1, 'end of the appended batches');
    this.model.records.push(...expected);
    this.system.fault = fault;
  }

  #append(): void {
    const records = randomRecords(this.random);
    const leaderEpoch = this.epochOfAppend();
    const compression = this.random.pick<CompressionName>(['none', 'none', 'none', 'none', 'gzip', 'snappy', 'lz4']);
    this.detail(`${records.length} ${compression}`);
    this.guarded(() => {
      const receipt = this.log.append(records, { leaderEpoch, compression });
      this.#appended(records, leaderEpoch, receipt);
    }, 'ERR_MILLRACE_TOO_LARGE');
  }

  #appendReady(): void {
    const { random } = this;
    const records = randomRecords(random);
    const from = random.pick(['producer', 'leader'] as const);
    const leaderEpoch = this.epochOfAppend();
    const batches = encodeBatches(records, {
      baseOffset: from === 'leader' ? this.#batches.end : random.between(0, 1000),
      leaderEpoch: from === 'leader' ? leaderEpoch : -1,
      timestamp: this.harness.clock.time,
      timestampType: 'CreateTime',
      batchBytesMax: random.pick([0, 500, 5000]) + 800,
      compression: random.pick<CompressionName>(['none', 'gzip', 'lz4']),
    });
    const bytes = Buffer.concat(batches);
    this.detail(`${records.length} in ${batches.length} ${from}`);
    this.guarded(() => {
      const receipt = this.log.appendBatches(bytes, from === 'leader' ? { from } : { from, leaderEpoch });
      this.#appended(records, leaderEpoch, receipt);
    }, 'ERR_MILLRACE_TOO_LARGE');
  }

  #deleteRecords(): void {
    const offset = this.random.between(Math.max(0, this.model.start - 3), this.model.end);
    this.detail(String(offset));
    equal(this.log.deleteRecords(offset), Math.max(offset, this.model.start), 'start after deleteRecords');
    this.#moveStart(offset);
  }

  #moveStart(offset: number): void {
    const { model } = this;
    model.start = Math.max(offset, model.start);
    model.deletedTo = Math.max(model.deletedTo, model.start);
  }

  /** Where a cut will leave the log. */
  #endOfCut(offset: number): number {
    const { model, log, system } = this;
    if (offset >= this.#batches.end) return this.#batches.end;
    if (offset < model.start) return offset;
    // What an open batch has is sealed first, as one batch.
    if (offset > model.end) return model.end;
    return Math.max(
      model.start,
      this.looking(() => endOfCut(segmentsIn(system, log), offset)),
    );
  }

  #cutTo(end: number): void {
    const { model } = this;
    if (end < model.start) model.restart(end);
    else model.cut(end);
  }

  #truncateTo(): void {
    const offset = this.random.between(Math.max(0, this.model.start - 2), this.model.end + 2);
    this.detail(String(offset));
    const expected = this.#endOfCut(offset);
    let found = -1;
    const done = this.guarded(() => {
      found = this.log.truncateTo(offset);
    }, 'ERR_MILLRACE_OFFLINE');
    if (!done) return this.#afterHalfCut();
    equal(found, expected, 'end after truncateTo');
    this.#cutTo(found);
    this.acknowledged = Math.min(this.acknowledged, found);
  }

  #truncateFully(): void {
    const offset = this.random.pick([0, this.model.start, this.model.end, this.model.end + 100]);
    this.detail(String(offset));
    if (!this.guarded(() => this.log.truncateFullyAndStartAt(offset), 'ERR_MILLRACE_OFFLINE'))
      return this.#afterHalfCut();
    this.model.restart(offset);
    this.acknowledged = offset;
  }

  /** A pass over all that may be compacted; on a full disk a part of it. */
  async #compact(): Promise<void> {
    const plan = planCompaction(this);
    try {
      checkCompacted(this, plan, await compact(this));
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE') && this.harness.health.failure === null) throw error;
      this.detail(String(error));
    }
    if (this.harness.health.failure !== null) return;
    settleFates(this);
    checkAll(this.log, this.model, this.random);
  }

  #afterHalfCut(): void {
    this.halfCut ||= this.harness.health.failure !== null;
  }

  #read(): void {
    const { random, model } = this;
    const offset = random.between(model.start, model.end);
    checkRead(this.log, model, offset, random.pick([0, 1, 100, 1000, 5000, 1 << 20]));
    for (const outside of [model.start - 1, model.end + 1]) {
      if (outside >= 0 && this.guarded(() => void this.log.read(outside), 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) {
        fail(`read of ${outside} outside of the log`);
      }
    }
  }

  async #flush(): Promise<void> {
    await settled(this.system, this.log.flush());
    this.acknowledged = this.model.end;
    equal(this.log.durableOffset, this.model.end, 'durableOffset after a flush');
  }

  /** Somebody waits for the durability of the last append, and it may not come in time. */
  #acknowledge(): void {
    const { model, harness } = this;
    const through = model.end;
    const { log } = harness;
    const records = model.records;
    const last = records.at(-1);
    void log.flush().then(
      () => {
        // Cut or restarted meanwhile: then nothing was promised about these.
        if (harness.log === log && model.records.at(through - 1 - model.base) === last && last !== undefined) {
          this.acknowledged = Math.max(this.acknowledged, through);
        }
      },
      () => undefined,
    );
  }

  async #checkpoint(): Promise<void> {
    try {
      await settled(this.system, this.harness.checkpoint());
      this.acknowledged = this.model.end;
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) throw error;
    }
  }

  async #reopen(): Promise<void> {
    this.system.capacity = Infinity;
    await settled(this.system, this.harness.close());
    equal(this.system.openFiles, 0, 'files open after close');
    this.#batches.check();
    this.acknowledged = this.model.end;
    if (this.random.chance(0.3))
      checkIndexes(
        this.system,
        this.harness.options,
        this.model.records.some(({ fate }) => fate === 'gone'),
      );
    this.harness.open();
    checkAll(this.log, this.model, this.random);
  }

  #fullDisk(): void {
    if (this.system.capacity < Infinity) this.system.capacity = Infinity;
    else this.system.capacity = this.system.used + 4096 * this.random.between(0, 3);
    this.detail(String(this.system.capacity));
  }
}
