/**
 * A partition log in a temporary directory, with all that it needs: real files, a real flusher, a clock that stands still.
 *
 *     const rig = new TempLog({ segmentBytes: 64 * 1024 });
 *     rig.log.append([{ value: 'a' }]);
 *     await rig.reopen();
 *
 * With MILLRACE_COPY=1 on copies in place of mappings. Closes and removes everything when the test has ended.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { openDisk } from '#millrace/file/disk-choice.js';
import { Flusher } from '#millrace/file/flusher.js';
import type { FileSystem, FlushThread } from '#millrace/file/file-system.js';
import { Health } from '#millrace/file/health.js';
import { WindowCache, type WindowCacheLimits } from '#millrace/file/window-cache.js';
import { recoverLog, type LogRecoveryReport } from '#millrace/log/log-recovery.js';
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '#millrace/log/log-settings.js';
import type { LogEnvironment } from '#millrace/log/log-writer.js';
import { PartitionLog, type LogOptions } from '#millrace/log/partition-log.js';
import { encodeBatches, type EncodeOptions } from '#millrace/record/encode-batch.js';
import type { LogRecord } from '#millrace/record/record.js';
import type { RecordInput } from '#millrace/types.js';
import { FakeClock } from './fake-clock.ts';
import { temporaryDirectory } from './temp-directory.ts';

export interface TempLogOptions {
  /** Where to put the partition; default: a temporary directory. */
  readonly parent?: string;
  readonly windows?: Partial<WindowCacheLimits>;
  readonly system?: FileSystem;
  readonly startOffset?: number;
  /** Another log's, to share its rounds. */
  readonly flusher?: Flusher;
  readonly wrapFlushThread?: (thread: FlushThread) => FlushThread;
  readonly beforeCut?: LogOptions['beforeCut'];
  readonly beforeRemoval?: LogOptions['beforeRemoval'];
}

export class TempLog {
  readonly clock = new FakeClock();
  readonly system: FileSystem;
  readonly cache: WindowCache;
  readonly health: Health;
  readonly flusher: Flusher;
  readonly environment: LogEnvironment;
  readonly directory: string;
  readonly options: TempLogOptions;
  settings: LogSettings;
  log: PartitionLog;

  constructor(settings: Partial<LogSettings> = {}, options: TempLogOptions = {}) {
    const parent = options.parent ?? temporaryDirectory();
    this.options = options;
    this.settings = { ...DEFAULT_LOG_SETTINGS, ...settings };
    this.directory = join(parent, 'orders-0');
    mkdirSync(this.directory, { recursive: true });
    this.system = options.system ?? openDisk();
    this.cache = new WindowCache(this.system, options.windows);
    this.health = new Health(parent);
    const wrap = options.wrapFlushThread ?? ((thread: FlushThread) => thread);
    this.flusher = options.flusher ?? new Flusher(wrap(this.system.flushThread(parent)), this.health);
    const { clock, system, cache, health, flusher } = this;
    this.environment = { clock, system, cache, health, flusher };
    this.log = this.open();
    onTestFinished(() => this.dispose());
  }

  open(startOffset = this.options.startOffset ?? 0): PartitionLog {
    this.log = PartitionLog.open(this.environment, this.directory, {
      settings: this.settings,
      startOffset,
      beforeCut: this.options.beforeCut,
      beforeRemoval: this.options.beforeRemoval,
    });
    return this.log;
  }

  /** A clean stop and a new start. */
  async reopen(startOffset = this.log.startOffset): Promise<PartitionLog> {
    await this.log.close();
    return this.open(startOffset);
  }

  /** Ends the log as a kill would: nothing is written, the files stay as they are. */
  stop(): void {
    this.log.abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'stopped by the test'));
  }

  recover(recoveryPoint = 0): LogRecoveryReport {
    return recoverLog(this.system, { directory: this.directory, settings: this.settings, recoveryPoint });
  }

  /** Stops, recovers and opens. */
  crash(recoveryPoint = 0): LogRecoveryReport {
    this.stop();
    const report = this.recover(recoveryPoint);
    this.open();
    return report;
  }

  async dispose(): Promise<void> {
    this.log.abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'the test has ended'));
    await this.flusher.idle();
    if (this.options.flusher === undefined) this.flusher.close();
    this.system.close();
  }

  /** Names in the partition's directory, sorted; of one suffix when that is given. */
  names(suffix = ''): string[] {
    return readdirSync(this.directory)
      .filter((name) => name.endsWith(suffix))
      .sort();
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** The content of every file with one of these suffixes, by name. */
  contents(suffixes: readonly string[]): Record<string, string> {
    const names = this.names().filter((name) => suffixes.some((suffix) => name.endsWith(suffix)));
    return Object.fromEntries(names.map((name) => [name, readFileSync(this.path(name)).toString('hex')]));
  }

  records(from = this.log.startOffset, maxBytes?: number): LogRecord[] {
    return readAll(this.log, from, maxBytes);
  }

  /** The values of all records as text. */
  values(from = this.log.startOffset): string[] {
    return this.records(from).map((record) => String(record.value));
  }
}

/** All records from an offset on, read in steps of `maxBytes`. */
export function readAll(log: PartitionLog, from = log.startOffset, maxBytes?: number): LogRecord[] {
  const records: LogRecord[] = [];
  let next = from;
  while (next < log.endOffset) {
    const run = log.read(next, { maxBytes });
    if (run.size === 0) break;
    for (const batch of run) records.push(...batch);
    if (run.nextOffset <= next) throw new Error(`a read at ${next} goes on at ${run.nextOffset}`);
    next = run.nextOffset;
  }
  return records;
}

/** `count` records with values that tell their number. */
export function numbered(count: number, from = 0, padding = 0): RecordInput[] {
  return Array.from({ length: count }, (_, i) => ({ value: `${from + i}`.padEnd(padding, '.') }));
}

/** One ready batch, or several one after another. */
export function readyBatches(records: readonly RecordInput[], options: Partial<EncodeOptions> = {}): Buffer {
  return Buffer.concat(
    encodeBatches(records, {
      baseOffset: 0,
      leaderEpoch: 0,
      timestamp: 1_700_000_000_000,
      timestampType: 'CreateTime',
      batchBytesMax: 1 << 20,
      compression: 'none',
      ...options,
    }),
  );
}
