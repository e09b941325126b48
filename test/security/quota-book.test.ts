import { expect, test } from 'vitest';
import { QuotaBook } from '#millrace/security/quota-book.js';
import { FakeClock } from '../support/fake-clock.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

test('a change is measured by at once, and there after a restart', () => {
  const system = new MemoryFileSystem();
  system.makeDirectory('/data');
  const clock = new FakeClock(0);
  const book = QuotaBook.load(system, '/data', clock);
  const alice = { user: 'alice', clientId: 'x' };
  expect(book.produce.record(alice, 1_000_000)).toBe(0);
  book.change({ user: 'alice' }, { producer_byte_rate: 1000, consumer_byte_rate: 5 });
  expect(book.produce.record(alice, 1_000_000)).toBeGreaterThan(0);
  book.change({ user: 'alice' }, { consumer_byte_rate: null });
  const entries = [{ entity: { user: 'alice' }, values: { producer_byte_rate: 1000 } }];
  expect(book.list()).toEqual(entries);
  const again = QuotaBook.load(system, '/data', clock);
  expect(again.list()).toEqual(entries);
  expect(again.produce.record(alice, 1_000_000)).toBeGreaterThan(0);
  expect(again.fetch.record(alice, 1_000_000)).toBe(0);
  again.change({ user: 'alice' }, { producer_byte_rate: null });
  expect(QuotaBook.load(system, '/data', clock).list()).toEqual([]);
});
