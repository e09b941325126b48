import { expect, test, vi } from 'vitest';
import { TestClock } from 'millrace/broker';
import { undergo } from '#millrace/broker/fault-course.js';
import type { AppliedFault } from '#millrace/broker/faults.js';

function course(fault: Partial<AppliedFault>, request: object = {}) {
  const clock = new TestClock();
  const gone = new AbortController();
  const session = { signal: gone.signal, destroy: vi.fn() };
  const store = { takeOffline: vi.fn() };
  const handle = vi.fn(() => ({ done: true }));
  const call = { session, broker: { clock, store } };
  const answer = undergo({ answer: null, ...fault }, { handler: { handle }, request, call } as never);
  return { answer, clock, gone, session, store, handle };
}

test('a delay comes before everything else', async () => {
  const { answer, clock, store, handle } = course({ delayMs: 10, disk: 'EIO' });
  expect(store.takeOffline).not.toHaveBeenCalled();
  clock.advance(10);
  expect(await answer).toEqual({ done: true });
  expect(store.takeOffline).toHaveBeenCalledWith(expect.objectContaining({ code: 'EIO', syscall: 'fdatasync' }));
  expect(handle).toHaveBeenCalledOnce();
  expect(clock.scheduled).toBe(0);
});

test('a delay is over when the client is gone, before or while it lasts', async () => {
  const { answer, clock, gone } = course({ delayMs: 10, answer: { early: true } });
  gone.abort();
  expect(await answer).toEqual({ early: true });
  expect(clock.scheduled).toBe(0);
});

test('what is dropped has no answer; only a dropped answer was done', async () => {
  const dropped = course({ drop: 'request' });
  expect(await dropped.answer).toBeNull();
  expect([dropped.handle.mock.calls.length, dropped.session.destroy.mock.calls.length]).toEqual([0, 1]);
  const lost = course({ drop: 'answer' });
  expect(await lost.answer).toBeNull();
  expect([lost.handle.mock.calls.length, lost.session.destroy.mock.calls.length]).toEqual([1, 1]);
});

test('an error stands in for what would be done; who waits for none is disconnected', async () => {
  const { answer, handle } = course({ answer: { wrong: true } }, { acks: 1 });
  expect(await answer).toEqual({ wrong: true });
  expect(handle).not.toHaveBeenCalled();
  const silent = course({ answer: { wrong: true } }, { acks: 0 });
  expect(await silent.answer).toBeNull();
  expect(silent.session.destroy).toHaveBeenCalledOnce();
});
