/**
 * What a partition's log obeys, in the library's own words; the store translates Kafka's setting names into it.
 */
import { MAX_MESSAGE_BYTES_DEFAULT, RETENTION_MS_DEFAULT } from '../limits.ts';
import type { CompressionName, TimestampType } from '../types.ts';

export interface LogSettings {
  /** `segment.bytes` */
  readonly segmentBytes: number;
  /** `segment.ms`: a segment older than this, by its records' time, is rolled at the next append. */
  readonly segmentMs: number;
  /** `segment.index.bytes` */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes` */
  readonly indexIntervalBytes: number;
  /** `max.message.bytes`: the largest batch. */
  readonly maxMessageBytes: number;
  /** `message.timestamp.type` */
  readonly timestampType: TimestampType;
  /** `compression.type`: `producer` keeps what the appender chose. */
  readonly compression: CompressionName | 'producer';
  /** `flush.messages`: a flush is begun when so many records are not durable; 1 is commit durability. */
  readonly flushMessages: number;
  /** `flush.ms`: a flush is begun when a record has not been durable for so long. */
  readonly flushMs: number;
  /** `cleanup.policy` has `delete`: old segments go by time and size. */
  readonly cleanupDelete: boolean;
  /** `retention.ms`; -1 keeps for ever. */
  readonly retentionMs: number;
  /** `retention.bytes`: what a log keeps at least; less than 0 keeps all. */
  readonly retentionBytes: number;
  /** `message.timestamp.before.max.ms`: how far behind the clock a record's CreateTime may be. */
  readonly timestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms`: how far ahead of it. */
  readonly timestampAfterMaxMs: number;
}

/** Kafka's defaults, but for the retention of three days. */
export const DEFAULT_LOG_SETTINGS: LogSettings = {
  segmentBytes: 1024 * 1024 * 1024,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentIndexBytes: 10 * 1024 * 1024,
  indexIntervalBytes: 4096,
  maxMessageBytes: MAX_MESSAGE_BYTES_DEFAULT,
  timestampType: 'CreateTime',
  compression: 'producer',
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
  cleanupDelete: true,
  retentionMs: RETENTION_MS_DEFAULT,
  retentionBytes: -1,
  timestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  timestampAfterMaxMs: 60 * 60 * 1000,
};
