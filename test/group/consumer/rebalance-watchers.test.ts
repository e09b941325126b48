import { expect, test } from 'vitest';
import { RebalanceWatchers } from '#millrace/group/consumer/rebalance-watchers.js';
import type { GroupError } from '#millrace/group/group-requests.js';

function rig() {
  const errors = new Map<string, GroupError>();
  const watchers = new RebalanceWatchers(({ memberId }) => errors.get(memberId) ?? null);
  const told: [string, GroupError][] = [];
  const watch = (memberId: string, name = memberId) => {
    const identity = { groupId: 'g', memberId, groupInstanceId: null, generationId: 1 };
    watchers.watch(identity, (error) => void told.push([name, error]));
  };
  return { errors, watchers, told, watch };
}

test('who would be told so by a heartbeat is told at once, the others when it has come to that', () => {
  const { errors, watchers, told, watch } = rig();
  errors.set('a', 'ILLEGAL_GENERATION');
  for (const memberId of ['a', 'b', 'c']) watch(memberId);
  expect(told).toEqual([['a', 'ILLEGAL_GENERATION']]);
  watchers.look();
  expect(told).toHaveLength(1);
  errors.set('c', 'REBALANCE_IN_PROGRESS');
  watchers.look();
  watchers.look();
  expect(told.slice(1)).toEqual([['c', 'REBALANCE_IN_PROGRESS']]);
});

test('of two of one member the later one counts', () => {
  const { errors, watchers, told, watch } = rig();
  watch('a', 'first');
  watch('a', 'second');
  errors.set('a', 'UNKNOWN_MEMBER_ID');
  watchers.look();
  expect(told).toEqual([
    ['first', null],
    ['second', 'UNKNOWN_MEMBER_ID'],
  ]);
});

test('at the end all are told, once', () => {
  const { watchers, told, watch } = rig();
  watch('a');
  watch('b');
  watchers.end('NOT_COORDINATOR');
  watchers.end('NOT_COORDINATOR');
  expect(told).toEqual([
    ['a', 'NOT_COORDINATOR'],
    ['b', 'NOT_COORDINATOR'],
  ]);
});
