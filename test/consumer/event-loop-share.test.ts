import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { EventLoopShare } from '#millrace/consumer/event-loop-share.js';
import { EVENT_LOOP_SHARE_MS } from '#millrace/limits.js';

function work(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until;);
}

test('is used after its time, and given way by one turn of the event loop', async () => {
  const share = new EventLoopShare();
  expect(share.isUsed).toBe(false);
  work(EVENT_LOOP_SHARE_MS);
  expect(share.isUsed).toBe(true);
  let turned = false;
  setImmediate(() => (turned = true));
  await share.giveWay();
  expect(turned).toBe(true);
  expect(share.isUsed).toBe(false);
});

test('a pause counts as giving way, a wake-up from promise to promise does not', async () => {
  const share = new EventLoopShare();
  work(EVENT_LOOP_SHARE_MS);
  await share.rest(Promise.resolve());
  expect(share.isUsed).toBe(true);
  await share.rest(sleep(2));
  expect(share.isUsed).toBe(false);
});
