/**
 * A data directory: topics of partitions, for one process that writes and any number that read.
 *
 * Promises: what a method that changes topics promised has happened as a whole when its promise settles, and survives a crash; partitions are
 * opened when they are first asked for; `close` leaves the directory so that the next open, by this library or by Kafka, needs no recovery.
 * After a failed flush or write of the disk the store is offline: reads go on, every write fails with the same ERR_MILLRACE_OFFLINE, and
 * opening it again recovers. Not promised: use of one store from several threads.
 */
import { dirname, resolve } from 'node:path';
import { MillraceError } from '../errors.ts';
import { DiskFileSystem } from '../file/disk.ts';
import type { FileSystem } from '../file/file-system.ts';
import { Flusher, type FlushStatistics } from '../file/flusher.ts';
import { Health } from '../file/health.ts';
import { WindowCache } from '../file/window-cache.ts';
import type { PartitionLog } from '../log/partition-log.ts';
import { removeCleanShutdown, wasCleanlyStopped } from './clean-shutdown.ts';
import type { ConfigValue } from './config-value.ts';
import { Housekeeping } from './housekeeping.ts';
import { createMetaProperties, type MetaProperties, readMetaProperties } from './meta-properties.ts';
import { LOG_START_CHECKPOINT, OffsetCheckpoint, RECOVERY_POINT_CHECKPOINT } from './offset-checkpoints.ts';
import { openPartition } from './partition-opening.ts';
import { removeLeftovers, settleChange } from './partition-removal.ts';
import { ReadOnlyStore } from './read-only-store.ts';
import { CLEAN_REPORT, recoverPartitions, type RecoveryReport } from './recovery.ts';
import { closeStore } from './store-closing.ts';
import type { StoreEnvironment } from './store-environment.ts';
import { StoreLock } from './store-lock.ts';
import { type CheckedOptions, checkDirectory, checkOptions, type StoreOptions } from './store-options.ts';
import { TopicAdmin } from './topic-admin.ts';
import { type Catalog, readCatalog } from './topic-catalog.ts';
import { effectiveConfig, type TopicConfigInput, type TopicConfigName } from './topic-config.ts';
import { type Partition, Topic, type TopicDescription } from './topic.ts';
import { writeTopicsFile } from './topics-file.ts';

export interface CreateTopicOptions {
  /** Default 1, as in Kafka. */
  readonly partitions?: number;
  readonly config?: TopicConfigInput;
}

export interface StoreStatistics {
  readonly topics: number;
  readonly partitions: number;
  readonly openPartitions: number;
  /** Rounds of the flusher, since the store was opened. */
  readonly flush: Readonly<FlushStatistics>;
  /** Mappings of sealed data that are kept, and their bytes. */
  readonly windows: { readonly count: number; readonly bytes: number };
}

/**
 * Opens the data directory at `directory`, and makes it if it is not there. Recovers it when the last stop was not a clean one.
 * Errors: LOCKED when another process writes it, CORRUPT when a file that cannot be derived is not readable, INVALID_ARGUMENT, IO, NO_SPACE.
 */
export function openStore(
  directory: string,
  options: StoreOptions & { readonly readOnly: true },
): Promise<ReadOnlyStore>;
export function openStore(directory: string, options?: StoreOptions & { readonly readOnly?: false }): Promise<Store>;
export async function openStore(directory: string, options: StoreOptions = {}): Promise<Store | ReadOnlyStore> {
  checkDirectory(directory);
  const checked = checkOptions(options);
  return checked.readOnly ? ReadOnlyStore.open(resolve(directory), checked) : Store.open(resolve(directory), checked);
}

export class Store {
  readonly directory: string;
  readonly isReadOnly = false;
  /** What the open found. */
  readonly recovery: RecoveryReport;
  readonly #environment: StoreEnvironment;
  readonly #meta: MetaProperties;
  readonly #lock: StoreLock;
  readonly #topics: Map<string, Topic>;
  readonly #admin: TopicAdmin;
  readonly #housekeeping: Housekeeping;
  readonly #ownSystem: boolean;
  #closing: Promise<void> | null = null;

