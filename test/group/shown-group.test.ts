import { expect, test } from 'vitest';
import { encodeAssignment } from '#millrace/group/assignment-format.js';
import type { GroupDescription } from '#millrace/group/group-requests.js';
import { shownClassic, shownConsumer } from '#millrace/group/shown-group.js';
import { unknownGroup } from '#millrace/group/written-group.js';

const at = (topic: string, partition: number) => ({ topic, partition });
const client = { memberId: 'm', clientId: 'c', clientHost: '/h' };

test('of the classic protocol: who has what, as its leader has written it', () => {
  const assignment = encodeAssignment({ partitions: [at('b', 0), at('a', 1), at('a', 0)], userData: null });
  const group: GroupDescription = {
    error: null,
    groupId: 'g',
    state: 'Stable',
    protocolType: 'consumer',
    protocolName: 'range',
    members: [{ ...client, groupInstanceId: 'i', metadata: Buffer.alloc(0), assignment }],
  };
  const member = { ...client, groupInstanceId: 'i', epoch: null, target: null };
  expect(shownClassic(group)).toEqual({
    groupId: 'g',
    type: 'classic',
    state: 'Stable',
    protocolType: 'consumer',
    assignor: 'range',
    epoch: null,
    assignmentEpoch: null,
    members: [{ ...member, partitions: [at('a', 0), at('a', 1), at('b', 0)] }],
  });
  expect(shownClassic({ ...group, protocolType: 'connect' })!.members).toEqual([{ ...member, partitions: null }]);
  expect(shownClassic(unknownGroup('g'))).toBe(null);
});

test('of the consumer protocol: its epochs, what each has and is to have', () => {
  const topics = (...partitions: number[]) => [
    { topicId: 'abcdefghijklmnopqrstuA', topicName: 'b', partitions },
    { topicId: 'abcdefghijklmnopqrstug', topicName: 'a', partitions: [7] },
  ];
  const group = {
    error: null,
    groupId: 'g',
    state: 'Reconciling',
    epoch: 5,
    assignmentEpoch: 4,
    assignor: 'uniform',
    members: [
      {
        ...client,
        instanceId: null,
        rackId: null,
        memberEpoch: 3,
        topicNames: [],
        topicPattern: null,
        assignment: topics(0, 1),
        target: topics(1),
        isClassic: false,
      },
    ],
  } as const;
  expect(shownConsumer(group)).toEqual({
    groupId: 'g',
    type: 'consumer',
    state: 'Reconciling',
    protocolType: 'consumer',
    assignor: 'uniform',
    epoch: 5,
    assignmentEpoch: 4,
    members: [
      {
        ...client,
        groupInstanceId: null,
        epoch: 3,
        partitions: [at('a', 7), at('b', 0), at('b', 1)],
        target: [at('a', 7), at('b', 1)],
      },
    ],
  });
});
