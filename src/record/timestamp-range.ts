/**
 * How far from the clock a record's own timestamp may lie: `message.timestamp.before.max.ms` and `message.timestamp.after.max.ms` (KIP-937).
 *
 * One record of the year 3000 would keep its segment, and all behind it, from ever growing old. A record without a timestamp (-1) passes, and
 * under LogAppendTime every one does. (LogValidator.validateTimestamp.)
 */
import { MillraceError } from '../errors.ts';
import type { Timestamp } from '../types.ts';
import { NO_TIMESTAMP } from './batch-format.ts';

export interface TimestampBounds {
  /** How far behind the clock. */
  readonly timestampBeforeMaxMs: number;
  /** How far ahead of it. */
  readonly timestampAfterMaxMs: number;
}

export function isInRange(timestamp: Timestamp, now: Timestamp, bounds: TimestampBounds): boolean {
  if (timestamp === NO_TIMESTAMP) return true;
  return now - timestamp <= bounds.timestampBeforeMaxMs && timestamp - now <= bounds.timestampAfterMaxMs;
}

/** `name`: of what bears the timestamp. */
export function outOfRange(name: string, timestamp: Timestamp, now: Timestamp, bounds: TimestampBounds): MillraceError {
  const earliest = now - bounds.timestampBeforeMaxMs;
  const latest = now + bounds.timestampAfterMaxMs;
  return new MillraceError(
    'ERR_MILLRACE_INVALID_TIMESTAMP',
    `${name} has the timestamp ${timestamp}, expected ${Math.max(0, earliest)} to ${latest}: the topic allows none further from the clock`,
  );
}
