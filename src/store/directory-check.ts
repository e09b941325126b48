/**
 * Which partitions a data directory has, and whether the files that say so agree: `millrace-topics.json`, the directories, the topic ids in `partition.metadata`, and
 * `meta.properties`. Reads only.
 */
import { join } from 'node:path';
import { isMillraceError } from '../errors.ts';
import { readTextFile } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import type { Findings } from '../segment/finding.ts';
import { META_PROPERTIES } from './meta-properties.ts';
import { parsePartitionDirectory, partitionDirectoryName } from './partition-directory.ts';
import { encodePartitionMetadata, PARTITION_METADATA, readPartitionMetadata } from './partition-metadata.ts';
import { parseProperties } from './properties-text.ts';
import { readTopicChange } from './topic-change.ts';
import type { TopicConfig } from './topic-config.ts';
import { readTopicsFile, type TopicEntry, TOPICS_FILE } from './topics-file.ts';
import { isUuid } from './uuid.ts';

export interface FoundPartition {
  readonly topic: string;
  readonly partition: number;
  /** Name of its directory. */
  readonly name: string;
  /** Settings of the topic; null where no file of ours has the topic, as with one of Kafka's. */
  readonly config: TopicConfig | null;
}

/** The partitions, by topic and number, and what is wrong with the files that name them. */
export function checkDirectory(system: FileSystem, directory: string, findings: Findings): FoundPartition[] {
  // First: a topic that is made meanwhile has directories before it has an entry.
  const entries = readEntries(system, directory, findings);
  const changing = topicThatChanges(system, directory, findings);
  const found: { topic: string; partition: number; name: string }[] = [];
  for (const { name, isDirectory } of system.list(directory)) {
    const parsed = isDirectory ? parsePartitionDirectory(name) : null;
    if (parsed !== null) found.push({ ...parsed, name });
  }
  found.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
  checkProperties(system, directory, findings, found.length > 0);
  if (entries !== null) checkEntries(system, directory, { entries, found, changing }, findings);
  checkIds(system, directory, { entries, found, changing }, findings);
  return found.map((each) => ({ ...each, config: entries?.get(each.topic)?.config ?? null }));
}

interface DirectoryState {
  readonly entries: ReadonlyMap<string, TopicEntry> | null;
  readonly found: readonly { readonly topic: string; readonly partition: number; readonly name: string }[];
  /** A topic that is being made, extended or deleted: of it the files may say different things. */
  readonly changing: string | null;
}

function readEntries(system: FileSystem, directory: string, findings: Findings): Map<string, TopicEntry> | null {
  try {
    const entries = readTopicsFile(system, directory);
    return entries === null ? null : new Map(entries.map((entry) => [entry.name, entry]));
  } catch (error) {
    addError(findings, join(directory, TOPICS_FILE), error);
    return null;
  }
}

function topicThatChanges(system: FileSystem, directory: string, findings: Findings): string | null {
  try {
    return readTopicChange(system, directory)?.topic ?? null;
  } catch (error) {
    addError(findings, join(directory, 'millrace-change.json'), error);
    return null;
  }
}

function checkProperties(system: FileSystem, directory: string, findings: Findings, isExpected: boolean): void {
  const path = join(directory, META_PROPERTIES);
  const text = readTextFile(system, path);
  if (text === null) {
    if (isExpected) findings.add('missing', path, null, 'the file that says whose directory this is is missing');
    return;
  }
  const values = parseProperties(text);
  const version = values.get('version');
  const nodeId = values.get('node.id') ?? values.get('broker.id');
  const directoryId = values.get('directory.id');
  if (version !== '0' && version !== '1') findings.add('metadata', path, null, `it has version ${version}, expected 1`);
  if (nodeId === undefined || !/^-?\d{1,10}$/.test(nodeId))
    findings.add('metadata', path, null, `it has node.id ${nodeId}, expected a number`);
  if (directoryId !== undefined && !isId(directoryId))
    findings.add('metadata', path, null, `it has directory.id ${directoryId}, which is no id`);
}

/** Every partition that the topics' file names has a directory, and no topic of it has more. */
function checkEntries(system: FileSystem, directory: string, state: DirectoryState, findings: Findings): void {
  const { entries, found, changing } = state;
  const names = new Set(found.map(({ name }) => name));
  const topicsFile = join(directory, TOPICS_FILE);
  for (const { name, partitions } of entries!.values()) {
    if (name === changing) continue;
    for (let partition = 0; partition < partitions; partition++) {
      const path = join(directory, partitionDirectoryName(name, partition));
      if (!names.has(partitionDirectoryName(name, partition)) && !system.exists(path))
        findings.add('missing', path, null, `the directory of partition ${partition} of "${name}" is missing`);
    }
  }
  for (const { topic, partition, name } of found) {
    const entry = entries!.get(topic);
    if (entry === undefined || topic === changing || partition < entry.partitions) continue;
    findings.add('metadata', topicsFile, null, `"${topic}" has ${entry.partitions} partitions, and there is ${name}`);
  }
}

/** All partitions of a topic have its id: the one in the topics' file, or else the one that the first of them has. */
function checkIds(system: FileSystem, directory: string, state: DirectoryState, findings: Findings): void {
  const ids = new Map<string, { id: string; where: string }>();
  for (const { name, id } of state.entries?.values() ?? []) ids.set(name, { id, where: TOPICS_FILE });
  for (const { topic, name } of state.found) {
    if (topic === state.changing) continue;
    const path = join(directory, name, PARTITION_METADATA);
    try {
      const id = readPartitionMetadata(system, join(directory, name));
      if (id === null) {
        if (system.exists(join(directory, name))) findings.add('missing', path, null, 'the topic id is missing');
        continue;
      }
      const expected = ids.get(topic);
      if (expected === undefined) ids.set(topic, { id, where: name });
      else if (expected.id !== id)
        findings.add('metadata', path, null, `it has the topic id ${id}, and ${expected.where} has ${expected.id}`);
      const text = readTextFile(system, path)?.replace(/\r?\n$/, '');
      // Other white space than Kafka writes is not what Kafka's parser takes for white space either.
      if (text !== undefined && text !== encodePartitionMetadata(id))
        findings.add('metadata', path, null, `it is not written as it should be: ${JSON.stringify(text)}`);
    } catch (error) {
      addError(findings, path, error);
    }
  }
}

function addError(findings: Findings, path: string, error: unknown): void {
  if (!isMillraceError(error, 'ERR_MILLRACE_CORRUPT') && !isMillraceError(error, 'ERR_MILLRACE_INVALID_ARGUMENT'))
    throw error;
  findings.add('metadata', path, null, error.message);
}

/** Not as a guard: a message is to show what is no id. */
function isId(text: string): boolean {
  return isUuid(text);
}
