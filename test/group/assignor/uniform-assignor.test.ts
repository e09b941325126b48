import { expect, test } from 'vitest';
import { uniformAssignor } from '#millrace/group/assignor/uniform-assignor.js';
import { describing, specified, targets } from './server-groups.ts';

const { assign } = uniformAssignor;
const topics = describing({ t: 2, u: 2 });

test('it takes the way for equal subscriptions, and the one for others', () => {
  const alike = new Map(['a', 'b'].map((id) => [id, specified('t u')]));
  expect(targets(assign({ members: alike, subscriptionType: 'homogeneous' }, topics))).toEqual({
    a: 't-0 t-1',
    b: 'u-0 u-1',
  });
  const different = new Map([
    ['a', specified('t')],
    ['b', specified('u')],
  ]);
  expect(targets(assign({ members: different, subscriptionType: 'heterogeneous' }, topics))).toEqual({
    a: 't-0 t-1',
    b: 'u-0 u-1',
  });
});

test('nobody', () => {
  expect(assign({ members: new Map(), subscriptionType: 'homogeneous' }, topics).size).toBe(0);
});
