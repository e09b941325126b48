/** What may be said with an append, and what is made of it: checked here, once, before anything is written. */
import { invalidArgument, MillraceError } from '../errors.ts';
import { compressionNames } from '../record/codec.ts';
import type { TimestampBounds } from '../record/timestamp-range.ts';
import type { CompressionName, RecordInput, Timestamp } from '../types.ts';
import type { LogSettings } from './log-settings.ts';
import type { ProducerStamp } from './producer-stamp.ts';
import type { TimestampTerms } from './timestamp-check.ts';

export interface AppendOptions {
  /** Codec of the batch; default: the topic's, or none. The topic's wins when it names one. */
  readonly compression?: CompressionName;
  /** Epoch of the leader that appends, not below the latest one that the log knows; default: that one, or 0. */
  readonly leaderEpoch?: number;
  /** In whose name: the records must fit into one batch then, and are not appended again when they were before. */
  readonly producer?: ProducerStamp;
}

export interface AppendBatchesOptions {
  /** `producer` (default): the log gives offsets and epoch. `leader`: batches keep theirs and must continue the log. */
  readonly from?: 'producer' | 'leader';
  /** As in `AppendOptions`; a leader's batches bear their own. */
  readonly leaderEpoch?: number;
  /** Accept control batches; default: only from a leader. */
  readonly allowControl?: boolean;
}

const EPOCH_MAX = 0x7fff_ffff;

export function epochOf(asked: number | undefined, latest: number): number {
  if (asked === undefined) return Math.max(latest, 0);
  if (!Number.isInteger(asked) || asked < 0 || asked > EPOCH_MAX) {
    throw invalidArgument('leaderEpoch', 'a whole number from 0 to 2147483647', asked);
  }
  // Recovery takes epochs that fall for damage.
  if (asked >= latest) return asked;
  throw new MillraceError('ERR_MILLRACE_OUT_OF_ORDER', `an append of leader epoch ${asked} behind epoch ${latest}`);
}

export function codecOf(asked: CompressionName | undefined, topic: LogSettings['compression']): CompressionName {
  if (asked !== undefined && !compressionNames.includes(asked)) {
    throw invalidArgument('compression', `one of ${compressionNames.join(', ')}`, asked);
  }
  return topic === 'producer' ? (asked ?? 'none') : topic;
}

export function checkSource(from: AppendBatchesOptions['from'] = 'producer'): 'producer' | 'leader' {
  if (from !== 'producer' && from !== 'leader') throw invalidArgument('from', '"producer" or "leader"', from);
  return from;
}

/** Of a getter of a record that is being encoded: what it wrote would stand where the record is to stand. */
export function wroteToItsOwnLog(): MillraceError {
  return new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', 'a record wrote to its own log while it was being added');
}

/** The largest CreateTime among `records`, or `now` when they bear none. */
export function latestTimestamp(records: readonly RecordInput[], now: number): number {
  if (records[0]?.timestamp === undefined) return now;
  let latest = -1;
  for (const record of records) latest = Math.max(latest, record?.timestamp ?? now);
  return latest;
}

/** How far from the clock a record's own timestamp may be: under LogAppendTime it does not count. */
export function boundsOf(settings: LogSettings): TimestampBounds | undefined {
  return settings.timestampType === 'LogAppendTime' ? undefined : settings;
}

/** What a producer's ready batches must have. */
export function timestampTermsOf(settings: LogSettings, now: Timestamp): TimestampTerms {
  const { timestampType, timestampBeforeMaxMs, timestampAfterMaxMs } = settings;
  return { timestampType, timestampBeforeMaxMs, timestampAfterMaxMs, now };
}
