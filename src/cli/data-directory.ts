/**
 * Opens the data directory that a command works on, the way it needs it, and closes it whatever happens.
 *
 * Reading takes no lock and works beside a writer. Writing takes the lock; when the last writer was killed, the directory is recovered first, with
 * a progress bar on a terminal. What the store warns of is said on standard error.
 */
import { existsSync } from 'node:fs';
import { MillraceError } from '../errors.ts';
import type { RecoveryProgress } from '../store/recovery.ts';
import { suggestion } from '../store/nearest-name.ts';
import type { ReadOnlyStore } from '../store/read-only-store.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import type { TopicDescription } from '../store/topic.ts';
import type { CliContext } from './context.ts';
import { note, showCount } from './output.ts';
import { createProgress, type Progress } from './progress.ts';
import { warnings } from './warnings.ts';

/** Runs `work` on the directory, opened for reading. */
export async function reading<T>(
  context: CliContext,
  directory: string,
  work: (store: ReadOnlyStore) => T | Promise<T>,
): Promise<T> {
  checkExists(directory);
  const store = await openStore(directory, { readOnly: true, logger: warnings(context) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

export interface WritingOptions {
  /** Make the directory if it is not there; default: that is an error. */
  readonly create?: boolean;
}

/** Runs `work` on the directory, opened for writing. */
export async function writing<T>(
  context: CliContext,
  directory: string,
  work: (store: Store) => T | Promise<T>,
  options: WritingOptions = {},
): Promise<T> {
  if (options.create !== true) checkExists(directory);
  const store = await openForWriting(context, directory);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/** The topic of that name, or ERR_MILLRACE_UNKNOWN_TOPIC with the name that was probably meant. */
export function findTopic(store: Store | ReadOnlyStore, name: string): TopicDescription {
  const topics = store.topics();
  const found = topics.find((topic) => topic.name === name);
  if (found !== undefined) return found;
  const hint = suggestion(
    name,
    topics.map((topic) => topic.name),
  );
  const message = `there is no topic "${name}" in ${store.directory}${hint}`;
  throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', message);
}

async function openForWriting(context: CliContext, directory: string): Promise<Store> {
  let progress: Progress | null = null;
  const onRecovery = ({ bytes, bytesTotal }: RecoveryProgress): void => {
    progress ??= createProgress(context, { total: bytesTotal, unit: 'bytes' });
    progress.update(bytes);
  };
  try {
    const store = await openStore(directory, { logger: warnings(context), onRecovery });
    const { clean, partitions, elapsedMs } = store.recovery;
    if (!clean && partitions > 0) {
      const what = `${showCount(partitions)} partition${partitions === 1 ? '' : 's'}`;
      note(context, `the last writer did not close ${directory}: recovered ${what} in ${Math.ceil(elapsedMs)} ms`);
    }
    return store;
  } finally {
    (progress as Progress | null)?.stop();
  }
}

function checkExists(directory: string): void {
  if (existsSync(directory)) return;
  throw new MillraceError('ERR_MILLRACE_IO', `there is no data directory ${directory}; --data names another`);
}
