/**
 * A random life of one log beside its model: appends, cuts, reads, flushes, clean and unclean stops, a full disk for a while, and deaths in
 * the middle of an operation. Everything follows from the seed. `step` does one operation; what it does not like, it throws.
 */
import { isMillraceError } from '#millrace/errors.js';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import type { CompressionName, RecordInput } from '#millrace/types.js';
import { Random } from '../support/random.ts';
import type { LogRecoveryReport } from '#millrace/log/log-recovery.js';
import { LogHarness } from './log-harness.ts';
import type { TestedFileSystem } from './tested-file-system.ts';
import { checkIndexes, settled, stateOf } from './log-inspection.ts';
import { modelRecord, randomRecords, randomSettings } from './log-input.ts';
import {
  adopt,
  type Bounds,
  checkAll,
  checkRead,
  checkTimestamp,
  equal,
  fail,
  LogModel,
  type ModelRecord,
} from './log-model.ts';

/** Thrown by a system call of a process that dies there. */
class Killed extends Error {}

export class LogRun {
  readonly random: Random;
  readonly model = new LogModel();
  readonly trace: string[] = [];
  readonly counts = new Map<string, number>();
  system: TestedFileSystem;
  readonly harness: LogHarness;
  #epoch = 0;
  /** Everything below is promised to survive a power failure. */
  #acknowledged = 0;
  /** Loss seen in power failures: records that were visible and never acknowledged. */
  lost = 0;

  constructor(seed: number, system: TestedFileSystem, directory: string) {
    this.random = new Random(seed);
    this.system = system;
    const settings = randomSettings(this.random);
    this.trace.push(JSON.stringify(settings));
    this.harness = new LogHarness(this.system, {
      directory,
      settings,
      step: 4096 * this.random.between(1, 4),
    });
    this.harness.open();
  }

