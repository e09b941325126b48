import { expect, test } from 'vitest';
import { TopicRange, type RangeMember } from '#millrace/group/assignor/topic-range.js';
import { textOf, topicsOf } from './groups.ts';

const membersIn = (...racks: (string | null)[]): RangeMember[] => racks.map((rackId) => ({ rackId, partitions: [] }));
const shown = (members: RangeMember[]): string[] => members.map(({ partitions }) => textOf(partitions));

test('runs, and one more for the first ones', () => {
  const members = membersIn(null, null, null);
  new TopicRange(topicsOf({ t: 8 }), 't', members).assignRuns({ onlyNear: false });
  expect(shown(members)).toEqual(['t-0 t-1 t-2', 't-3 t-4 t-5', 't-6 t-7']);
});

test('near ones first, up to what a member may have, then the rest', () => {
  const members = membersIn('x', 'y');
  const range = new TopicRange(topicsOf({ t: ['y', 'y', 'y', 'x'] }), 't', members);
  expect([range.racksMatter, range.hasRacks]).toEqual([true, true]);
  range.assignRuns({ onlyNear: true });
  expect(shown(members)).toEqual(['t-3', 't-0 t-1']);
  expect([range.room(0), range.room(1)]).toEqual([1, 0]);
  range.assignRuns({ onlyNear: false });
  expect(shown(members)).toEqual(['t-3 t-2', 't-0 t-1']);
});

test('who is in no rack is near everything', () => {
  const range = new TopicRange(topicsOf({ t: ['x', ''] }), 't', membersIn(null, 'x'));
  expect([range.isNear(0, 0), range.isNear(0, 1), range.isNear(1, 0), range.isNear(1, 1)]).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('what one member takes too much another one does not have', () => {
  const members = membersIn(null, null);
  const range = new TopicRange(topicsOf({ t: 3 }), 't', members);
  expect([range.room(0), range.room(1)]).toEqual([2, 2]);
  range.assign(1, [0, 1]);
  expect([range.room(0), range.room(1)]).toEqual([1, 0]);
  range.assign(1, []);
  range.assignRuns({ onlyNear: false });
  expect(shown(members)).toEqual(['t-2', 't-0 t-1']);
});
