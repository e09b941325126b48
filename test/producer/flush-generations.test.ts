import { expect, test } from 'vitest';
import { FlushGenerations } from '#millrace/producer/flush-generations.js';
import { settled } from '../support/flush-thread.ts';

test('a flush waits for all that began before it, and for nothing later', async () => {
  const generations = new FlushGenerations();
  const [a, b] = [generations.begin(), generations.begin()];
  const first = settled(generations.flush());
  const c = generations.begin();
  const second = settled(generations.flush());
  expect(generations.isFlushing).toBe(true);
  generations.end(c);
  expect([await first.now(), await second.now()]).toEqual(['pending', 'pending']);
  generations.end(a);
  expect([await first.now(), await second.now()]).toEqual(['pending', 'pending']);
  const later = generations.begin();
  generations.end(b);
  expect([await first.now(), await second.now()]).toEqual(['resolved', 'resolved']);
  expect(generations.isFlushing).toBe(false);
  generations.end(later);
});

test('with nothing new a flush waits for the one before, and with nothing at all for nothing', async () => {
  const generations = new FlushGenerations();
  await generations.flush();
  const sent = generations.begin();
  const flushes = [settled(generations.flush()), settled(generations.flush())];
  expect(await flushes[1].now()).toBe('pending');
  generations.end(sent);
  expect([await flushes[0].now(), await flushes[1].now()]).toEqual(['resolved', 'resolved']);
  await generations.flush();
  expect(generations.isFlushing).toBe(false);
});
