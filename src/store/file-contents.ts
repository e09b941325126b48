/**
 * What is in any one file of a data directory, by its name, as plain rows: what Kafka's DumpLogSegments shows, and the small files beside the logs.
 *
 * No store is opened and nothing is mapped, so the file may be damaged, cut, in use by a writer, or far from its directory. A file of no known name is
 * refused: ERR_MILLRACE_INVALID_ARGUMENT.
 */
import { basename } from 'node:path';
import { isMillraceError, MillraceError } from '../errors.ts';
import { readTextFile } from '../file/atomic-file.ts';
import { readCheckpoint } from '../file/checkpoint.ts';
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { EPOCH_CHECKPOINT } from '../log/epoch-checkpoint.ts';
import { decodeProducerSnapshot, type ProducerEntry } from '../log/producer-snapshot.ts';
import {
  type IndexRow,
  offsetIndexContents,
  timeIndexContents,
  transactionIndexContents,
} from '../segment/index-contents.ts';
import { type DamageRow, logContents, type LogRow } from '../segment/log-contents.ts';
import {
  LOG_SUFFIX,
  OFFSET_INDEX_SUFFIX,
  parseSegmentFile,
  SNAPSHOT_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from '../segment/segment-files.ts';
import { META_PROPERTIES } from './meta-properties.ts';
import { LOG_START_CHECKPOINT, RECOVERY_POINT_CHECKPOINT } from './offset-checkpoints.ts';
import { PARTITION_METADATA } from './partition-metadata.ts';
import { parseProperties } from './properties-text.ts';
import { TOPICS_FILE } from './topics-file.ts';

export const REPLICATION_CHECKPOINT = 'replication-offset-checkpoint';
export const CLEANER_CHECKPOINT = 'cleaner-offset-checkpoint';
/** Kafka's metadata as a file of record batches: what a directory was made with, and `<offset>-<epoch>.checkpoint`. */
export const METADATA_SNAPSHOT = /^(?:bootstrap|\d{20}-\d{10})\.checkpoint$/;
/** What Kafka appends to the name of a file that is on its way out or in. */
const PASSING_SUFFIX = /\.(?:deleted|cleaned|swap)$/;

export interface ProducerRow extends ProducerEntry {
  readonly kind: 'producer';
}

/** A line of a text file, by what it is about: an epoch, an offset of a partition, a topic, a property. */
export type TextRow =
  | { readonly kind: 'epoch'; readonly epoch: number; readonly startOffset: number }
  | { readonly kind: 'offset'; readonly topic: string; readonly partition: number; readonly offset: number }
  | { readonly kind: 'topicId'; readonly version: number; readonly topicId: string }
  | { readonly kind: 'property'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'topic';
      readonly name: string;
      readonly id: string;
      readonly partitions: number;
      readonly config: object;
    };

export type FileRow = LogRow | IndexRow | ProducerRow | TextRow;

export interface FileContentsOptions {
  /** The records of each batch too. */
  readonly records: boolean;
}

/** The rows of `path`; ERR_MILLRACE_IO where there is no such file. */
export function fileContents(system: FileSystem, path: string, options: FileContentsOptions): Iterable<FileRow> {
  const name = basename(path).replace(PASSING_SUFFIX, '');
  if (METADATA_SNAPSHOT.test(name)) return logContents(system, path, options);
  const segment = parseSegmentFile(name);
  if (segment !== null) {
    if (segment.suffix === LOG_SUFFIX) return logContents(system, path, options);
    const { baseOffset } = segment;
    const bytes = (): Buffer => readPresent(system, path);
    if (segment.suffix === OFFSET_INDEX_SUFFIX) return offsetIndexContents(bytes(), baseOffset);
    if (segment.suffix === TIME_INDEX_SUFFIX) return timeIndexContents(bytes(), baseOffset);
    if (segment.suffix === TRANSACTION_INDEX_SUFFIX) return transactionIndexContents(bytes(), path, baseOffset);
    if (segment.suffix === SNAPSHOT_SUFFIX) return producers(bytes(), path);
  }
  const text = textKinds[name];
  if (text !== undefined) return text(system, path);
  throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `${path} has a name that no file of a data directory has`, {
    path,
  });
}

