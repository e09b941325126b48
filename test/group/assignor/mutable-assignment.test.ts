import { expect, test } from 'vitest';
import { MutableAssignment } from '#millrace/group/assignor/mutable-assignment.js';

const before = new Map([
  ['t', new Set([0, 1])],
  ['u', new Set([2])],
]);

test('unchanged it is what it was', () => {
  expect(new MutableAssignment(before).value).toBe(before);
});

test('changed it is a copy', () => {
  const assignment = new MutableAssignment(before);
  assignment.add('t', 3);
  assignment.add('v', 0);
  assignment.remove('t', 0);
  assignment.remove('u', 2);
  expect(assignment.value).toEqual(
    new Map([
      ['t', new Set([1, 3])],
      ['v', new Set([0])],
    ]),
  );
  assignment.removeTopic('t');
  assignment.remove('nowhere', 0);
  expect(assignment.value).toEqual(new Map([['v', new Set([0])]]));
  expect(before).toEqual(
    new Map([
      ['t', new Set([0, 1])],
      ['u', new Set([2])],
    ]),
  );
});
