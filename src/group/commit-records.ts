/**
 * The records of a commit, and of offsets that are to be forgotten: what a coordinator appends to its partition of `__consumer_offsets`.
 *
 * A commit is judged offset by offset: those whose metadata are too long are refused, and the others are written all the same, as Kafka does.
 */
import type { RecordInput, Timestamp, TopicPartition } from '../types.ts';
import { encodeOffsetKey, encodeOffsetValue } from './offset-commit-format.ts';
import type { CommitRequest, GroupError } from './group-requests.ts';
import { INT64_MAX } from '../protocol/integers.ts';
import { STRING_BYTES_MAX } from '../protocol/message-reader.ts';

export interface Commit {
  readonly groupId: string;
  readonly offsets: CommitRequest['offsets'];
  readonly now: Timestamp;
  /** The request's own retention: -1 for none, as in all requests of today's clients. */
  readonly retentionMs?: number;
  /** `offset.metadata.max.bytes`, which Kafka counts in units of UTF-16. */
  readonly metadataMax: number;
}

export interface CommitRecords {
  /** Of the offsets that are not refused, in their order. */
  readonly records: RecordInput[];
  /** Of each offset, in their order. */
  readonly errors: GroupError[];
}

export function commitRecords(commit: Commit): CommitRecords {
  const { groupId: group, now: commitTimestamp, retentionMs = -1, metadataMax } = commit;
  // A retention without end has one all the same: the last moment that there is.
  const expireTimestamp = retentionMs === -1 ? -1 : Math.min(commitTimestamp + retentionMs, INT64_MAX);
  const records: RecordInput[] = [];
  const errors = commit.offsets.map((each): GroupError => {
    const { topic, partition, topicId = null, offset, leaderEpoch = -1, metadata = '' } = each;
    if (isTooLong(metadata, metadataMax)) return 'OFFSET_METADATA_TOO_LARGE';
    const value = { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId };
    records.push({ key: encodeOffsetKey({ group, topic, partition }), value: encodeOffsetValue(value) });
    return null;
  });
  return { records, errors };
}

export function tombstones(group: string, partitions: Iterable<TopicPartition>): RecordInput[] {
  return Array.from(partitions, ({ topic, partition }) => ({
    key: encodeOffsetKey({ group, topic, partition }),
    value: null,
  }));
}

/** Whatever the bound: the format has no place for more. */
function isTooLong(metadata: string, max: number): boolean {
  return metadata.length > max || Buffer.byteLength(metadata) > STRING_BYTES_MAX;
}
