import { expect, test } from 'vitest';
import { decodeOffsetsRecord } from '#millrace/cli/dump/offsets-decoder.js';
import { encodeConsumerRecord } from '#millrace/group/consumer/consumer-record-format.js';
import type { ConsumerRecord } from '#millrace/group/consumer/consumer-record.js';

const ID = 'abcdefghijklmnopqrstuA';
const groupId = 'g';
const memberId = 'm';
const parts = new Map([[ID, new Set([2, 0])]]);
const shown = [{ topicId: ID, partitions: [0, 2] }];

function decoded(record: ConsumerRecord): unknown {
  const { key, value } = encodeConsumerRecord(record);
  return decodeOffsetsRecord(key as Buffer, value as Buffer | null);
}

const subscription = {
  instanceId: null,
  rackId: 'r',
  clientId: 'c',
  clientHost: '/h',
  topicNames: new Set(['a', 'b']),
  topicPattern: '',
  rebalanceTimeoutMs: 5,
  assignor: 'range',
  classic: null,
};
const member = {
  instanceId: null,
  rackId: 'r',
  clientId: 'c',
  clientHost: '/h',
  subscribedTopicNames: ['a', 'b'],
  subscribedTopicRegex: '',
  rebalanceTimeoutMs: 5,
  serverAssignor: 'range',
};

test.each<[number, ConsumerRecord, object]>([
  [3, { kind: 'group', groupId, value: { epoch: 4, metadataHash: 0n } }, { epoch: 4 }],
  [
    3,
    { kind: 'group', groupId, value: { epoch: 4, metadataHash: -(2n ** 62n) - 1n } },
    { epoch: 4, metadataHash: -(2n ** 62n) - 1n },
  ],
  [5, { kind: 'member', groupId, memberId, value: subscription }, { ...member, classicMemberMetadata: null }],
  [
    5,
    {
      kind: 'member',
      groupId,
      memberId,
      value: {
        ...subscription,
        classic: { sessionTimeoutMs: 9, protocols: [{ name: 'range', metadata: Buffer.from('xy') }] },
      },
    },
    {
      ...member,
      classicMemberMetadata: { sessionTimeoutMs: 9, supportedProtocols: [{ name: 'range', metadata: 'eHk=' }] },
    },
  ],
  [6, { kind: 'targetEpoch', groupId, value: 7 }, { assignmentEpoch: 7 }],
  [7, { kind: 'target', groupId, memberId, value: parts }, { topicPartitions: shown }],
  [
    8,
    {
      kind: 'current',
      groupId,
      memberId,
      value: { epoch: 3, previousEpoch: 2, state: 'unrevoked', assigned: parts, revoking: new Map() },
    },
    {
      memberEpoch: 3,
      previousMemberEpoch: 2,
      state: 1,
      assignedPartitions: shown,
      partitionsPendingRevocation: [],
    },
  ],
  [
    16,
    { kind: 'pattern', groupId, pattern: 'a.*', value: { topics: new Set(['a']), version: 5, at: 6 } },
    { topics: ['a'], version: 5, timestamp: 6 },
  ],
])('a record of type %i', (type, record, data) => {
  const key = {
    type: String(type),
    data: {
      groupId,
      ...([5, 7, 8].includes(type) && { memberId }),
      ...(type === 16 && { regularExpression: 'a.*' }),
    },
  };
  expect(decoded(record)).toEqual({ key, value: { version: '0', data } });
  expect(decoded({ ...record, value: null })).toEqual({ key, value: null });
});

test('what Kafka 4.0 kept of topics', () => {
  const key = Buffer.from([0, 4, 0, 1, 0x67]);
  const head = [0, 0, 2, ...Buffer.from(ID, 'base64url'), 2, 0x74, 0, 0, 0, 3];
  const value = Buffer.from([...head, 2, 0, 0, 0, 1, 2, 2, 0x72, 0, 0, 0]);
  expect(decodeOffsetsRecord(key, value)).toEqual({
    key: { type: '4', data: { groupId } },
    value: {
      version: '0',
      data: {
        topics: [
          { topicId: ID, topicName: 't', numPartitions: 3, partitionMetadata: [{ partition: 1, racks: ['r'] }] },
        ],
      },
    },
  });
});

test('of another version, or cut off, it is not decoded', () => {
  const { key, value } = encodeConsumerRecord({ kind: 'targetEpoch', groupId, value: 7 });
  expect(decodeOffsetsRecord(key as Buffer, Buffer.from([0, 1, 0]))).toEqual({ undecoded: 'a value of version 1' });
  expect(decodeOffsetsRecord(key as Buffer, (value as Buffer).subarray(0, 4))).toEqual({
    undecoded: expect.stringContaining('ends in the middle'),
  });
});
