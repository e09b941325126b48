/**
 * Which failures may pass by waiting, and how long to wait.
 *
 * Retriable is what says that nothing was written and that it may go well later: a full disk (NO_SPACE), and IO errors of a process that has
 * no descriptor or memory left. Everything else is final: a directory that is offline stays so until the store is opened again.
 */
import { isMillraceError, isSystemError, MillraceError } from '../errors.ts';
import type { Timestamp } from '../types.ts';

const PASSING: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN', 'EINTR']);
/** How far waits are spread, so that those who failed together do not try together. */
const SPREAD = 0.2;

export function isRetriable(error: unknown): boolean {
  if (!isMillraceError(error)) return false;
  if (error.code === 'ERR_MILLRACE_NO_SPACE') return true;
  return error.code === 'ERR_MILLRACE_IO' && isSystemError(error.cause) && PASSING.has(error.cause.code);
}

export interface BackoffOptions {
  readonly retryBackoffMs: number;
  readonly retryBackoffMaxMs: number;
  readonly random: () => number;
}

/** The wait before retry number `attempt`, counted from 0: doubled each time (KIP-580). */
export function backoffMs({ retryBackoffMs, retryBackoffMaxMs, random }: BackoffOptions, attempt: number): number {
  const spread = 1 + SPREAD * (2 * random() - 1);
  const wait = Math.min(retryBackoffMs * 2 ** Math.min(attempt, 30) * spread, retryBackoffMaxMs);
  return Math.round(wait);
}

/** Something that failed, and may be tried again. */
export interface Tried {
  readonly sentAt: Timestamp;
  /** The round of retries in which it failed for the first time. */
  readonly since: number;
}

/** How far one goes on trying, and where one is. */
export interface Endurance {
  readonly now: Timestamp;
  /** Of the retries. */
  readonly round: number;
  readonly retries: number;
  readonly deliveryTimeoutMs: number;
  /** Why it failed last. */
  readonly cause: unknown;
  readonly topic: string;
  readonly partition: number;
}

/** What to tell who sent it, when it is not to be tried any more; null while it is. */
export function reasonToGiveUp({ sentAt, since }: Tried, endurance: Endurance): unknown {
  const { now, round, retries, deliveryTimeoutMs, cause, topic, partition } = endurance;
  if (now - sentAt < deliveryTimeoutMs) return round - since >= retries ? cause : null;
  return new MillraceError(
    'ERR_MILLRACE_TIMED_OUT',
    `records for partition ${partition} of topic "${topic}" could not be written within ${deliveryTimeoutMs} ms`,
    { cause },
  );
}
