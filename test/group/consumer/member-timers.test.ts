import { expect, test } from 'vitest';
import { MemberTimers } from '#millrace/group/consumer/member-timers.js';
import { FakeClock } from '../../support/fake-clock.ts';

function rig() {
  const clock = new FakeClock();
  const ended: string[] = [];
  return { clock, ended, timers: new MemberTimers(clock), note: (name: string) => () => void ended.push(name) };
}

test('a time-out that begins anew ends later', () => {
  const { clock, ended, timers, note } = rig();
  timers.start('session', 'a', 10, note('a'));
  clock.advance(9);
  timers.start('session', 'a', 10, note('a again'));
  clock.advance(9);
  expect(ended).toEqual([]);
  clock.advance(1);
  expect(ended).toEqual(['a again']);
});

test('each member has several, which end together or one by one', () => {
  const { clock, ended, timers, note } = rig();
  for (const member of ['a', 'b', 'c']) {
    timers.start('session', member, 20, note(`${member} session`));
    timers.start('rebalance', member, 10, note(`${member} rebalance`));
  }
  timers.end('rebalance', 'a');
  timers.endMember('b');
  timers.end('rebalance', 'nobody');
  clock.advance(20);
  expect(ended).toEqual(['c rebalance', 'a session', 'c session']);
});

test('one that has ended runs no more, nor one that has been ended', () => {
  const { clock, timers, note } = rig();
  for (const member of ['a', 'b']) timers.start('join', member, 10, note(member));
  timers.end('join', 'a');
  expect([timers.isRunning('join', 'a'), timers.isRunning('join', 'b'), timers.isRunning('sync', 'b')]).toEqual([
    false,
    true,
    false,
  ]);
  clock.advance(10);
  expect(timers.isRunning('join', 'b')).toBe(false);
});

test('none ends when all are ended', () => {
  const { clock, ended, timers, note } = rig();
  timers.start('session', 'a', 10, note('a'));
  timers.endAll();
  clock.advance(10);
  expect(ended).toEqual([]);
});
