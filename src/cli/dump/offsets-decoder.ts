/**
 * `--offsets-decoder`: the records of `__consumer_offsets`. Those about committed offsets and about groups of consumers, of both protocols, are decoded; others, of share
 * and streams groups, are named.
 */
import { decodeOffsetCommit, type OffsetCommitValue } from '../../group/offset-commit-format.ts';
import { MessageReader } from '../../protocol/message-reader.ts';
import { CLASSIC_VALUE_VERSION_MAX, classicGroupValue } from './classic-group-value.ts';
import { careful, decoded, type DecodedRecord, type RecordDecoder, type UndecodedRecord } from './decoded-record.ts';
import { groupRecordValues } from './group-record-values.ts';

/** What keys are about, by their versions; 9 and 18 were never used. (CoordinatorRecordType.) */
const KEY_TYPES = [
  'LegacyOffsetCommit',
  'OffsetCommit',
  'GroupMetadata',
  'ConsumerGroupMetadata',
  'ConsumerGroupPartitionMetadata',
  'ConsumerGroupMemberMetadata',
  'ConsumerGroupTargetAssignmentMetadata',
  'ConsumerGroupTargetAssignmentMember',
  'ConsumerGroupCurrentMemberAssignment',
  null,
  'ShareGroupMemberMetadata',
  'ShareGroupMetadata',
  'ShareGroupTargetAssignmentMetadata',
  'ShareGroupTargetAssignmentMember',
  'ShareGroupCurrentMemberAssignment',
  'ShareGroupStatePartitionMetadata',
  'ConsumerGroupRegularExpression',
  'StreamsGroupMetadata',
  null,
  'StreamsGroupMemberMetadata',
  'StreamsGroupTargetAssignmentMetadata',
  'StreamsGroupTargetAssignmentMember',
  'StreamsGroupCurrentMemberAssignment',
  'StreamsGroupTopology',
];

const KEY_TYPE_SIZE = 2;
const GROUP_METADATA = 2;
const CLASSIC_FLEXIBLE_SINCE = 4;
/** What stands in a key behind the group. */
const SECOND_NAMES: Readonly<Record<number, string>> = {
  5: 'memberId',
  7: 'memberId',
  8: 'memberId',
  16: 'regularExpression',
};

export const decodeOffsetsRecord: RecordDecoder = careful((key, value) => {
  const commit = decodeOffsetCommit(key, value);
  if (commit !== null) return decoded(key, commit.key, value, commit.value && valueFields(commit.value, value!));
  const type = key.readInt16BE(0);
  if (type === 0 || type === 1) return { undecoded: `a value of version ${value!.readInt16BE(0)}` };
  const group = decodeGroup(type, key, value);
  if (group !== null) return group;
  const name = KEY_TYPES[type] ?? null;
  return { undecoded: name === null ? `unknown record type ${type}` : `record type ${type}, ${name}` };
});

/** Null for a record that is about no group of consumers. */
function decodeGroup(type: number, key: Buffer, value: Buffer | null): DecodedRecord | UndecodedRecord | null {
  const readValue = groupRecordValues[type];
  if (type !== GROUP_METADATA && readValue === undefined) return null;
  const reader = new MessageReader(key, 'a key of __consumer_offsets', KEY_TYPE_SIZE);
  const names = SECOND_NAMES[type];
  const data =
    type === GROUP_METADATA
      ? { group: reader.string() }
      : { groupId: reader.string(), ...(names !== undefined && { [names]: reader.string() }) };
  if (value === null) return decoded(key, data, null, null);
  const fields = new MessageReader(value, 'a value of __consumer_offsets');
  const version = fields.int16();
  if (version < 0 || version > (type === GROUP_METADATA ? CLASSIC_VALUE_VERSION_MAX : 0))
    return { undecoded: `a value of version ${version}` };
  fields.isFlexible = type !== GROUP_METADATA || version >= CLASSIC_FLEXIBLE_SINCE;
  return decoded(key, data, value, readValue?.(fields) ?? classicGroupValue(fields, version));
}

function valueFields(fields: OffsetCommitValue, value: Buffer): object {
  const { offset, leaderEpoch, metadata, commitTimestamp, expireTimestamp, topicId } = fields;
  const version = value.readInt16BE(0);
  return {
    offset,
    ...(version >= 3 ? { leaderEpoch } : {}),
    metadata,
    commitTimestamp,
    ...(version === 1 ? { expireTimestamp } : {}),
    ...(topicId === null ? {} : { topicId }),
  };
}
