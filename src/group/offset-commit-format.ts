/**
 * The records of `__consumer_offsets` that are about committed offsets: one for each commit, the last of which holds. A null value forgets it.
 * (OffsetCommitKey.json, OffsetCommitValue.json, LegacyOffsetCommitKey.json.)
 *
 *     key 0, 1:  version i16 | group string | topic string | partition i32
 *     value:     version i16 | offset i64 | leader epoch i32 (from 3 on) | metadata string | commit time ms i64 | expiry ms i64 (in 1 only)
 *                4 has compact lengths and tagged fields: 0 topic id uuid
 *
 * Written are key 1 and value 3, which Kafka has read since 2.1; with a topic id, value 4. Other keys (2 and higher) tell of groups and their
 * members; they are null here, as is what only a later Kafka knows.
 */
import { MillraceError } from '../errors.ts';
import { MessageReader } from '../protocol/message-reader.ts';
import { MessageWriter } from '../protocol/message-writer.ts';
import type { Offset, Timestamp } from '../types.ts';

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
  /** 16 bytes; null when the writer did not know it. */
  readonly topicId: Uint8Array | null;
}

export interface OffsetCommit {
  readonly key: OffsetCommitKey;
  /** Null: the offset is forgotten. */
  readonly value: OffsetCommitValue | null;
}

const KEY_VERSION = 1;
const VALUE_VERSION = 3;
const FLEXIBLE = 4;
const TOPIC_ID = 0;
const UUID_SIZE = 16;

export function encodeOffsetKey({ group, topic, partition }: OffsetCommitKey): Buffer {
  return new MessageWriter().int16(KEY_VERSION).string(group).string(topic).int32(partition).finish();
}

export function encodeOffsetValue(value: Omit<OffsetCommitValue, 'expireTimestamp'>): Buffer {
  const { offset, leaderEpoch, metadata, commitTimestamp, topicId } = value;
  const writer = new MessageWriter();
  const version = topicId === null ? VALUE_VERSION : FLEXIBLE;
  writer.isFlexible = version === FLEXIBLE;
  writer.int16(version).int64(offset).int32(leaderEpoch).string(metadata).int64(commitTimestamp);
  if (topicId !== null) writer.taggedFields([{ tag: TOPIC_ID, write: (field) => field.bytes(topicId) }]);
  return writer.finish();
}

/** Null for a record that is about something else. */
export function decodeOffsetCommit(key: Uint8Array | null, value: Uint8Array | null): OffsetCommit | null {
  const what = 'of __consumer_offsets';
  if (key === null) throw new MillraceError('ERR_MILLRACE_CORRUPT', `a record ${what} has no key`);
  const reader = new MessageReader(key, `a key ${what}`);
  const version = reader.int16();
  if (version !== 0 && version !== KEY_VERSION) return null;
  const decoded = { group: reader.string(), topic: reader.string(), partition: reader.int32() };
  if (value === null) return { key: decoded, value: null };
  const found = decodeValue(new MessageReader(value, `a value ${what}`));
  return found === null ? null : { key: decoded, value: found };
}

function decodeValue(reader: MessageReader): OffsetCommitValue | null {
  const version = reader.int16();
  if (version < 0 || version > FLEXIBLE) return null;
  reader.isFlexible = version === FLEXIBLE;
  const offset = reader.int64();
  const leaderEpoch = version >= 3 ? reader.int32() : -1;
  const metadata = reader.string();
  const commitTimestamp = reader.int64();
  const expireTimestamp = version === 1 ? reader.int64() : -1;
  let topicId: Uint8Array | null = null;
  reader.taggedFields((tag, size) => {
    if (tag === TOPIC_ID && size === UUID_SIZE) topicId = Uint8Array.from(reader.bytes(UUID_SIZE));
  });
  return { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId };
}