const textKinds: Record<string, (system: FileSystem, path: string) => Iterable<FileRow>> = {
  [EPOCH_CHECKPOINT]: (system, path) =>
    checkpointRows(system, path, 2, ([epoch, startOffset]) =>
      areNumbers(epoch, startOffset) ? { kind: 'epoch', epoch: Number(epoch), startOffset: Number(startOffset) } : null,
    ),
  [RECOVERY_POINT_CHECKPOINT]: offsets,
  [LOG_START_CHECKPOINT]: offsets,
  [REPLICATION_CHECKPOINT]: offsets,
  [CLEANER_CHECKPOINT]: offsets,
  [PARTITION_METADATA]: topicId,
  [META_PROPERTIES]: properties,
  [TOPICS_FILE]: topics,
};

function offsets(system: FileSystem, path: string): Iterable<FileRow> {
  return checkpointRows(system, path, 3, ([topic, partition, offset]) =>
    areNumbers(partition, offset)
      ? { kind: 'offset', topic, partition: Number(partition), offset: Number(offset) }
      : null,
  );
}

/** The lines that are whole, and what is wrong with the rest. */
function* checkpointRows(
  system: FileSystem,
  path: string,
  fields: number,
  rowOf: (parts: string[]) => TextRow | null,
): Generator<FileRow> {
  const lines = textOf(system, path).split('\n');
  let position = lines.slice(0, 2).join('\n').length + 1;
  let isDamaged = false;
  for (const [i, line] of lines.entries()) {
    if (i < 2 || line === '') continue;
    const parts = line.split(' ');
    // Without its end a line may be the half of a number.
    const row = parts.length === fields && i < lines.length - 1 ? rowOf(parts) : null;
    if (row === null) yield { kind: 'damage', position, message: `the line ${JSON.stringify(line)} is no entry` };
    else yield row;
    isDamaged ||= row === null;
    position += Buffer.byteLength(line) + 1;
  }
  if (!isDamaged) yield* damageIn(() => readCheckpoint(system, path, fields));
}

function* topicId(system: FileSystem, path: string): Generator<FileRow> {
  const match = /^version:\s+(\d+)\r?\ntopic_id:\s+(\S+)\s*$/.exec(textOf(system, path));
  if (match !== null) yield { kind: 'topicId', version: Number(match[1]), topicId: match[2] };
  else yield { kind: 'damage', position: 0, message: 'no version and topic_id' };
}

function* properties(system: FileSystem, path: string): Generator<FileRow> {
  for (const [name, value] of parseProperties(textOf(system, path))) yield { kind: 'property', name, value };
}

function* topics(system: FileSystem, path: string): Generator<FileRow> {
  const text = textOf(system, path);
  try {
    const { topics: entries } = JSON.parse(text) as {
      topics: { name: string; id: string; partitions: number; config: object }[];
    };
    for (const { name, id, partitions, config } of entries) yield { kind: 'topic', name, id, partitions, config };
  } catch (error) {
    yield { kind: 'damage', position: 0, message: `no list of topics: ${String(error)}` };
  }
}

function* producers(bytes: Uint8Array, path: string): Generator<FileRow> {
  try {
    for (const entry of decodeProducerSnapshot(bytes, path).entries) yield { kind: 'producer', ...entry };
  } catch (error) {
    yield damageOf(error);
  }
}

function* damageIn(read: () => unknown): Generator<DamageRow> {
  try {
    read();
  } catch (error) {
    yield damageOf(error);
  }
}

function damageOf(error: unknown): DamageRow {
  if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
  return { kind: 'damage', position: error.position ?? 0, message: error.message };
}

function textOf(system: FileSystem, path: string): string {
  return readTextFile(system, path) ?? readPresent(system, path).toString('utf8');
}

/** Opens the file in any case, so that a missing one is an error with its name. */
function readPresent(system: FileSystem, path: string): Buffer {
  system.open(path, 'r').close();
  return readWholeFile(system, path);
}

function areNumbers(...fields: string[]): boolean {
  return fields.every((field) => /^\d{1,16}$/.test(field) && Number.isSafeInteger(Number(field)));
}
