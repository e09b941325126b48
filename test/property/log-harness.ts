/**
 * One log with all that a store would give it, on a file system that a test chose; and what a store keeps for it: the recovery point, the
 * start offset and how far it is compacted, each durable as soon as it is set.
 */
import { dirname } from 'node:path';
import type { Clock } from '#millrace/clock.js';
import type { FileSystem } from '#millrace/file/file-system.js';
import { Flusher } from '#millrace/file/flusher.js';
import { Health } from '#millrace/file/health.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import { recoverLog, type LogRecoveryReport } from '#millrace/log/log-recovery.js';
import type { LogSettings } from '#millrace/log/log-settings.js';
import { PartitionLog } from '#millrace/log/partition-log.js';

export class ManualClock implements Clock {
  time = 1_700_000_000_000;

  now(): number {
    return this.time;
  }

  schedule(): () => void {
    return () => undefined;
  }
}

export interface HarnessOptions {
  readonly directory: string;
  readonly settings: LogSettings;
  /** Step of the read windows. */
  readonly step: number;
}

export class LogHarness {
  readonly options: HarnessOptions;
  readonly clock = new ManualClock();
  system: FileSystem;
  health!: Health;
  flusher!: Flusher;
  log!: PartitionLog;
  recoveryPoint = 0;
  startOffset = 0;
  /** As in `cleaner-offset-checkpoint`. */
  cleanedOffset = 0;
  readonly #abandoned: Flusher[] = [];

  constructor(system: FileSystem, options: HarnessOptions) {
    this.system = system;
    this.options = options;
    makeDurably(system, options.directory);
  }

  open(): void {
    const { directory, settings, step } = this.options;
    const { system, clock } = this;
    this.health = new Health(directory);
    this.flusher = new Flusher(system.flushThread(directory), this.health);
    const cache = new WindowCache(system, { step, windowsMax: 4 });
    this.log = PartitionLog.open({ system, cache, clock, flusher: this.flusher, health: this.health }, directory, {
      settings,
      startOffset: this.startOffset,
      beforeCut: (recoveryPoint, startOffset) => {
        this.recoveryPoint = Math.min(this.recoveryPoint, recoveryPoint);
        this.startOffset = startOffset;
        this.cleanedOffset = Math.min(this.cleanedOffset, recoveryPoint);
      },
      beforeRemoval: (startOffset) => {
        this.startOffset = startOffset;
        return true;
      },
    });
    // As the store: the start was durable and the records before it were not.
    if (this.log.startOffset > this.log.endOffset) this.log.truncateFullyAndStartAt(this.log.startOffset);
  }

  /** As a store does it after an unclean stop. */
  recover(system: FileSystem): LogRecoveryReport {
    this.#abandoned.push(this.flusher);
    this.system = system;
    const { directory, settings } = this.options;
    const { recoveryPoint, startOffset } = this;
    const report = recoverLog(system, { directory, settings, startOffset, recoveryPoint });
    this.recoveryPoint = report.endOffset;
    this.open();
    return report;
  }

  async checkpoint(): Promise<void> {
    const recoveryPoint = await this.log.checkpoint();
    this.recoveryPoint = recoveryPoint;
    this.startOffset = this.log.startOffset;
  }

  /** A clean stop: afterwards the log opens without recovery. */
  async close(): Promise<void> {
    const { log } = this;
    await log.close();
    this.recoveryPoint = log.endOffset;
    this.startOffset = log.startOffset;
    this.flusher.close();
  }

  /** Ends the threads of those that were left behind by kills that were none. */
  async dispose(): Promise<void> {
    for (const flusher of this.#abandoned) {
      await flusher.idle();
      flusher.close();
    }
  }
}

/** As the store makes a partition's directory: with those above it, and the names of all on stable storage. */
function makeDurably(system: FileSystem, path: string): void {
  if (path === '/' || path === '/tmp') return;
  makeDurably(system, dirname(path));
  system.makeDirectory(path);
  system.syncDirectory(dirname(path));
}
