/** What the parts of an open store share, and which failures take it offline. */
import { isMillraceError, isSystemError } from '../errors.ts';
import type { FlushThread } from '../file/file-system.ts';
import type { Damage } from '../log/log-recovery.ts';
import type { LogEnvironment } from '../log/log-writer.ts';
import type { Logger } from '../types.ts';
import type { OffsetCheckpoint } from './offset-checkpoints.ts';
import type { TopicConfig } from './topic-config.ts';

export interface StoreEnvironment extends LogEnvironment {
  /** The data directory. */
  readonly directory: string;
  readonly logger: Logger;
  /** Topic settings where a topic has none of its own. Changed by `TopicAdmin` only. */
  defaults: TopicConfig;
  /** Read whenever producers are forgotten; changed by `Store.configure` only. */
  producerIdExpirationMs: number;
  /** The flusher's thread, for rounds that are not a log's. */
  readonly flushThread: FlushThread;
  readonly recoveryPoints: OffsetCheckpoint;
  readonly startOffsets: OffsetCheckpoint;
  /** What the store's recovery report says of logs that were cut: those that are opened later join it. */
  readonly damage: Damage[];
  /** Up to where logs are compacted. */
  readonly cleanerOffsets: OffsetCheckpoint;
}

const FATAL_CODES: ReadonlySet<string> = new Set(['EIO', 'EROFS', 'ENODEV', 'ENXIO', 'EUCLEAN', 'EBADF']);
const SYNC_CALLS: ReadonlySet<string> = new Set(['fsync', 'fdatasync', 'syncfs']);

/** A disk that cannot be trusted any more: a failed sync, or an error that a full disk and a lack of descriptors do not give. */
export function isDiskFailure(error: unknown): boolean {
  if (!isMillraceError(error) || !isSystemError(error.cause)) return false;
  return FATAL_CODES.has(error.cause.code) || SYNC_CALLS.has(error.cause.syscall);
}

/** Runs `write`; a disk failure takes the directory offline, and every later write fails with the same error. */
export function writing<T>(environment: StoreEnvironment, write: () => T): T {
  environment.health.check();
  try {
    return write();
  } catch (error) {
    throw isDiskFailure(error) ? environment.health.fail(error) : error;
  }
}

/** As `writing`, where the disk is waited for elsewhere. */
export async function writingAside(environment: StoreEnvironment, write: () => Promise<void>): Promise<void> {
  environment.health.check();
  try {
    await write();
  } catch (error) {
    throw isDiskFailure(error) ? environment.health.fail(error) : error;
  }
}

/** As `writingAside`; false when the disk was full. */
export async function writingAsideUnlessFull(
  environment: StoreEnvironment,
  write: () => Promise<void>,
): Promise<boolean> {
  try {
    await writingAside(environment, write);
    return true;
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_NO_SPACE')) return false;
    throw error;
  }
}
