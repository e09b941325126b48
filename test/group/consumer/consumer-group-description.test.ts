import { expect, test } from 'vitest';
import { describeConsumerGroup } from '#millrace/group/consumer/consumer-group-description.js';
import { ConsumerRig } from './consumer-rig.ts';

test('names for ids, in order; of topics that are gone nothing', async () => {
  const rig = await ConsumerRig.make({ t: 3, u: 1 });
  rig.member({ topicNames: ['u', 't'], instanceId: 'i' }).join();
  const { state } = rig.groups.get('g')!;
  const t = { topicId: rig.topics.find('t')!.id, topicName: 't', partitions: [0, 1, 2] };
  rig.topics.delete('u');
  expect(describeConsumerGroup(state, rig.topics, 'uniform')).toEqual({
    error: null,
    groupId: 'g',
    state: 'Stable',
    epoch: 1,
    assignmentEpoch: 1,
    assignor: 'uniform',
    members: [
      {
        memberId: 'm1',
        instanceId: 'i',
        rackId: null,
        memberEpoch: 1,
        clientId: 'client',
        clientHost: '/127.0.0.1',
        topicNames: ['t', 'u'],
        topicPattern: '',
        assignment: [t],
        target: [t],
        isClassic: false,
      },
    ],
  });
});
