import { expect, test, vi } from 'vitest';
import { MemberEnding } from '#millrace/member/member-ending.js';
import { turns } from './member-rig.ts';

test('it is done once, and all who wait are told', async () => {
  let done = (): void => undefined;
  const leave = vi.fn(() => new Promise<void>((resolve) => (done = resolve)));
  const ending = new MemberEnding(leave);
  const told: string[] = [];
  void ending.over().then(() => told.push('over'));
  for (const name of ['first', 'second']) void ending.begin().then(() => told.push(name));
  await turns();
  expect([told, ending.isOver]).toEqual([[], false]);
  done();
  await turns();
  await ending.over();
  expect([told.toSorted(), ending.isOver, leave.mock.calls.length]).toEqual([['first', 'over', 'second'], true, 1]);
});

test('where it fails it is over all the same, and who began it is told', async () => {
  const ending = new MemberEnding(() => Promise.reject(new Error('no')));
  // Nobody waits for this one.
  void ending.begin();
  await ending.over();
  expect(ending.isOver).toBe(true);
  await expect(ending.begin()).rejects.toThrow('no');
});
