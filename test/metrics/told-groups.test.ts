import { expect, test } from 'vitest';
import type { GroupSummary } from '#millrace/group/group-view.js';
import { toldGroups } from '#millrace/metrics/told-groups.js';

function group(groupId: string, partitions: number, memberCount = 0): GroupSummary {
  const stored = { offset: 1, leaderEpoch: -1, metadata: '', commitTimestamp: 0, expireTimestamp: -1 };
  const entry = { ...stored, topicId: null, at: 0 };
  const facts = { state: 'Empty', type: 'classic', protocolType: '', protocolName: '' } as const;
  const offsets = Array.from({ length: partitions }, (_, i): [string, number, typeof entry] => ['t', i, entry]);
  return { groupId, memberCount, ...facts, offsets: () => offsets };
}

const names = (groups: readonly GroupSummary[], seriesMax: number): string =>
  toldGroups(groups, () => 5, seriesMax)
    .told.map((told) => told.group.groupId)
    .join(' ');

test('whole groups, those with members first, then by name, whatever their order', () => {
  const groups = [group('d', 1), group('c', 1, 2), group('a', 1), group('b', 1)];
  expect(names(groups, 100)).toBe('c a b d');
  expect(names(groups.toReversed(), 11)).toBe('c a');
});

test('one that has too many partitions does not take the room of the others', () => {
  const { told, omitted, omittedLagMax } = toldGroups([group('a', 1_000), group('b', 2)], () => 5, 100);
  expect([told.map((each) => each.group.groupId), told[0].lags.length, omitted]).toEqual([['b'], 2, 1]);
  expect(omittedLagMax).toBe(4_000);
});

test('a group with nothing committed takes room for its members', () => {
  expect(toldGroups([group('a', 0), group('b', 0)], () => null, 1)).toMatchObject({ omitted: 1, omittedLagMax: 0 });
});

test('ten thousand groups of many partitions are no more than is allowed', () => {
  const groups = Array.from({ length: 10_000 }, (_, i) => group(`group ${i}`, 12));
  const { told, omitted } = toldGroups(groups, () => 5, 10_000);
  expect([told.length, omitted]).toEqual([384, 9_616]);
});
