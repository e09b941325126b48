/**
 * The file `millrace-change.json`: the change of a topic that is being made, so that a crash in its middle leaves all of it or none.
 *
 *     {"version":0,"kind":"add","topic":"orders","id":"7d5lyzKdSsWk4i1kY1p0Cg","from":0,"to":4}
 *
 * `add`: directories of partitions `from` to `to` - 1 are being made, and do not count until `millrace-topics.json` has them: found at open, they
 * are removed. `delete`: they are being removed, and no longer count: found at open, the removal is finished. Only directories whose
 * `partition.metadata` has the change's id are touched. One change at a time.
 */
import { join } from 'node:path';
import { MillraceError, show } from '../errors.ts';
import { readTextFile, writeWholeFileAside } from '../file/atomic-file.ts';
import type { FileSystem, FlushThread } from '../file/file-system.ts';
import { isTopicName } from './topic-name.ts';
import type { TopicEntry } from './topics-file.ts';
import { isUuid } from './uuid.ts';

export const CHANGE_FILE = 'millrace-change.json';

export interface TopicChange {
  readonly kind: 'add' | 'delete';
  readonly topic: string;
  readonly id: string;
  readonly from: number;
  readonly to: number;
}

/** A data directory, and the thread that waits for its disk. */
export interface ChangePlace {
  readonly system: FileSystem;
  readonly directory: string;
  readonly flushThread: FlushThread;
}

export function readTopicChange(system: FileSystem, directory: string): TopicChange | null {
  const path = join(directory, CHANGE_FILE);
  const text = readTextFile(system, path);
  if (text === null) return null;
  let change: Partial<TopicChange> & { version?: unknown };
  try {
    change = JSON.parse(text) as typeof change;
  } catch (cause) {
    throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} is no JSON`, { path, cause });
  }
  const { version, kind, topic, id, from, to } = change ?? {};
  const isWhole =
    version === 0 &&
    (kind === 'add' || kind === 'delete') &&
    isTopicName(topic) &&
    isUuid(id) &&
    Number.isSafeInteger(from) &&
    Number.isSafeInteger(to);
  if (!isWhole)
    throw new MillraceError('ERR_MILLRACE_CORRUPT', `${path} has ${show(text)}, which is no change of a topic`, {
      path,
    });
  return { kind, topic, id, from: from!, to: to! };
}

/** Durable when it settles; the disk is waited for on the flusher's thread. */
export async function writeTopicChange(
  { system, directory, flushThread }: ChangePlace,
  change: TopicChange,
): Promise<void> {
  const text = `${JSON.stringify({ version: 0, ...change })}\n`;
  await writeWholeFileAside(system, flushThread, { path: join(directory, CHANGE_FILE), text });
}

/** The change is over. Not synced: one that comes back after a crash is seen to be over. */
export function removeTopicChange(system: FileSystem, directory: string): void {
  system.remove(join(directory, CHANGE_FILE));
}

/** Was it committed: do the topics have what it adds? */
export function isCommitted(change: TopicChange, entry: TopicEntry | undefined): boolean {
  return change.kind === 'add' && entry?.id === change.id && entry.partitions >= change.to;
}
