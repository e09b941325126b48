/**
 * Closes a store: its logs, then the checkpoint files that speak of them, and last the marker of a clean stop.
 *
 * The marker is written only when everything before it is on stable storage and no partition is left unrecovered. Whatever fails, threads,
 * descriptors and the lock are let go.
 */
import { MillraceError } from '../errors.ts';
import { LOGS_AT_ONCE } from '../limits.ts';
import { writeCleanShutdown } from './clean-shutdown.ts';
import type { Compactor } from './compactor.ts';
import type { Housekeeping } from './housekeeping.ts';
import type { StoreEnvironment } from './store-environment.ts';
import type { TopicAdmin } from './topic-admin.ts';
import type { Partition } from './topic.ts';

export interface StoreParts {
  readonly admin: TopicAdmin;
  readonly housekeeping: Housekeeping;
  readonly compactor: Compactor;
  readonly partitions: () => Iterable<Partition>;
  /** Lets go of the lock and of what the store alone uses. */
  readonly release: () => void;
}

export async function closeStore(environment: StoreEnvironment, parts: StoreParts): Promise<void> {
  const { health, flusher, system, directory, logger } = environment;
  try {
    await parts.admin.idle();
    await parts.compactor.stop();
    await parts.housekeeping.stop();
    const partitions = [...parts.partitions()];
    const failure = await closeLogs(environment, partitions);
    await flusher.idle();
    if (failure !== null) throw failure;
    if (health.failure !== null) return;
    environment.recoveryPoints.write();
    environment.startOffsets.write();
    environment.cleanerOffsets.write();
    if (partitions.every((partition) => partition.problem === null)) writeCleanShutdown(system, directory);
    else logger.warn?.({ path: directory }, 'not marked as cleanly stopped: a partition could not be recovered');
  } finally {
    flusher.close();
    parts.release();
  }
}

/** Closes the open logs, group by group; when the store is offline, without writing. Returns the first failure. */
async function closeLogs(environment: StoreEnvironment, partitions: readonly Partition[]): Promise<Error | null> {
  const open = partitions.filter((partition) => partition.log !== null && !partition.log.isClosed);
  let failure: Error | null = null;
  for (let i = 0; i < open.length; i += LOGS_AT_ONCE) {
    const group = open.slice(i, i + LOGS_AT_ONCE);
    const results = await Promise.allSettled(group.map((partition) => closeLog(environment, partition)));
    for (const result of results) if (result.status === 'rejected') failure ??= result.reason as Error;
  }
  return failure;
}

async function closeLog(environment: StoreEnvironment, partition: Partition): Promise<void> {
  const { health, recoveryPoints, startOffsets } = environment;
  const { topic, index, log } = partition;
  const { startOffset, endOffset } = log!;
  if (health.failure !== null || (partition.isUntouched && !log!.isRemoving)) {
    log!.abandon(new MillraceError('ERR_MILLRACE_CLOSED', `${log!.directory} is closed`, { path: log!.directory }));
  } else await log!.close();
  // A log that went offline meanwhile has closed without a word.
  if (health.failure !== null) return;
  recoveryPoints.set(topic.name, index, endOffset);
  startOffsets.set(topic.name, index, startOffset);
}
