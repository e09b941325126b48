/**
 * The file `millrace-topics.json`: the topics of a data directory with what Kafka keeps elsewhere, in its controller.
 *
 *     {"version":0,"topics":[
 *     {"name":"orders","id":"7d5lyzKdSsWk4i1kY1p0Cg","partitions":4,"config":{"retention.ms":86400000}}
 *     ]}
 *
 * Replaced as a whole, and the moment at which a topic, or more partitions, come into being. `config` has only what differs from the defaults.
 * Kafka ignores the file; a directory that Kafka wrote has none, and then the directories of partitions say which topics there are.
 */
import { join } from 'node:path';
import { MillraceError } from '../errors.ts';
import { readTextFile, writeWholeFile, writeWholeFileAside } from '../file/atomic-file.ts';
import type { FileSystem } from '../file/file-system.ts';
import { PARTITIONS_PER_TOPIC_MAX } from '../limits.ts';
import { changeTopicConfig, type TopicConfig } from './topic-config.ts';
import type { ChangePlace } from './topic-change.ts';
import { isTopicName } from './topic-name.ts';
import { isUuid } from './uuid.ts';

export const TOPICS_FILE = 'millrace-topics.json';
const VERSION = 0;

export interface TopicEntry {
  readonly name: string;
  readonly id: string;
  /** Partitions are 0 to `partitions` - 1. */
  readonly partitions: number;
  readonly config: TopicConfig;
}

/**
 * The topics in the file; null where there is none. ERR_MILLRACE_CORRUPT where it is not readable: settings decide what is deleted and when, so a
 * guess would be worse than no start.
 */
export function readTopicsFile(system: FileSystem, directory: string): TopicEntry[] | null {
  const path = join(directory, TOPICS_FILE);
  const text = readTextFile(system, path);
  if (text === null) return null;
  const corrupt = (found: string, cause?: unknown): MillraceError =>
    new MillraceError(
      'ERR_MILLRACE_CORRUPT',
      `${path} ${found}; restore it, or remove it to go on with default settings for all topics`,
      { path, cause },
    );
  let content: { version?: unknown; topics?: unknown } | null;
  try {
    content = JSON.parse(text) as typeof content;
  } catch (error) {
    throw corrupt('is no JSON', error);
  }
  if (content?.version !== VERSION) throw corrupt(`has version ${String(content?.version)}, expected ${VERSION}`);
  if (!Array.isArray(content.topics)) throw corrupt('has no topics');
  return content.topics.map((entry: unknown) => {
    try {
      return checkEntry(entry as Partial<TopicEntry> | null);
    } catch (error) {
      throw corrupt(`has the entry ${JSON.stringify(entry).slice(0, 200)}`, error);
    }
  });
}

/** Durable when it returns. */
export function writeTopicsFile(system: FileSystem, directory: string, topics: Iterable<TopicEntry>): void {
  writeWholeFile(system, join(directory, TOPICS_FILE), textOf(topics));
}

/** The same, durable when it settles; the disk is waited for on the flusher's thread. */
export async function writeTopicsFileAside(
  { system, directory, flushThread }: ChangePlace,
  topics: Iterable<TopicEntry>,
): Promise<void> {
  await writeWholeFileAside(system, flushThread, { path: join(directory, TOPICS_FILE), text: textOf(topics) });
}

function textOf(topics: Iterable<TopicEntry>): string {
  const lines = Array.from(topics, ({ name, id, partitions, config }) =>
    JSON.stringify({ name, id, partitions, config }),
  );
  return `{"version":${VERSION},"topics":[\n${lines.join(',\n')}\n]}\n`;
}

function checkEntry(entry: Partial<TopicEntry> | null): TopicEntry {
  const { name, id, partitions, config } = entry ?? {};
  const isWhole =
    isTopicName(name) &&
    isUuid(id) &&
    Number.isSafeInteger(partitions) &&
    partitions! >= 1 &&
    partitions! <= PARTITIONS_PER_TOPIC_MAX;
  if (!isWhole) throw new MillraceError('ERR_MILLRACE_CORRUPT', 'name, id or partitions are not what they must be');
  return { name, id, partitions: partitions!, config: changeTopicConfig({}, config) };
}
