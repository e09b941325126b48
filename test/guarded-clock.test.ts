import { expect, test, vi } from 'vitest';
import { guardedClock } from '#millrace/guarded-clock.js';
import { FakeClock } from './support/fake-clock.ts';

test('what a task throws is logged, and the others come in their time', () => {
  const clock = new FakeClock();
  const error = vi.fn();
  const guarded = guardedClock(clock, { error }, 'groups');
  const bug = new TypeError('x is not a function');
  const other = vi.fn();
  guarded.schedule(1, () => {
    throw bug;
  });
  guarded.schedule(2, other);
  clock.advance(2);
  expect(other).toHaveBeenCalledOnce();
  expect(error.mock.calls).toEqual([[{ err: bug }, 'the coordinator of groups failed when a time was over']]);
});

test('it is the other clock in everything else', () => {
  const clock = new FakeClock();
  const task = vi.fn();
  const guarded = guardedClock(clock, {}, 'groups');
  const cancel = guarded.schedule(1, task);
  cancel();
  clock.advance(5);
  expect(task).not.toHaveBeenCalled();
  expect(guarded.now()).toBe(clock.now());
  const schedule = vi.spyOn(clock, 'schedule');
  guarded.schedule(3, task, true);
  expect(schedule).toHaveBeenCalledWith(3, expect.any(Function), true);
});
