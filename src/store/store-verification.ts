/**
 * Checks a data directory: every batch, index entry, checkpoint, producer snapshot and topic id against each other. Takes no lock, writes nothing, and maps nothing; works
 * beside the writer, and on a directory of Kafka's.
 *
 * A directory with the marker of a clean stop must be right to the last byte. In one without, somebody is writing or was killed: what is on its way is no finding (log-verification.ts).
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import { listSegments } from '../log/log-directory.ts';
import { isGone } from '../file/stale-file.ts';
import { type LogSummary, verifyLog } from '../log/log-verification.ts';
import { type Finding, Findings } from '../segment/finding.ts';
import { logContents } from '../segment/log-contents.ts';
import { CheckpointCheck } from './checkpoint-check.ts';
import { wasCleanlyStopped } from './clean-shutdown.ts';
import { checkDirectory, type FoundPartition } from './directory-check.ts';
import { METADATA_SNAPSHOT } from './file-contents.ts';
import { effectiveConfig, logSettings, type TopicConfig } from './topic-config.ts';

export type VerificationEvent =
  /** Told first: how many bytes of logs there are. */
  | { readonly kind: 'begin'; readonly partitions: number; readonly bytes: number }
  /** Bytes that were looked at so far. */
  | { readonly kind: 'progress'; readonly bytes: number }
  | { readonly kind: 'finding'; readonly finding: Finding }
  | ({ readonly kind: 'partition'; readonly topic: string; readonly partition: number } & Omit<LogSummary, 'findings'>);

export interface StoreSummary {
  readonly partitions: number;
  readonly segments: number;
  readonly batches: number;
  readonly records: number;
  readonly bytes: number;
  readonly findings: number;
  /** The last stop was a clean one: everything had to be right. */
  readonly settled: boolean;
}

/** ERR_MILLRACE_IO where there is no such directory. */
export async function* verifyStore(
  system: FileSystem,
  directory: string,
): AsyncGenerator<VerificationEvent, StoreSummary> {
  if (!system.exists(directory))
    throw new MillraceError('ERR_MILLRACE_IO', `there is no directory ${directory}`, { path: directory });
  const total = { partitions: 0, segments: 0, batches: 0, records: 0, bytes: 0, findings: 0 };
  const findings = new Findings();
  const checkpoints = new CheckpointCheck(system, directory, findings);
  const found = checkDirectory(system, directory, findings);
  const isSettled = (): boolean => wasCleanlyStopped(system, directory);
  const names = new Set(found.map(({ name }) => name));
  if (isSettled()) checkpoints.partitions((name) => names.has(name));
  checkMetadataSnapshots(system, directory, findings);
  yield { kind: 'begin', partitions: found.length, bytes: bytesOf(system, directory, found) };

  for (const partition of found) {
    const summary = yield* verifyPartition(system, directory, partition, {
      checkpoints,
      isSettled,
      before: total.bytes,
    });
    if (summary === null) continue;
    const { findings: ofLog, ...counts } = summary;
    if (summary.endOffset !== null) checkpoints.log(partition.name, summary.endOffset);
    for (const finding of ofLog) yield { kind: 'finding', finding };
    yield { kind: 'partition', topic: partition.topic, partition: partition.partition, ...counts };
    total.partitions++;
    total.segments += counts.segments;
    total.batches += counts.batches;
    total.records += counts.records;
    total.bytes += counts.bytes;
    total.findings += ofLog.length;
  }
  for (const finding of findings.all) yield { kind: 'finding', finding };
  return { ...total, findings: total.findings + findings.all.length, settled: isSettled() };
}

interface PartitionRun {
  readonly checkpoints: CheckpointCheck;
  readonly isSettled: () => boolean;
  /** Bytes of the partitions before. */
  readonly before: number;
}

/** Null where the partition was deleted meanwhile. */
async function* verifyPartition(
  system: FileSystem,
  directory: string,
  { name, config }: FoundPartition,
  { checkpoints, isSettled, before }: PartitionRun,
): AsyncGenerator<VerificationEvent, LogSummary | null> {
  const compacted = checkpoints.wasCleaned(name) || isCompacted(config);
  const options = {
    directory: join(directory, name),
    settings: config === null ? null : logSettings(config, {}),
    compacted,
    startOffset: checkpoints.startOffset(name),
  };
  for (let settled = isSettled(); ; settled = false) {
    try {
      const run = verifyLog(system, { ...options, settled });
      let step = await run.next();
      for (; step.done !== true; step = await run.next()) yield { kind: 'progress', bytes: before + step.value };
      // A writer that came meanwhile made wrong what was right.
      if (!settled || step.value.findings.length === 0 || isSettled()) return step.value;
    } catch (error) {
      if (!isGone(error)) throw error;
      if (!system.exists(options.directory)) return null;
      if (!settled || isSettled()) throw error;
    }
  }
}

/** Kafka's own metadata, where a directory has some: batches like any others. */
function checkMetadataSnapshots(system: FileSystem, directory: string, findings: Findings): void {
  for (const { name, isDirectory } of system.list(directory)) {
    if (isDirectory || !METADATA_SNAPSHOT.test(name)) continue;
    const path = join(directory, name);
    for (const row of logContents(system, path, { records: true })) {
      if (row.kind === 'damage') findings.add('metadata', path, row.position, row.message);
    }
  }
}

function isCompacted(config: TopicConfig | null): boolean {
  return config !== null && String(effectiveConfig(config, {})['cleanup.policy']).split(',').includes('compact');
}

function bytesOf(system: FileSystem, directory: string, partitions: readonly FoundPartition[]): number {
  let bytes = 0;
  for (const { name } of partitions) {
    try {
      for (const { size } of listSegments(system, join(directory, name))) bytes += Math.max(size, 0);
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
  return bytes;
}
