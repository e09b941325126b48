import { expect, test } from 'vitest';
import type { ConsumerRecord } from '#millrace/group/consumer/consumer-record.js';
import { decodeConsumerRecord, encodeConsumerRecord } from '#millrace/group/consumer/consumer-record-format.js';
import { encodeGroupKey } from '#millrace/group/group-metadata-format.js';
import { idOf } from './fake-topics.ts';

const partitions = new Map([
  [idOf('t'), new Set([0, 2, 300])],
  [idOf('u'), new Set([1])],
]);
const subscription = {
  instanceId: 'i',
  rackId: null,
  clientId: 'c',
  clientHost: '/127.0.0.1',
  topicNames: new Set(['a', 'b']),
  topicPattern: 't.*',
  rebalanceTimeoutMs: 60_000,
  assignor: 'range',
  classic: null,
};
const [groupId, memberId] = ['größe', 'm'];

const records: ConsumerRecord[] = [
  { kind: 'group', groupId, value: { epoch: 7, metadataHash: -5n } },
  { kind: 'group', groupId, value: { epoch: 7, metadataHash: 0n } },
  { kind: 'member', groupId, memberId, value: subscription },
  {
    kind: 'member',
    groupId,
    memberId,
    value: {
      ...subscription,
      instanceId: null,
      topicNames: new Set(),
      topicPattern: '',
      classic: { sessionTimeoutMs: 10, protocols: [{ name: 'range', metadata: new Uint8Array([1, 2]) }] },
    },
  },
  { kind: 'targetEpoch', groupId, value: 3 },
  { kind: 'target', groupId, memberId, value: partitions },
  {
    kind: 'current',
    groupId,
    memberId,
    value: { epoch: -2, previousEpoch: -1, state: 'unreleased', assigned: partitions, revoking: new Map() },
  },
  { kind: 'pattern', groupId, pattern: 't.*', value: { topics: new Set(['t']), version: 2 ** 40, at: 5 } },
];

test.each(records)('what is written is read, $kind', (record) => {
  const { key, value } = encodeConsumerRecord(record);
  expect(decodeConsumerRecord(key as Buffer, value as Buffer)).toEqual(record);
  const gone = { ...record, value: null } as ConsumerRecord;
  const tombstone = encodeConsumerRecord(gone);
  expect(tombstone.value).toBe(null);
  expect(decodeConsumerRecord(tombstone.key as Buffer, null)).toEqual(gone);
});

/** What Kafka 4.2.1 wrote of a member that joined. */
test('bytes of Kafka', () => {
  const bytes = Buffer.concat([
    Buffer.from([0, 0, 0, 0, 6]),
    Buffer.from('judge'),
    Buffer.from([11]),
    Buffer.from('/127.0.0.1'),
    Buffer.from([2, 6]),
    Buffer.from('first'),
    Buffer.from([1, 0, 0, 0xea, 0x60, 0, 1, 0, 1, 0]),
  ]);
  const value = {
    ...subscription,
    instanceId: null,
    clientId: 'judge',
    topicNames: new Set(['first']),
    topicPattern: '',
    assignor: null,
  };
  const record: ConsumerRecord = { kind: 'member', groupId: 'none', memberId: ' ', value };
  const encoded = encodeConsumerRecord(record);
  expect(Buffer.from(encoded.value as Buffer)).toEqual(bytes);
  expect(Buffer.from(encoded.key as Buffer)).toEqual(Buffer.from('\0\x05\0\x04none\0\x01 ', 'latin1'));
});

test('a member without the field is one of the classic protocol, as it is for Kafka', () => {
  const { key, value } = encodeConsumerRecord(records[2]);
  const bytes = Buffer.from(value as Buffer);
  const without = Buffer.concat([bytes.subarray(0, -4), Buffer.from([0])]);
  expect(decodeConsumerRecord(key as Buffer, without)).toMatchObject({
    value: { classic: { sessionTimeoutMs: 0, protocols: [] } },
  });
});

test('other records are none of these, and broken ones are corrupt', () => {
  expect(decodeConsumerRecord(encodeGroupKey('g'), null)).toBe(null);
  const { key, value } = encodeConsumerRecord(records[0]);
  const later = Buffer.from(value as Buffer);
  later[1] = 9;
  expect(decodeConsumerRecord(key as Buffer, later)).toBe(null);
  expect(decodeConsumerRecord(Buffer.from([0, 4, 0, 1, 0x67]), Buffer.from([0, 0, 9]))).toEqual({
    kind: 'topics',
    groupId: 'g',
    value: 'some',
  });
  const corrupt = expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' });
  expect(() => decodeConsumerRecord(null, null)).toThrow(corrupt);
  for (const record of records) {
    const encoded = encodeConsumerRecord(record);
    for (let size = 2; size < (encoded.value as Buffer).length - 1; size++) {
      const cut = (encoded.value as Buffer).subarray(0, size);
      expect(() => decodeConsumerRecord(encoded.key as Buffer, cut)).toThrow(corrupt);
    }
  }
});

test('a state that a later version made up is unknown', () => {
  const { key, value } = encodeConsumerRecord(records[6]);
  const bytes = Buffer.from(value as Buffer);
  bytes[10] = 77;
  expect(decodeConsumerRecord(key as Buffer, bytes)).toMatchObject({ value: { state: 'unknown' } });
});
