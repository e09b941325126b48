/** What all parts of a random life of a log share: the log and its model, what was promised of it so far, and the trace of what was done. */
import { isMillraceError } from '#millrace/errors.js';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import { Random } from '../support/random.ts';
import { LogHarness } from './log-harness.ts';
import { randomSettings } from './log-input.ts';
import { LogModel } from './log-model.ts';
import type { TestedFileSystem } from './tested-file-system.ts';

/** Thrown by a system call of a process that dies there. */
export class Killed extends Error {
  override readonly message = 'the process is dead';
}

export class LogScene {
  readonly random: Random;
  readonly model = new LogModel();
  readonly trace: string[] = [];
  readonly counts = new Map<string, number>();
  readonly harness: LogHarness;
  system: TestedFileSystem;
  epoch = 0;
  /** Everything below is promised to survive a power failure. */
  acknowledged = 0;
  /** A cut on a full disk took the log offline: what is left is anybody's guess, until it was recovered. */
  halfCut = false;
  /** The first thing that was wrong where nothing may be thrown. */
  problem: Error | null = null;
  /** Loss seen in power failures: records that were visible and never acknowledged. */
  lost = 0;

  constructor(seed: number, system: TestedFileSystem, directory: string) {
    this.random = new Random(seed);
    this.system = system;
    const settings = randomSettings(this.random);
    this.trace.push(JSON.stringify(settings));
    this.harness = new LogHarness(this.system, { directory, settings, step: 4096 * this.random.between(1, 4) });
    this.harness.open();
  }

  get log(): PartitionLog {
    return this.harness.log;
  }

  /** Looks at what the log tells its owner of a batch: what is wrong there must not get lost in the log. */
  observe(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.problem ??= error as Error;
    }
  }

  /** Begins the trace of one step. */
  note(name: string): void {
    this.trace.push(name);
    this.count(name);
  }

  /** Adds to the trace of this step. */
  detail(text: string): void {
    this.trace[this.trace.length - 1] += ` ${text}`;
  }

  /** Looks at the files, whatever the process is about to die of. */
  looking<T>(look: () => T): T {
    const { fault } = this.system;
    this.system.fault = null;
    try {
      return look();
    } finally {
      this.system.fault = fault;
    }
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  epochOfAppend(): number {
    if (this.random.chance(0.05)) this.epoch++;
    return this.epoch;
  }

  /** Runs what may be refused; true when it was not. A refusal must have changed nothing, which the caller's next checks see. */
  guarded(run: () => void, ...codes: string[]): boolean {
    try {
      run();
      return true;
    } catch (error) {
      if (!isMillraceError(error)) throw error;
      if (codes.includes(error.code)) this.detail(error.code);
      else if (error.code === 'ERR_MILLRACE_NO_SPACE' && this.system.capacity < Infinity) this.detail('no space');
      else throw error;
      return false;
    }
  }
}
