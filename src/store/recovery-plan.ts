/**
 * What opening a data directory would do to it after an unclean stop, by partition, and nothing of it done: the recovery itself runs, on a file system that only remembers
 * (file/rehearsal.ts). Reads what recovery would read.
 */
import { basename } from 'node:path';
import { isMillraceError, type MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { Rehearsal } from '../file/rehearsal.ts';
import { listSegments } from '../log/log-directory.ts';
import { type Damage, recoverLog } from '../log/log-recovery.ts';
import { LOG_SUFFIX, OFFSET_INDEX_SUFFIX, TIME_INDEX_SUFFIX } from '../segment/segment-files.ts';
import { wasCleanlyStopped } from './clean-shutdown.ts';
import { LOG_START_CHECKPOINT, OffsetCheckpoint, RECOVERY_POINT_CHECKPOINT } from './offset-checkpoints.ts';
import { refuseLocked } from './store-lock.ts';
import { readCatalog } from './topic-catalog.ts';
import { readTopicChange, type TopicChange } from './topic-change.ts';
import { Topic } from './topic.ts';

export interface RecoveryPlan {
  /** The last stop was a clean one: nothing is looked at. */
  readonly clean: boolean;
  /** A change of a topic that was interrupted, and is undone or finished first. */
  readonly change: TopicChange | null;
  /** Bytes of all logs: no more than these are read. */
  readonly bytes: number;
  readonly count: number;
  /** One partition after another, as they are asked for. */
  readonly partitions: Iterable<PartitionPlan>;
}

export interface PartitionPlan {
  readonly topic: string;
  readonly partition: number;
  readonly directory: string;
  /** Bytes of its logs. */
  readonly bytes: number;
  /** Everything below it is known to be durable. */
  readonly recoveryPoint: number;
  /** Bytes that are looked at. */
  readonly bytesRead: number;
  /** Where the log ends then; null where it cannot be recovered. */
  readonly endOffset: number | null;
  /** Where it is cut, and why; null where it is whole. */
  readonly damage: Damage | null;
  /** Bytes that were reserved and never written, and are given back. */
  readonly bytesReserved: number;
  /** Names of index files that are made, or made again. */
  readonly indexes: readonly string[];
  /** Names of files that go. */
  readonly removed: readonly string[];
  /** Why it cannot be recovered, and would not be available. */
  readonly error: MillraceError | null;
}

/** ERR_MILLRACE_LOCKED, with the holder's name, while somebody has the directory. */
export function planRecovery(system: FileSystem, directory: string): RecoveryPlan {
  refuseLocked(system, directory);
  const clean = wasCleanlyStopped(system, directory);
  const partitions: Omit<PartitionTask, 'bytes'>[] = [];
  const points = OffsetCheckpoint.read(system, directory, RECOVERY_POINT_CHECKPOINT);
  const starts = OffsetCheckpoint.read(system, directory, LOG_START_CHECKPOINT);
  const topics = [...readCatalog(system, directory).topics.values()];
  for (const { entry, present } of topics.sort((a, b) => (a.entry.name < b.entry.name ? -1 : 1))) {
    const topic = new Topic(directory, entry, {}, (partition) => present.has(partition));
    for (const partition of topic.partitions) {
      if (partition === null) continue;
      const [recoveryPoint, startOffset] = [points, starts].map((each) => each.get(topic.name, partition.index));
      partitions.push({ topic, partition, recoveryPoint, startOffset });
    }
  }
  const tasks = (clean ? [] : partitions).map((task) => ({
    ...task,
    bytes: bytesOf(system, task.partition.directory),
  }));
  return {
    clean,
    change: readTopicChange(system, directory),
    bytes: tasks.reduce((sum, { bytes }) => sum + bytes, 0),
    count: tasks.length,
    partitions: plans(system, tasks),
  };
}

interface PartitionTask {
  readonly topic: Topic;
  readonly partition: NonNullable<Topic['partitions'][number]>;
  readonly recoveryPoint: number;
  readonly startOffset: number;
  readonly bytes: number;
}

function* plans(system: FileSystem, tasks: readonly PartitionTask[]): Generator<PartitionPlan> {
  for (const task of tasks) yield planPartition(system, task);
}

function planPartition(system: FileSystem, task: PartitionTask): PartitionPlan {
  const { topic, partition, recoveryPoint, startOffset, bytes } = task;
  const { directory, index } = partition;
  const rehearsal = new Rehearsal(system);
  const known = { topic: topic.name, partition: index, directory, bytes, recoveryPoint };
  try {
    const { settings } = topic;
    const { endOffset, bytesRead, damage } = recoverLog(rehearsal, { directory, settings, recoveryPoint, startOffset });
    const changes = rehearsal.changes();
    const written = changes.flatMap(({ kind, path }) => (kind === 'write' ? [basename(path)] : []));
    const cut = changes.reduce(
      (sum, change) =>
        change.kind === 'cut' && change.path.endsWith(LOG_SUFFIX) ? sum + change.from - change.to : sum,
      0,
    );
    return {
      ...known,
      bytesRead,
      endOffset,
      damage,
      bytesReserved: Math.max(0, cut - (damage?.bytesCut ?? 0)),
      indexes: [...written, ...shortened(changes)].filter(isIndex),
      removed: changes.flatMap(({ kind, path }) => (kind === 'remove' ? [basename(path)] : [])),
      error: null,
    };
  } catch (error) {
    if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED'))
      throw error;
    return { ...known, bytesRead: 0, endOffset: null, damage: null, bytesReserved: 0, indexes: [], removed: [], error };
  }
}

/** Files of which only the end goes: of an index that is padding, or an entry of what is cut. */
function shortened(changes: readonly { readonly kind: string; readonly path: string }[]): string[] {
  return changes.flatMap(({ kind, path }) => (kind === 'cut' ? [basename(path)] : []));
}

function isIndex(name: string): boolean {
  return name.endsWith(OFFSET_INDEX_SUFFIX) || name.endsWith(TIME_INDEX_SUFFIX);
}

function bytesOf(system: FileSystem, directory: string): number {
  return listSegments(system, directory).reduce((sum, { size }) => sum + Math.max(size, 0), 0);
}
