/**
 * Opens the log of a partition of a store that was stopped cleanly or has been recovered.
 *
 * A log that turns out not to be as a clean stop leaves it (an index is missing, a batch is cut off) is recovered here and now: its last segment,
 * since those before it were whole and durable when they were sealed. The topic id must be the topic's. A log start past the log's end empties the
 * log, as Kafka does: it was durable and the records before it were not, so nobody may get their offsets again.
 */
import { isMillraceError, MillraceError } from '../errors.ts';
import { listSegments } from '../log/log-directory.ts';
import { recoverLog } from '../log/log-recovery.ts';
import { type LogOptions, PartitionLog } from '../log/partition-log.ts';
import { PARTITION_METADATA, readPartitionMetadata, writePartitionMetadata } from './partition-metadata.ts';
import { type StoreEnvironment, writing } from './store-environment.ts';
import type { Partition } from './topic.ts';

export function openPartition(environment: StoreEnvironment, partition: Partition): PartitionLog {
  const { topic, index, directory } = partition;
  if (partition.problem !== null) throw partition.problem;
  checkTopicId(environment, partition);
  const options: LogOptions = {
    settings: topic.settings,
    startOffset: environment.startOffsets.get(topic.name, index),
    beforeCut: (recoveryPoint, start) => {
      lowerRecoveryPoint(environment, partition, recoveryPoint);
      keepStartOffset(environment, partition, start);
      lowerCleanerOffset(environment, partition, recoveryPoint);
    },
    beforeRemoval: (start) => {
      try {
        keepStartOffset(environment, partition, start);
        return true;
      } catch (error) {
        if (isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) return false;
        throw error;
      }
    },
  };
  const log = openOrRecover(environment, partition, options);
  if (log.startOffset <= log.endOffset) return log;
  const { startOffset, endOffset } = log;
  environment.logger.warn?.(
    { path: directory, startOffset, endOffset },
    'the log ends before its start offset and goes on there',
  );
  log.truncateFullyAndStartAt(startOffset);
  return log;
}

function openOrRecover(environment: StoreEnvironment, partition: Partition, options: LogOptions): PartitionLog {
  const { topic, index, directory } = partition;
  const { system, logger, recoveryPoints } = environment;
  try {
    return PartitionLog.open(environment, directory, options);
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
    logger.warn?.({ err: error, path: directory }, 'a partition was not as a clean stop leaves it and is recovered');
    const { settings, startOffset } = options;
    const lastBaseOffset = listSegments(system, directory).at(-1)?.baseOffset ?? 0;
    // Nothing before the last segment is cut, whatever became of it since. Of the last one no more is judged than a crash would leave in doubt.
    const recoveryPoint = Math.max(recoveryPoints.get(topic.name, index), lastBaseOffset + 1);
    lowerRecoveryPoint(environment, partition, lastBaseOffset);
    const { damage, endOffset } = writing(environment, () =>
      recoverLog(system, { directory, settings, startOffset, recoveryPoint }),
    );
    if (damage !== null) {
      environment.damage.push(damage);
      logger.warn?.({ damage }, 'a log was damaged and was cut there');
    }
    recoveryPoints.set(topic.name, index, endOffset);
    return PartitionLog.open(environment, directory, options);
  }
}

/** What is about to be taken away must not be trusted after a crash: the recovery point goes down first, and durably. */
function lowerRecoveryPoint(environment: StoreEnvironment, { topic, index }: Partition, recoveryPoint: number): void {
  const { recoveryPoints } = environment;
  if (recoveryPoints.get(topic.name, index) <= recoveryPoint) return;
  writing(environment, () => {
    recoveryPoints.set(topic.name, index, recoveryPoint);
    recoveryPoints.write();
  });
}

/** What takes the place of what is cut has not been compacted. */
function lowerCleanerOffset(environment: StoreEnvironment, { topic, index }: Partition, endOffset: number): void {
  const { cleanerOffsets } = environment;
  if (cleanerOffsets.get(topic.name, index) <= endOffset) return;
  writing(environment, () => {
    cleanerOffsets.set(topic.name, index, endOffset);
    cleanerOffsets.write();
  });
}

/** Where the log is to begin stands fast before it is cut: a crash in the middle then neither goes back nor gives offsets twice. */
function keepStartOffset(environment: StoreEnvironment, { topic, index }: Partition, startOffset: number): void {
  const { startOffsets } = environment;
  if (startOffsets.get(topic.name, index) === startOffset) return;
  writing(environment, () => {
    startOffsets.set(topic.name, index, startOffset);
    startOffsets.write();
  });
}

function checkTopicId(environment: StoreEnvironment, { topic, directory }: Partition): void {
  const { system, logger } = environment;
  let id: string | null = null;
  try {
    id = readPartitionMetadata(system, directory);
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
    logger.warn?.({ err: error, path: directory }, 'partition.metadata is not readable and is written again');
  }
  // Kafka before 2.8 wrote none; later ones do not serve a directory without it.
  if (id === null) writing(environment, () => writePartitionMetadata(system, directory, topic.id));
  else if (id !== topic.id) {
    throw new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `${directory}/${PARTITION_METADATA} has the topic id ${id}, and topic "${topic.name}" has ${topic.id}: it is of another topic of that name`,
      { path: directory },
    );
  }
}
