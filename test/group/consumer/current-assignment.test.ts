import { expect, test } from 'vitest';
import { type CurrentAssignment, NOTHING_ASSIGNED } from '#millrace/group/consumer/consumer-member.js';
import { reconciled, type Reconciliation } from '#millrace/group/consumer/current-assignment.js';

const of = (topics: Readonly<Record<string, number[]>>) =>
  new Map(Object.entries(topics).map(([id, partitions]) => [id, new Set(partitions)]));
const nothing = of({});

function step(current: Partial<CurrentAssignment>, on: Partial<Reconciliation>): CurrentAssignment | null {
  return reconciled(
    { ...NOTHING_ASSIGNED, epoch: 1, ...current },
    {
      targetEpoch: 2,
      target: nothing,
      subscribedTopicIds: new Set(['t', 'u']),
      hasSubscriptionChanged: false,
      owned: null,
      isOwned: () => false,
      ...on,
    },
  );
}

test('what nobody has is given at once', () => {
  expect(step({}, { target: of({ t: [0] }) })).toEqual({
    epoch: 2,
    previousEpoch: 1,
    state: 'stable',
    assigned: of({ t: [0] }),
    revoking: nothing,
  });
});

test('what others have is waited for, and the rest is given', () => {
  const isOwned = (_: string, partition: number): boolean => partition === 1;
  const waiting = step({}, { target: of({ t: [0, 1] }), isOwned });
  expect(waiting).toMatchObject({ epoch: 2, state: 'unreleased', assigned: of({ t: [0] }) });
  expect(step(waiting!, { target: of({ t: [0, 1] }), isOwned })).toMatchObject({ state: 'unreleased' });
  expect(step(waiting!, { target: of({ t: [0, 1] }) })).toMatchObject({ state: 'stable', assigned: of({ t: [0, 1] }) });
});

test('what is somebody else’s is let go of first, and nothing is given meanwhile', () => {
  const assigned = of({ t: [0, 1] });
  const target = of({ t: [1, 2] });
  const owned = assigned;
  const letting = step({ assigned }, { target, owned });
  expect(letting).toEqual({
    epoch: 1,
    previousEpoch: 1,
    state: 'unrevoked',
    assigned: of({ t: [1] }),
    revoking: of({ t: [0] }),
  });
  expect(step(letting!, { target, owned })).toEqual(letting);
  expect(step(letting!, { target })).toEqual(letting);
  expect(step(letting!, { target, owned: of({ t: [1] }) })).toMatchObject({
    epoch: 2,
    state: 'stable',
    assigned: of({ t: [1, 2] }),
    revoking: nothing,
  });
});

test('who says that it has let go already goes on at once', () => {
  expect(step({ assigned: of({ t: [0] }) }, { owned: nothing })).toMatchObject({ epoch: 2, state: 'stable' });
});

test('what it has let go of itself it can be given back', () => {
  const current: Partial<CurrentAssignment> = { state: 'unrevoked', revoking: of({ t: [0] }) };
  expect(step(current, { target: of({ t: [0] }), owned: nothing, isOwned: () => true })).toMatchObject({
    state: 'stable',
    assigned: of({ t: [0] }),
  });
});

test('what it no longer subscribes to goes, whatever the target says', () => {
  const change = { targetEpoch: 1, hasSubscriptionChanged: true, subscribedTopicIds: new Set(['u']) };
  const assigned = of({ t: [0], u: [0] });
  const going = step({ assigned }, change);
  expect(going).toMatchObject({ state: 'unrevoked', epoch: 1, assigned: of({ u: [0] }), revoking: of({ t: [0] }) });
  expect(step({ assigned }, { ...change, owned: of({ u: [0] }) })).toMatchObject({
    state: 'stable',
    assigned: of({ u: [0] }),
    revoking: nothing,
  });
  const more = step({ ...going!, assigned: of({ u: [0] }) }, { ...change, subscribedTopicIds: new Set() });
  expect(more).toMatchObject({ state: 'unrevoked', revoking: of({ t: [0], u: [0] }) });
  expect(step({ assigned }, { ...change, targetEpoch: 2, target: of({ t: [0] }), owned: nothing })).toMatchObject({
    epoch: 2,
    assigned: nothing,
  });
});

test('who has all that it is to have stays as it is', () => {
  const current = { ...NOTHING_ASSIGNED, epoch: 2 };
  expect(reconciled(current, { ...({} as Reconciliation), targetEpoch: 2, hasSubscriptionChanged: false })).toBe(
    current,
  );
  expect(step({ epoch: 2 }, { hasSubscriptionChanged: true })).toMatchObject({ state: 'stable', epoch: 2 });
});

test('in a state that nobody knows it must let go of everything', () => {
  expect(step({ state: 'unknown' }, {})).toBe(null);
  expect(step({ state: 'unknown' }, { owned: of({ t: [0] }) })).toBe(null);
  expect(step({ state: 'unknown' }, { owned: nothing, target: of({ t: [0] }) })).toMatchObject({ epoch: 2 });
});
