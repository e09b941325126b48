/**
 * A producer over logs on a file system in memory, with a clock that the test moves: what a store gives it, without the store.
 */
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { MillraceError } from '#millrace/errors.js';
import { Flusher } from '#millrace/file/flusher.js';
import { Health } from '#millrace/file/health.js';
import { WindowCache } from '#millrace/file/window-cache.js';
import type { LogEnvironment } from '#millrace/log/log-writer.js';
import { recoverLog } from '#millrace/log/log-recovery.js';
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '#millrace/log/log-settings.js';
import { PartitionLog } from '#millrace/log/partition-log.js';
import { Producer } from '#millrace/producer/producer.js';
import type { ProducerOptions } from '#millrace/producer/producer-options.js';
import type { TopicLogs } from '#millrace/producer/topic-logs.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem, type MemoryOptions } from '../support/memory-file-system.ts';
import { readAll } from '../support/temp-log.ts';
import { Messages } from '../store/store-fixture.ts';

export interface RigOptions extends MemoryOptions {
  readonly partitions?: number;
  readonly settings?: Partial<LogSettings>;
  readonly system?: MemoryFileSystem;
}

const DIRECTORY = '/data';

export class ProducerRig implements TopicLogs {
  readonly clock = new FakeClock();
  readonly messages = new Messages();
  readonly system: MemoryFileSystem;
  readonly environment: LogEnvironment;
  readonly settings: LogSettings;
  partitions: number;
  /** Topics that there are. */
  readonly topics = new Set(['orders']);
  readonly logs = new Map<string, PartitionLog>();
  /** What a partition that cannot be opened throws. */
  readonly broken = new Map<number, Error>();
  nextProducerId = 100;

  constructor(options: RigOptions = {}) {
    this.partitions = options.partitions ?? 1;
    this.settings = { ...DEFAULT_LOG_SETTINGS, ...options.settings };
    this.system = options.system ?? new MemoryFileSystem({ fileBytesMax: 1 << 20, ...options });
    const { clock, system } = this;
    const health = new Health(DIRECTORY);
    const cache = new WindowCache(system);
    this.environment = { clock, system, cache, health, flusher: new Flusher(system.flushThread(DIRECTORY), health) };
    onTestFinished(() => {
      for (const log of this.logs.values()) log.abandon(new MillraceError('ERR_MILLRACE_CLOSED', 'the test has ended'));
    });
  }

  producer(options: ProducerOptions = {}): Producer {
    const producerIds = { next: () => this.nextProducerId++ };
    const producer = new Producer(this, { clock: this.clock, logger: this.messages.logger, producerIds }, options);
    // Nobody waits for what a test has left open.
    onTestFinished(() => void producer.close({ retry: false }));
    return producer;
  }

  partitionCount(topic: string): number {
    if (!this.topics.has(topic)) throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `there is no topic "${topic}"`);
    return this.partitions;
  }

  partition(topic: string, partition: number): PartitionLog {
    const broken = this.broken.get(partition);
    if (broken !== undefined) throw broken;
    const directory = `${DIRECTORY}/${topic}-${partition}`;
    let log = this.logs.get(directory);
    if (log === undefined || log.isClosed) {
      this.system.makeDirectory(directory);
      for (const path of ['/', dirname(directory)]) this.system.syncDirectory(path);
      log = PartitionLog.open(this.environment, directory, { settings: this.settings, startOffset: 0 });
      this.logs.set(directory, log);
    }
    return log;
  }

  log(partition = 0): PartitionLog {
    return this.partition('orders', partition);
  }

  values(partition = 0): string[] {
    return readAll(this.log(partition)).map((record) => String(record.value));
  }

  batchSizes(partition = 0): number[] {
    const log = this.log(partition);
    return [...log.read(0, { maxBytes: 1 << 30 })].map((batch) => batch.recordCount);
  }

  /** What the next process finds on `system`, which is dead now: values by partition. */
  after(system: MemoryFileSystem): string[][] {
    const { partitions, settings } = this;
    const rig = new ProducerRig({ partitions, settings, system });
    return Array.from({ length: partitions }, (_, partition) => {
      const directory = `${DIRECTORY}/orders-${partition}`;
      if (!system.exists(directory)) return [];
      recoverLog(system, { directory, settings, recoveryPoint: 0 });
      return rig.values(partition);
    });
  }
}

/** What it rejects with: its code, or its text. */
export async function failure(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
  return 'nothing';
}

/** Runs what is due: microtasks, and rounds of the flusher. */
export async function turn(): Promise<void> {
  for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve));
}