  /** Used by `openStore`, with options that were checked. */
  static async open(directory: string, options: CheckedOptions): Promise<Store> {
    const system = options.fileSystem ?? new DiskFileSystem();
    let lock: StoreLock | null = null;
    let environment: StoreEnvironment | null = null;
    try {
      prepareDirectory(system, directory);
      lock = StoreLock.take(system, directory, options.clock.now());
      settleChange(system, directory);
      const catalog = readCatalog(system, directory, options.logger);
      const meta = readMetaProperties(system, directory) ?? createMetaProperties(system, directory);
      environment = startEnvironment(system, directory, options);
      const topics = loadTopics(environment, catalog);
      const recovery = await recoverIfDue(environment, topics, options);
      await removeLeftovers(system, directory);
      return new Store(environment, { lock, meta, topics, recovery, options });
    } catch (error) {
      environment?.flusher.close();
      if (options.fileSystem === null) system.close();
      lock?.release();
      throw error;
    }
  }

  private constructor(
    environment: StoreEnvironment,
    loaded: {
      lock: StoreLock;
      meta: MetaProperties;
      topics: Map<string, Topic>;
      recovery: RecoveryReport;
      options: CheckedOptions;
    },
  ) {
    this.#environment = environment;
    this.directory = environment.directory;
    this.#lock = loaded.lock;
    this.#meta = loaded.meta;
    this.#topics = loaded.topics;
    this.recovery = loaded.recovery;
    this.#ownSystem = loaded.options.fileSystem === null;
    this.#admin = new TopicAdmin(environment, this.#topics);
    this.#housekeeping = new Housekeeping(environment, () => this.#partitions(), loaded.options.checkpointIntervalMs);
    this.#housekeeping.start();
  }

  /** From `meta.properties`; null where the file does not say. */
  get clusterId(): string | null {
    return this.#meta.clusterId;
  }

  get nodeId(): number | null {
    return this.#meta.nodeId;
  }

  get directoryId(): string | null {
    return this.#meta.directoryId;
  }

  /** Why the store is offline, or null. */
  get failure(): MillraceError | null {
    return this.#environment.health.failure;
  }

  get isClosed(): boolean {
    return this.#closing !== null;
  }

  get statistics(): StoreStatistics {
    const { flusher, cache } = this.#environment;
    let [partitions, openPartitions] = [0, 0];
    for (const partition of this.#partitions()) {
      partitions++;
      if (partition.log !== null) openPartitions++;
    }
    const windows = { count: cache.count, bytes: cache.bytes };
    return { topics: this.#topics.size, partitions, openPartitions, flush: { ...flusher.statistics }, windows };
  }

  /**
   * Creates a topic with all its partitions, or nothing. Errors: INVALID_TOPIC, INVALID_ARGUMENT, TOPIC_EXISTS, NO_SPACE, OFFLINE, CLOSED.
   */
  async createTopic(name: string, options: CreateTopicOptions = {}): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.create(name, options.partitions ?? 1, options.config ?? {});
  }

