/** `--offsets-decoder`: the records of `__consumer_offsets`. Those about committed offsets are decoded, others are named. */
import { decodeOffsetCommit, type OffsetCommitValue } from '../../group/offset-commit-format.ts';
import { careful, decoded, type RecordDecoder } from './decoded-record.ts';

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

export const decodeOffsetsRecord: RecordDecoder = careful((key, value) => {
  const commit = decodeOffsetCommit(key, value);
  if (commit !== null) return decoded(key, commit.key, value, commit.value && valueFields(commit.value, value!));
  const type = key.readInt16BE(0);
  if (type === 0 || type === 1) return { undecoded: `a value of version ${value!.readInt16BE(0)}` };
  const name = KEY_TYPES[type] ?? null;
  return { undecoded: name === null ? `unknown record type ${type}` : `record type ${type}, ${name}` };
});

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
