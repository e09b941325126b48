import { expect, test } from 'vitest';
import { describe, list, unknownStates } from '#millrace/transaction/transaction-listing.js';
import { ID, P0, P1, Rig } from './coordinator-rig.ts';

function rigWith(ids: string[]): Rig {
  const rig = new Rig();
  for (const transactionalId of ids) rig.run(rig.coordinator.init({ transactionalId, timeoutMs: 60_000 }));
  return rig;
}

test('a transaction is told with its partitions, and a decided one with those that miss their marker', () => {
  const rig = rigWith([ID]);
  rig.add(100, 0, [P0, P1]);
  const known = rig.coordinator.get(ID)!;
  const open = { transactionalId: ID, producerId: 100, producerEpoch: 0, state: 'Ongoing', timeoutMs: 60_000 };
  expect(describe(known)).toEqual({ ...open, startedAt: 1_000, partitions: [P0, P1] });
  const step = rig.endStep('commit', 100, 0);
  if (step.do === 'write') rig.write(step.write);
  rig.coordinator.marked(ID, P0);
  expect(describe(known)).toMatchObject({ state: 'PrepareCommit', partitions: [P1] });
});

test('an id that is being forgotten is not told of', () => {
  const rig = rigWith([ID]);
  rig.now += 604_800_000;
  rig.coordinator.expireIds();
  expect(describe(rig.coordinator.get(ID)!)).toBe(null);
  expect(list(rig.coordinator.transactions, {}, rig.now)).toEqual([]);
});

test('lists by producer, state, age and name', () => {
  const rig = rigWith(['a-1', 'a-2', 'b', ID]);
  rig.add(103, 0);
  const ids = (filter: Parameters<typeof list>[1], now = 2_000): string[] =>
    list(rig.coordinator.transactions, filter, now).map(({ transactionalId }) => transactionalId);
  expect(ids({})).toEqual(['a-1', 'a-2', 'b', ID]);
  expect(ids({ producerIds: [101, 103] })).toEqual(['a-2', ID]);
  expect(ids({ states: ['Ongoing', 'Dead'] })).toEqual([ID]);
  expect(ids({ states: ['Ongoing'], longerThanMs: 1_000 })).toEqual([]);
  expect(ids({ states: ['Ongoing'], longerThanMs: 999 })).toEqual([ID]);
  expect(ids({ pattern: /a-./g })).toEqual(['a-1', 'a-2']);
  expect(ids({ pattern: /a|b/ })).toEqual(['b']);
  expect(unknownStates(['Ongoing', 'ongoing', 'Gone'])).toEqual(['ongoing', 'Gone']);
});
