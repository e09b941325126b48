import { beforeEach, expect, test, vi } from 'vitest';
import { EventLoopShare } from '#millrace/consumer/event-loop-share.js';
import { EVENT_LOOP_SHARE_MS } from '#millrace/limits.js';

/** What the time is: a machine that stands still for a millisecond must not look like a pause. */
let nowMs: number;

beforeEach(() => {
  nowMs = 1000;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  return () => clock.mockRestore();
});

test('is used after its time, and given way by one turn of the event loop', async () => {
  const share = new EventLoopShare();
  expect(share.isUsed).toBe(false);
  nowMs += EVENT_LOOP_SHARE_MS;
  expect(share.isUsed).toBe(true);
  let turned = false;
  setImmediate(() => (turned = true));
  await share.giveWay();
  expect(turned).toBe(true);
  expect(share.isUsed).toBe(false);
});

test('a pause counts as giving way, a wake-up from promise to promise does not', async () => {
  const share = new EventLoopShare();
  nowMs += EVENT_LOOP_SHARE_MS;
  await share.rest(Promise.resolve());
  expect(share.isUsed).toBe(true);
  const pause = Promise.resolve().then(() => void (nowMs += 2));
  await share.rest(pause);
  expect(share.isUsed).toBe(false);
});
