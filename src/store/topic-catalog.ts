/**
 * Which topics a data directory has: what `millrace-topics.json` says, and the directories that are there.
 *
 * Directories that the file does not know are topics of Kafka's, or of a store from elsewhere: they count, with the id of their
 * `partition.metadata` and default settings, but for one: nobody has said here how long they are kept, so they are kept. A topic of the file without any directory was deleted by another program, and is dropped. Reads only.
 */
import { join } from 'node:path';
import { isMillraceError } from '../errors.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { Logger } from '../types.ts';
import { parsePartitionDirectory, partitionDirectoryName } from './partition-directory.ts';
import { readPartitionMetadata } from './partition-metadata.ts';
import type { TopicConfig } from './topic-config.ts';
import { isCommitted, readTopicChange, type TopicChange } from './topic-change.ts';
import { readTopicsFile, type TopicEntry } from './topics-file.ts';
import { randomUuid } from './uuid.ts';

export interface CatalogTopic {
  readonly entry: TopicEntry;
  /** Partitions whose directory is there. */
  readonly present: ReadonlySet<number>;
}

export interface Catalog {
  readonly topics: ReadonlyMap<string, CatalogTopic>;
  /** The topics' file lacks an id that was made up here, or has topics that are gone: a writer writes it. */
  readonly stale: boolean;
}

/** Kafka keeps the settings of topics elsewhere: a topic that it compacts, or keeps for ever, must not lose its records here. */
const KEPT: TopicConfig = { 'retention.ms': -1 };

/** `makeId` gives the id of a topic of which no directory says it. */
export function readCatalog(
  system: FileSystem,
  directory: string,
  logger: Logger = {},
  makeId: (topic: string) => string = randomUuid,
): Catalog {
  const change = readTopicChange(system, directory);
  const present = new Map<string, Set<number>>();
  for (const { name, isDirectory } of system.list(directory)) {
    const found = isDirectory ? parsePartitionDirectory(name) : null;
    if (found === null) continue;
    const partitions = present.get(found.topic);
    if (partitions === undefined) present.set(found.topic, new Set([found.partition]));
    else partitions.add(found.partition);
  }
  const entries = new Map((readTopicsFile(system, directory) ?? []).map((entry) => [entry.name, entry]));
  if (change !== null) hide(change, entries, present);

  const topics = new Map<string, CatalogTopic>();
  let stale = false;
  for (const [name, entry] of entries) {
    const partitions = present.get(name);
    if (partitions === undefined) {
      logger.warn?.({ topic: name }, 'a topic has no directory any more and is dropped');
      stale = true;
      continue;
    }
    const count = Math.max(entry.partitions, largest(partitions) + 1);
    warnOfHoles(logger, directory, name, count, partitions);
    topics.set(name, { entry: { ...entry, partitions: count }, present: partitions });
  }
  for (const [name, partitions] of present) {
    if (entries.has(name)) continue;
    const known = idInDirectories(system, directory, name, partitions, logger);
    stale ||= known === null;
    const entry = { name, id: known ?? makeId(name), partitions: largest(partitions) + 1, config: KEPT };
    topics.set(name, { entry, present: partitions });
  }
  return { topics, stale };
}

/** Not `Math.max(...)`: a topic may have more partitions than a call may have arguments. */
function largest(partitions: ReadonlySet<number>): number {
  let most = -1;
  for (const partition of partitions) most = Math.max(most, partition);
  return most;
}

/** What a change has not committed, or has already given up, is not there. */
function hide(change: TopicChange, entries: Map<string, TopicEntry>, present: Map<string, Set<number>>): void {
  const { kind, topic, id } = change;
  const entry = entries.get(topic);
  if (isCommitted(change, entry) || (entry !== undefined && entry.id !== id)) return;
  if (kind === 'delete') entries.delete(topic);
  const partitions = present.get(topic);
  if (partitions === undefined) return;
  for (let partition = change.from; partition < change.to; partition++) partitions.delete(partition);
  if (partitions.size === 0) present.delete(topic);
}

function warnOfHoles(
  logger: Logger,
  directory: string,
  topic: string,
  count: number,
  present: ReadonlySet<number>,
): void {
  if (present.size === count) return;
  for (let partition = 0; partition < count; partition++) {
    const path = join(directory, partitionDirectoryName(topic, partition));
    if (!present.has(partition)) logger.warn?.({ topic, partition, path }, 'the directory of a partition is missing');
  }
}

/** The topic id in the first readable `partition.metadata`; null where none has one. */
function idInDirectories(
  system: FileSystem,
  directory: string,
  topic: string,
  partitions: ReadonlySet<number>,
  logger: Logger,
): string | null {
  for (const partition of [...partitions].sort((a, b) => a - b)) {
    try {
      const id = readPartitionMetadata(system, join(directory, partitionDirectoryName(topic, partition)));
      if (id !== null) return id;
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT')) throw error;
      logger.warn?.({ err: error, topic, partition }, 'partition.metadata is not readable');
    }
  }
  return null;
}
