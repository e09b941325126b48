/**
 * The records of `__consumer_offsets` that are about committed offsets: one for each commit, the last of which holds. A null value forgets it.
 * (OffsetCommitKey.json, OffsetCommitValue.json, LegacyOffsetCommitKey.json.)
 *
 *     key 0, 1:  version i16 | group string | topic string | partition i32
 *     value:     version i16 | offset i64 | leader epoch i32 (from 3 on) | metadata string | commit time ms i64 | expiry ms i64 (in 1 only)
 *                4 has compact lengths and tagged fields: 0 topic id uuid
 *
 * Written are key 1 and value 3, which Kafka has read since 2.1; with a topic id value 4; and with a time of expiry value 1, which has no place for
 * a leader epoch and a topic id, as Kafka does. Other keys (2 and higher) tell of groups and their members; they are null here, as is what
 * only a later Kafka knows. Who loads a log reads by `OffsetRecordReader`.
 */
import { MillraceError } from '../errors.ts';
import { bufferOf } from '../protocol/message-reader.ts';
import { MessageWriter } from '../protocol/message-writer.ts';
import type { Offset, Timestamp } from '../types.ts';
import { OFFSET_KEY_VERSION_MAX, OffsetRecordReader, TOPIC_ID_TAG } from './offset-record-reader.ts';

export interface OffsetCommitKey {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetCommitValue {
  /** Of the record to be read next. */
  readonly offset: Offset;
  /** Of the last record that was read; -1 for none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestamp: Timestamp;
  /** -1 for none: the group's retention says when it expires. */
  readonly expireTimestamp: Timestamp;
  /** Null when the writer did not know it. */
  readonly topicId: string | null;
}

export interface OffsetCommit {
  readonly key: OffsetCommitKey;
  /** Null: the offset is forgotten. */
  readonly value: OffsetCommitValue | null;
}

const EXPIRING = 1;
const PLAIN = 3;
const FLEXIBLE = 4;

export function encodeOffsetKey({ group, topic, partition }: OffsetCommitKey): Buffer {
  return new MessageWriter().int16(OFFSET_KEY_VERSION_MAX).string(group).string(topic).int32(partition).finish();
}

export function encodeOffsetValue(
  value: Omit<OffsetCommitValue, 'expireTimestamp'> & Partial<OffsetCommitValue>,
): Buffer {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp = -1, topicId } = value;
  const writer = new MessageWriter();
  if (expireTimestamp >= 0) {
    writer.int16(EXPIRING).int64(offset).string(metadata).int64(commitTimestamp).int64(expireTimestamp);
    return writer.finish();
  }
  const version = topicId === null ? PLAIN : FLEXIBLE;
  writer.isFlexible = version === FLEXIBLE;
  writer.int16(version).int64(offset).int32(leaderEpoch).string(metadata).int64(commitTimestamp);
  if (topicId !== null) writer.taggedFields([{ tag: TOPIC_ID_TAG, write: (field) => field.uuid(topicId) }]);
  return writer.finish();
}

/** Null for a record that is about something else. */
export function decodeOffsetCommit(key: Uint8Array | null, value: Uint8Array | null): OffsetCommit | null {
  if (key === null) throw new MillraceError('ERR_MILLRACE_CORRUPT', 'a record of __consumer_offsets has no key');
  const reader = new OffsetRecordReader();
  if (!reader.readKey(bufferOf(key), 0, key.length)) return null;
  const { group, topic, partition } = reader;
  const decoded = { group, topic, partition };
  if (value === null) return { key: decoded, value: null };
  if (!reader.readValue(bufferOf(value), 0, value.length)) return null;
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = reader;
  return { key: decoded, value: { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } };
}