  get #log(): LogHarness['log'] {
    return this.harness.log;
  }

  async step(): Promise<void> {
    const weights: [number, string, () => void | Promise<void>][] = [
      [30, 'append', () => this.#append()],
      [8, 'appendReady', () => this.#appendReady()],
      [3, 'roll', () => this.#guarded(() => this.#log.roll())],
      [4, 'deleteRecords', () => this.#deleteRecords()],
      [3, 'truncateTo', () => this.#truncateTo()],
      [1, 'truncateFully', () => this.#truncateFully()],
      [20, 'read', () => this.#read()],
      [4, 'timestamp', () => checkTimestamp(this.#log, this.model, this.random.between(0, 6000))],
      [6, 'flush', () => this.#flush()],
      [6, 'runFlush', () => void this.system.runFlush()],
      [4, 'acknowledge', () => this.#acknowledge()],
      [4, 'writeback', () => this.system.writeback(this.random)],
      [3, 'checkpoint', () => this.#checkpoint()],
      [2, 'reopen', () => this.#reopen()],
      [2, 'kill', () => this.#stop('kill', this.#bounds('kill'))],
      [2, 'powerFailure', () => this.#stop('powerFailure', this.#bounds('powerFailure'))],
      [3, 'dieDuring', () => this.#dieDuring()],
      [2, 'fullDisk', () => this.#fullDisk()],
      [2, 'checkAll', () => checkAll(this.#log, this.model, this.random)],
    ];
    const total = weights.reduce((sum, [weight]) => sum + weight, 0);
    let left = this.random.between(1, total);
    const [, name, run] = weights.find(([weight]) => (left -= weight) <= 0)!;
    this.#note(name);
    this.harness.clock.time += this.random.between(0, 100);
    await run();
    if (this.harness.health.failure !== null) await this.#stop('kill', this.#bounds('kill'));
    if (process.env.MILLRACE_TRACE !== undefined) this.#detail(stateOf(this.harness));
    equal(this.#log.endOffset, this.model.end, `endOffset after ${name}`);
    equal(this.#log.startOffset, this.model.start, `startOffset after ${name}`);
  }

  #note(text: string): void {
    this.trace.push(text);
    this.counts.set(text, (this.counts.get(text) ?? 0) + 1);
  }

  #detail(text: string): void {
    this.trace[this.trace.length - 1] += ` ${text}`;
  }

  #epochOfAppend(): number {
    if (this.random.chance(0.05)) this.#epoch++;
    return this.#epoch;
  }

  #expected(records: readonly RecordInput[], now: number, epoch: number): ModelRecord[] {
    return records.map((record, i) => modelRecord(record, this.model.end + i, now, epoch));
  }

  /** Takes appended records into the model, with the batches that the log made of them. */
  #appended(expected: ModelRecord[], baseOffset: number, lastOffset: number): void {
    const { fault } = this.system;
    this.system.fault = null;
    equal(baseOffset, this.model.end, 'baseOffset');
    equal(lastOffset, this.model.end + expected.length - 1, 'lastOffset');
    let next = baseOffset;
    while (next <= lastOffset) {
      const run = this.#log.read(next);
      for (const batch of run) {
        equal(batch.baseOffset, next, 'base offset of an appended batch');
        for (; next < batch.nextOffset; next++) expected[next - baseOffset].batchBase = batch.baseOffset;
      }
    }
    equal(next, lastOffset + 1, 'end of the appended batches');
    this.model.records.push(...expected);
    this.system.fault = fault;
  }

  /** Runs what may be refused; true when it was not. A refusal must have changed nothing, which the caller's next checks see. */
  #guarded(run: () => void, ...codes: string[]): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      if (codes.includes(error.code)) this.#detail(error.code);
      else if (error.code === 'ERR_MILLRACE_NO_SPACE' && this.system.capacity < Infinity) this.#detail('no space');
      else throw error;
      return false;
    }
  }

  #append(): void {
    const records = randomRecords(this.random);
    const leaderEpoch = this.#epochOfAppend();
    const compression = this.random.pick<CompressionName>(['none', 'none', 'none', 'none', 'gzip', 'snappy', 'lz4']);
    const expected = this.#expected(records, this.harness.clock.time, leaderEpoch);
    this.#detail(`${records.length} ${compression}`);
    this.#guarded(() => {
      const receipt = this.#log.append(records, { leaderEpoch, compression });
      this.#appended(expected, receipt.baseOffset, receipt.lastOffset);
    }, 'ERR_MILLRACE_TOO_LARGE');
  }

  #appendReady(): void {
    const { random, model } = this;
    const records = randomRecords(this.random);
    const now = this.harness.clock.time;
    const from = random.pick(['producer', 'leader'] as const);
    const leaderEpoch = this.#epochOfAppend();
    const batches = encodeBatches(records, {
      baseOffset: from === 'leader' ? model.end : random.between(0, 1000),
      leaderEpoch: from === 'leader' ? leaderEpoch : -1,
      timestamp: now,
      timestampType: 'CreateTime',
      batchBytesMax: random.pick([0, 500, 5000]) + 800,
      compression: random.pick<CompressionName>(['none', 'gzip', 'lz4']),
    });
    const bytes = Buffer.concat(batches);
    const expected = this.#expected(records, now, leaderEpoch);
    this.#detail(`${records.length} in ${batches.length} ${from}`);
    this.#guarded(() => {
      const receipt = this.#log.appendBatches(bytes, from === 'leader' ? { from } : { from, leaderEpoch });
      this.#appended(expected, receipt.baseOffset, receipt.lastOffset);
    }, 'ERR_MILLRACE_TOO_LARGE');
  }

  #deleteRecords(): void {
    const offset = this.random.between(Math.max(0, this.model.start - 3), this.model.end);
    this.#detail(String(offset));
    equal(this.#log.deleteRecords(offset), Math.max(offset, this.model.start), 'start after deleteRecords');
    this.#moveStart(offset);
  }

  #moveStart(offset: number): void {
    const { model } = this;
    model.start = Math.max(offset, model.start);
    model.deletedTo = Math.max(model.deletedTo, model.start);
  }

  /** Where a cut leaves the log, and the log that it must be then. */
  #cutModel(offset: number): number {
    const { model } = this;
    if (offset >= model.end) return model.end;
    if (offset < model.start) {
      model.restart(offset);
      return offset;
    }
    const end = model.at(offset).batchBase;
    if (end < model.start) model.restart(model.start);
    else model.cut(end);
    return model.end;
  }

  #truncateTo(): void {
    const offset = this.random.between(Math.max(0, this.model.start - 2), this.model.end + 2);
    this.#detail(String(offset));
    let found = -1;
    const done = this.#guarded(() => {
      found = this.#log.truncateTo(offset);
    }, 'ERR_MILLRACE_OFFLINE');
    if (!done) return this.#afterHalfCut();
    equal(found, this.#cutModel(offset), 'end after truncateTo');
    this.#acknowledged = Math.min(this.#acknowledged, found);
  }

  #truncateFully(): void {
    const offset = this.random.pick([0, this.model.start, this.model.end, this.model.end + 100]);
    this.#detail(String(offset));
    if (!this.#guarded(() => this.#log.truncateFullyAndStartAt(offset), 'ERR_MILLRACE_OFFLINE'))
      return this.#afterHalfCut();
    this.model.restart(offset);
    this.#acknowledged = offset;
  }

  /** A cut on a full disk took the log offline: `step` reopens it, within these bounds. */
  #halfCut = false;

  #afterHalfCut(): void {
    this.#halfCut ||= this.harness.health.failure !== null;
  }

  #read(): void {
    const { random, model } = this;
    const offset = random.between(model.start, model.end);
    checkRead(this.#log, model, offset, random.pick([0, 1, 100, 1000, 5000, 1 << 20]));
    for (const outside of [model.start - 1, model.end + 1]) {
      if (outside >= 0 && this.#guarded(() => void this.#log.read(outside), 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) {
        fail(`read of ${outside} outside of the log`);
      }
    }
  }

  async #flush(): Promise<void> {
    await settled(this.system, this.#log.flush());
    this.#acknowledged = this.model.end;
    equal(this.#log.durableOffset, this.model.end, 'durableOffset after a flush');
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
          this.#acknowledged = Math.max(this.#acknowledged, through);
        }
      },
      () => undefined,
    );
  }

  async #checkpoint(): Promise<void> {
    try {
      await settled(this.system, this.harness.checkpoint());
      this.#acknowledged = this.model.end;
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) throw error;
    }
  }

  async #reopen(): Promise<void> {
    this.system.capacity = Infinity;
    await settled(this.system, this.harness.close());
    equal(this.system.openFiles, 0, 'files open after close');
    this.#acknowledged = this.model.end;
    if (this.random.chance(0.3))
      checkIndexes(this.system, this.harness.options.directory, this.harness.options.settings);
    this.harness.open();
    checkAll(this.#log, this.model, this.random);
  }

  #bounds(how: 'kill' | 'powerFailure'): Bounds {
    const { model, harness } = this;
    const start = [Math.min(harness.startOffset, model.start), model.start] as const;
    if (this.#halfCut) return { start: [0, Infinity], end: [0, Infinity] };
    if (how === 'kill') return { start: [model.base, model.start], end: [model.end, model.end] };
    const durable = Math.max(this.#acknowledged, Math.min(this.#log.durableOffset, model.end));
    return { start: [Math.min(start[0], model.base), model.start], end: [durable, model.end] };
  }

  /** Ends the process or the machine, recovers, and compares. */
  async #stop(how: 'kill' | 'powerFailure', bounds: Bounds): Promise<void> {
    const before = this.model.end;
    this.system.capacity = Infinity;
    this.system = how === 'kill' ? this.system.kill() : this.system.crash(this.random);
    this.#halfCut = false;
    const report = this.#recover(how);
    // A log without segments, or one that ends before its start, goes on at its start.
    if (report.endOffset >= this.harness.startOffset) equal(report.endOffset, this.#log.endOffset, 'end in the report');
    this.#detail(`${how} -> [${this.#log.startOffset}, ${this.#log.endOffset})`);
    adopt(this.#log, this.model, bounds);
    if (how === 'powerFailure') this.lost += before - this.model.end;
    this.#acknowledged = this.model.end;
    this.#epoch = Math.max(this.#epoch, this.#log.leaderEpochs.latest);
    checkAll(this.#log, this.model, this.random);
  }

  /** At times the process or the machine dies during recovery, and it begins again. */
  #recover(how: 'kill' | 'powerFailure'): LogRecoveryReport {
    while (this.random.chance(0.2)) {
      let calls = this.random.between(1, 40);
      this.system.fault = () => {
        if (--calls <= 0) throw new Killed();
        return null;
      };
      try {
        this.harness.recover(this.system);
        this.#detail('opened,');
      } catch (error) {
        if (!(error instanceof Killed) && !isMillraceError(error, 'ERR_MILLRACE_OFFLINE')) throw error;
        this.#detail('died in recovery,');
      }
      this.system = how === 'kill' ? this.system.kill() : this.system.crash(this.random);
    }
    return this.harness.recover(this.system);
  }

  /** The process or the machine dies in one of the system calls of the next operation. */
  async #dieDuring(): Promise<void> {
    const { random, model } = this;
    const how = random.pick(['kill', 'powerFailure'] as const);
    let calls = random.between(1, 12);
    this.system.fault = () => {
      if (--calls <= 0) throw new Killed();
      return null;
    };
    const bounds = this.#bounds(how);
    const start = model.start;
    const operation = random.pick([
      'append',
      'deleteRecords',
      'truncateTo',
      'truncateFully',
      'checkpoint',
      'roll',
      'close',
    ]);
    this.#detail(operation);
    const offset = random.between(start, model.end);
    let after: Bounds = bounds;
    try {
      if (operation === 'append') {
        for (let i = 0; i < 20; i++) this.#append();
      } else if (operation === 'deleteRecords') {
        after = { ...bounds, start: [bounds.start[0], Math.max(offset, start)] };
        model.deletedTo = Math.max(model.deletedTo, offset);
        this.#log.deleteRecords(offset);
        this.#moveStart(offset);
      } else if (operation === 'truncateTo') {
        after = { start: [0, start], end: [Math.min(this.#wouldEnd(offset), bounds.end[0]), bounds.end[1]] };
        this.#log.truncateTo(offset);
        this.#cutModel(offset);
      } else if (operation === 'truncateFully') {
        after = { start: [0, Math.max(start, offset)], end: [offset, Math.max(offset, bounds.end[1])] };
        this.#log.truncateFullyAndStartAt(offset);
        model.restart(offset);
      } else if (operation === 'checkpoint') await settled(this.system, this.harness.checkpoint());
      else if (operation === 'roll') this.#log.roll();
      else await settled(this.system, this.harness.close());
      // It was through before the call came: the state is known exactly.
      this.#acknowledged = Math.min(this.#acknowledged, model.end);
      if (operation !== 'close') after = this.#bounds(how);
    } catch (error) {
      if (!(error instanceof Killed) && !isMillraceError(error)) throw error;
      if (operation === 'append') after = { ...this.#bounds(how), start: bounds.start };
    }
    this.system.fault = null;
    await this.#stop(how, after);
  }

  #wouldEnd(offset: number): number {
    const { model } = this;
    if (offset >= model.end) return model.end;
    return Math.max(model.at(offset).batchBase, model.start);
  }

  #fullDisk(): void {
    if (this.system.capacity < Infinity) this.system.capacity = Infinity;
    else this.system.capacity = this.system.used + 4096 * this.random.between(0, 3);
    this.#detail(String(this.system.capacity));
  }
}
