import { expect, test } from 'vitest';
import { ConsumerGroupChange } from '#millrace/group/consumer/consumer-group-change.js';
import { ConsumerGroupState } from '#millrace/group/consumer/consumer-group-state.js';
import { NOTHING_SAID } from '#millrace/group/consumer/consumer-member.js';
import { serverAssignors } from '#millrace/group/consumer/server-assignors.js';
import { assignTargets, topicIdsOf } from '#millrace/group/consumer/target-assignment.js';
import { FakeTopics } from './fake-topics.ts';

const groupId = 'g';
const assignor = serverAssignors.get('uniform')!;

function stateOf(...topicNames: string[][]): ConsumerGroupState {
  const state = new ConsumerGroupState(groupId);
  const change = new ConsumerGroupChange(state);
  change.bumpEpoch(1n);
  for (const [index, names] of topicNames.entries())
    change.add({
      kind: 'member',
      groupId,
      memberId: `m${index}`,
      value: { ...NOTHING_SAID, topicNames: new Set(names) },
    });
  return state;
}

function assigned(state: ConsumerGroupState, topics: FakeTopics): string[] {
  const change = new ConsumerGroupChange(state);
  assignTargets(state, change, { assignor, topics });
  return change.records.map((record) => `${record.kind}${'memberId' in record ? ` ${record.memberId}` : ''}`);
}

test('what has changed is noted, and the epoch that it is of', () => {
  const topics = new FakeTopics({ t: 2 });
  const state = stateOf(['t'], ['t']);
  expect(assigned(state, topics)).toEqual(['target m0', 'target m1', 'targetEpoch']);
  expect([...state.targets.values()].map((target) => target.get(topics.find('t')!.id)?.size)).toEqual([1, 1]);
  expect(state.assignmentEpoch).toBe(1);
  expect(assigned(state, topics)).toEqual(['targetEpoch']);
});

test('topics that do not exist are nobody’s', () => {
  const topics = new FakeTopics({ t: 1 });
  const state = stateOf(['none', 't'], ['none']);
  expect(topicIdsOf(state, state.members.get('m0')!.subscription, topics)).toEqual(new Set([topics.find('t')!.id]));
  expect(assigned(state, topics)).toEqual(['target m0', 'target m1', 'targetEpoch']);
  expect(state.target('m1').size).toBe(0);
});

test('the target of who has taken another’s place is noted again, as Kafka does', () => {
  const topics = new FakeTopics({ t: 1 });
  const state = stateOf(['t']);
  assigned(state, topics);
  const change = new ConsumerGroupChange(state);
  const old = state.members.get('m0')!;
  change.replaceMember(old, { ...old, memberId: 'm1' });
  assignTargets(state, change, { assignor, topics });
  expect(change.records.filter(({ kind, value }) => kind === 'target' && value !== null)).toHaveLength(2);
});
