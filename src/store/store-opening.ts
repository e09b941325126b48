/**
 * Opens a data directory for writing, up to where its partitions can be opened.
 *
 * In this order: the lock; what an interrupted change of topics left; which topics there are; the marker of a clean stop, which goes before
 * anything is loaded; recovery, when there was none; what deletions left. A failure on the way lets everything go.
 */
import { dirname, join } from 'node:path';
import { invalidArgument } from '../errors.ts';
import { openDisk } from '../file/disk-choice.ts';
import type { FileSystem } from '../file/file-system.ts';
import { Flusher } from '../file/flusher.ts';
import { Health } from '../file/health.ts';
import { WindowCache } from '../file/window-cache.ts';
import type { DeletedTopic } from '../group/offset-deletion.ts';
import { removeCleanShutdown, wasCleanlyStopped } from './clean-shutdown.ts';
import { createMetaProperties, META_PROPERTIES, type MetaProperties, readMetaProperties } from './meta-properties.ts';
import {
  CLEANER_CHECKPOINT,
  LOG_START_CHECKPOINT,
  OffsetCheckpoint,
  RECOVERY_POINT_CHECKPOINT,
} from './offset-checkpoints.ts';
import { removeLeftovers, settleChange } from './partition-removal.ts';
import { CLEAN_REPORT, recoverPartitions, type RecoveryReport } from './recovery.ts';
import type { StoreEnvironment } from './store-environment.ts';
import { StoreLock } from './store-lock.ts';
import type { CheckedOptions } from './store-options.ts';
import { type Catalog, readCatalog } from './topic-catalog.ts';
import { type Partition, Topic } from './topic.ts';
import { writeTopicsFile } from './topics-file.ts';

export interface OpenedParts {
  readonly environment: StoreEnvironment;
  readonly lock: StoreLock;
  readonly meta: MetaProperties;
  readonly topics: Map<string, Topic>;
  readonly recovery: RecoveryReport;
  /** A topic whose deletion was interrupted, and is to be finished. */
  readonly deleted: DeletedTopic | null;
}

export async function openParts(directory: string, options: CheckedOptions): Promise<OpenedParts> {
  const system = options.fileSystem ?? openDisk(options.fileAccess);
  let lock: StoreLock | null = null;
  let environment: StoreEnvironment | null = null;
  try {
    prepareDirectory(system, directory);
    lock = StoreLock.take(system, directory, options.clock.now());
    const deleted = settleChange(system, directory);
    const catalog = readCatalog(system, directory, options.logger);
    const meta = openMetaProperties(system, directory, options.nodeId);
    environment = startEnvironment(system, directory, options);
    const topics = loadTopics(environment, catalog);
    const recovery = await recoverIfDue(environment, topics, options);
    await removeLeftovers(system, directory);
    return { environment, lock, meta, topics, recovery, deleted };
  } catch (error) {
    environment?.flusher.close();
    if (options.fileSystem === null) system.close();
    lock?.release();
    throw error;
  }
}

/** What the directory says of itself; a new one is told. */
function openMetaProperties(system: FileSystem, directory: string, nodeId: number | null): MetaProperties {
  const meta = readMetaProperties(system, directory);
  if (meta === null) return createMetaProperties(system, directory, nodeId ?? 0);
  if (nodeId === null || meta.nodeId === null || meta.nodeId === nodeId) return meta;
  throw invalidArgument('nodeId', `${meta.nodeId}, as ${join(directory, META_PROPERTIES)} says`, nodeId);
}

/** Makes the directory, and those above it that are missing; the names of all are on stable storage then. */
function prepareDirectory(system: FileSystem, directory: string): void {
  if (system.exists(directory)) return;
  const parent = dirname(directory);
  prepareDirectory(system, parent);
  system.makeDirectory(directory);
  system.syncDirectory(parent);
}

function startEnvironment(system: FileSystem, directory: string, options: CheckedOptions): StoreEnvironment {
  const { clock, logger, defaults, onFailure, producerIdExpirationMs } = options;
  const health = new Health(directory);
  health.onFailure((error) => {
    logger.error?.({ err: error, path: directory }, 'the data directory is offline');
    onFailure?.(error);
  });
  const recoveryPoints = OffsetCheckpoint.read(system, directory, RECOVERY_POINT_CHECKPOINT, logger);
  const startOffsets = OffsetCheckpoint.read(system, directory, LOG_START_CHECKPOINT, logger);
  const cleanerOffsets = OffsetCheckpoint.read(system, directory, CLEANER_CHECKPOINT, logger);
  const cache = new WindowCache(system);
  const flushThread = system.flushThread(directory);
  const flusher = new Flusher(flushThread, health);
  return {
    system,
    cache,
    clock,
    flusher,
    health,
    producerIdExpirationMs,
    directory,
    logger,
    defaults,
    flushThread,
    recoveryPoints,
    startOffsets,
    cleanerOffsets,
    damage: [],
  };
}

function loadTopics(environment: StoreEnvironment, catalog: Catalog): Map<string, Topic> {
  const { directory, defaults, system, recoveryPoints, startOffsets, cleanerOffsets } = environment;
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
  cleanerOffsets.keep(isKnown);
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
  for (const topic of topics.values()) {
    for (const partition of topic.partitions) if (partition !== null) partitions.push(partition);
  }
  if (wasClean || partitions.length === 0) return { ...CLEAN_REPORT, damage: environment.damage };
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
