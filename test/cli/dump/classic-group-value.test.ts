import { expect, test } from 'vitest';
import { decodeOffsetsRecord } from '#millrace/cli/dump/offsets-decoder.js';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import { encodeGroupKey, encodeGroupMetadata, type GroupMetadata } from '#millrace/group/group-metadata-format.js';
import { encodeSubscription } from '#millrace/group/subscription-format.js';

const place = { topic: 'a', partition: 1 };
const member = {
  memberId: 'm',
  groupInstanceId: 'i',
  clientId: 'c',
  clientHost: '/h',
  rebalanceTimeoutMs: 8,
  sessionTimeoutMs: 9,
  subscription: encodeSubscription({
    topics: ['a'],
    userData: Buffer.from('xy'),
    ownedPartitions: [place],
    generationId: 3,
    rackId: null,
  }),
  assignment: encodeAssignment({ partitions: [place], userData: null }),
};
const metadata: GroupMetadata = {
  protocolType: 'consumer',
  generationId: 4,
  protocolName: 'range',
  leader: 'm',
  stateTimestamp: 1_000,
  members: [member],
};
const data = {
  protocolType: 'consumer',
  generation: 4,
  protocol: 'range',
  leader: 'm',
  currentStateTimestamp: 1_000,
};
const facts = {
  memberId: 'm',
  groupInstanceId: 'i',
  clientId: 'c',
  clientHost: '/h',
  rebalanceTimeout: 8,
  sessionTimeout: 9,
};
const key = { type: '2', data: { group: 'g' } };

test('a group of consumers, with what each subscribes to and is assigned', () => {
  expect(decodeOffsetsRecord(encodeGroupKey('g'), encodeGroupMetadata(metadata))).toEqual({
    key,
    value: {
      version: '3',
      data: {
        ...data,
        members: [
          {
            ...facts,
            subscription: {
              topics: ['a'],
              userData: 'eHk=',
              ownedPartitions: [{ topic: 'a', partitions: [1] }],
              generationId: 3,
              rackId: null,
            },
            assignment: { assignedPartitions: [{ topic: 'a', partitions: [1] }], userData: null },
          },
        ],
      },
    },
  });
  expect(decodeOffsetsRecord(encodeGroupKey('g'), null)).toEqual({ key, value: null });
});

test('what members of other groups have, and what cannot be read, as base64', () => {
  const bytes = { subscription: Buffer.from([0, 9]), assignment: Buffer.alloc(0) };
  const shown = { ...facts, subscription: 'AAk=', assignment: '' };
  for (const protocolType of ['connect', 'consumer']) {
    const group = encodeGroupMetadata({ ...metadata, protocolType, members: [{ ...member, ...bytes }] });
    expect(decodeOffsetsRecord(encodeGroupKey('g'), group)).toMatchObject({
      value: { data: { protocolType, members: [shown] } },
    });
  }
});

test('older versions have fewer fields, a later one is not decoded', () => {
  const text = (name: string): number[] => [0, name.length, ...Buffer.from(name)];
  const int = (value: number): number[] => [0, 0, 0, value];
  const members = [...int(1), ...text('m'), ...text('c'), ...text('/h'), ...int(9), ...int(0), ...int(0)];
  const value = Buffer.from([0, 0, ...text('connect'), ...int(4), 0xff, 0xff, 0xff, 0xff, ...members]);
  expect(decodeOffsetsRecord(encodeGroupKey('g'), value)).toEqual({
    key,
    value: {
      version: '0',
      data: {
        protocolType: 'connect',
        generation: 4,
        protocol: null,
        leader: null,
        members: [
          { memberId: 'm', clientId: 'c', clientHost: '/h', sessionTimeout: 9, subscription: '', assignment: '' },
        ],
      },
    },
  });
  expect(decodeOffsetsRecord(encodeGroupKey('g'), Buffer.from([0, 5]))).toEqual({ undecoded: 'a value of version 5' });
});