  /** Gives a topic `total` partitions, more than it has. Where a key goes may change with that: the caller decides where keys go. */
  async addPartitions(name: string, total: number): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.extend(name, total);
  }

  /** Changes settings of a topic, from the next append on; `null` takes one back to its default. */
  async alterTopic(name: string, changes: TopicConfigInput): Promise<TopicDescription> {
    this.#checkOpen();
    return this.#admin.alter(name, changes);
  }

  /** Deletes a topic with its records. Views that readers hold stay valid; who waits for durability gets ERR_MILLRACE_CLOSED. */
  async deleteTopic(name: string): Promise<void> {
    this.#checkOpen();
    return this.#admin.delete(name);
  }

  topics(): TopicDescription[] {
    this.#checkOpen();
    return Array.from(this.#topics.values(), (topic) => topic.describe());
  }

  /** Throws ERR_MILLRACE_UNKNOWN_TOPIC when there is none of that name. */
  topic(name: string): TopicDescription {
    this.#checkOpen();
    return this.#admin.get(name).describe();
  }

  /** All settings that a topic has: its own, the store's defaults, Kafka's. */
  topicConfig(name: string): Record<TopicConfigName, ConfigValue> {
    this.#checkOpen();
    return effectiveConfig(this.#admin.get(name).config, this.#environment.defaults);
  }

  /**
   * The log of a partition, opened when it is asked for the first time, the same object each time. Errors: UNKNOWN_TOPIC, CLOSED, IO, and
   * CORRUPT or UNSUPPORTED for one that could not be recovered.
   */
  partition(topic: string, partition: number): PartitionLog {
    this.#checkOpen();
    const found = this.#admin.get(topic).partition(partition);
    if (found.log === null) found.opened(openPartition(this.#environment, found));
    return found.log!;
  }

  /**
   * Makes all logs durable and writes up to where they need no recovery, and where they start: what the store does by itself every
   * `checkpointIntervalMs`. Settles when it is done.
   */
  async checkpoint(): Promise<void> {
    this.#checkOpen();
    return this.#housekeeping.checkpoint();
  }

  /**
   * Closes all logs and ends the store's threads; idempotent. What was appended is durable when this resolves. Rejects when that could not
   * be done; everything is released all the same, and the next open recovers.
   */
  async close(): Promise<void> {
    this.#closing ??= closeStore(this.#environment, {
      admin: this.#admin,
      housekeeping: this.#housekeeping,
      partitions: () => this.#partitions(),
      release: () => {
        if (this.#ownSystem) this.#environment.system.close();
        this.#lock.release();
      },
    });
    return this.#closing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  *#partitions(): Iterable<Partition> {
    for (const topic of this.#topics.values()) {
      for (const partition of topic.partitions) if (partition !== null) yield partition;
    }
  }

  #checkOpen(): void {
    if (this.#closing === null) return;
    throw new MillraceError('ERR_MILLRACE_CLOSED', `the store in ${this.directory} is closed`, {
      path: this.directory,
    });
  }
}

function prepareDirectory(system: FileSystem, directory: string): void {
  if (system.exists(directory)) return;
  system.makeDirectory(directory);
  system.syncDirectory(dirname(directory));
}

function startEnvironment(system: FileSystem, directory: string, options: CheckedOptions): StoreEnvironment {
  const { clock, logger, defaults, onFailure } = options;
  const health = new Health(directory);
  health.onFailure((error) => {
    logger.error?.({ error, path: directory }, 'the data directory is offline');
    onFailure?.(error);
  });
  const recoveryPoints = OffsetCheckpoint.read(system, directory, RECOVERY_POINT_CHECKPOINT, logger);
  const startOffsets = OffsetCheckpoint.read(system, directory, LOG_START_CHECKPOINT, logger);
  const cache = new WindowCache(system);
  const flushThread = system.flushThread(directory);
  const flusher = new Flusher(flushThread, health);
  return {
    system,
    cache,
    clock,
    flusher,
    health,
    directory,
    logger,
    defaults,
    flushThread,
    recoveryPoints,
    startOffsets,
  };
}

function loadTopics(environment: StoreEnvironment, catalog: Catalog): Map<string, Topic> {
  const { directory, defaults, system, recoveryPoints, startOffsets } = environment;
  const topics = new Map<string, Topic>();
  for (const [name, { entry, present }] of catalog.topics) {
    topics.set(name, new Topic(directory, entry, defaults, (partition) => present.has(partition)));
  }
  if (catalog.stale) {
    writeTopicsFile(
      system,
      directory,
      Array.from(topics.values(), (topic) => topic.entry()),
    );
  }
  const isKnown = (topic: string, partition: number): boolean => {
    const found = topics.get(topic)?.partitions[partition];
    return found !== undefined && found !== null;
  };
  recoveryPoints.keep(isKnown);
  startOffsets.keep(isKnown);
  return topics;
}

/** Takes the marker of the last clean stop away, whatever follows; without one, recovers. */
async function recoverIfDue(
  environment: StoreEnvironment,
  topics: ReadonlyMap<string, Topic>,
  options: CheckedOptions,
): Promise<RecoveryReport> {
  const { system, directory, recoveryPoints, startOffsets, logger } = environment;
  const wasClean = wasCleanlyStopped(system, directory);
  if (wasClean) removeCleanShutdown(system, directory);
  const partitions: Partition[] = [];
  for (const topic of topics.values()) partitions.push(...topic.partitions.filter((partition) => partition !== null));
  if (wasClean || partitions.length === 0) return CLEAN_REPORT;
  logger.info?.({ path: directory, partitions: partitions.length }, 'the last stop was not a clean one: recovering');
  const report = await recoverPartitions(environment, partitions, {
    threads: options.recoveryThreads,
    onProgress: options.onRecovery,
  });
  recoveryPoints.write();
  startOffsets.write();
  logger.info?.({ path: directory, ...report }, 'recovered');
  return report;
}
