/** A log of which retention takes the only segment: the next one has no file until it is needed, and no crash may tell the difference. */
import { expect, test } from 'vitest';
import type { Store } from '#millrace/main.js';
import { FakeClock } from '../support/fake-clock.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { Random } from '../support/random.ts';
import { DATA, namesIn, openInMemory, valuesOf } from './store-fixture.ts';

const HOUR = 3_600_000;
const [OLD, NEXT] = [0, 1].map((offset) => `${String(offset).padStart(20, '0')}.log`);

function logsIn(system: MemoryFileSystem): string[] {
  return namesIn(system, `${DATA}/orders-0`).filter((name) => name.endsWith('.log'));
}

/** A store whose only log has lost its only segment; no file is touched before `release`. */
async function retained(): Promise<{ store: Store; system: MemoryFileSystem; clock: FakeClock; release: () => void }> {
  const clock = new FakeClock();
  const { store, system } = await openInMemory(undefined, { clock });
  await store.createTopic('orders', { config: { 'retention.ms': HOUR } });
  store.partition('orders', 0).append([{ value: 'old' }]);
  await store.checkpoint();
  clock.advance(HOUR + 1);
  const release = system.holdRemovals();
  await store.retain();
  return { store, system, clock, release };
}

test('the segment that takes the place of all others is made before their files go, and not before the check is through', async () => {
  const { store, system, release } = await retained();
  const log = store.partition('orders', 0);
  expect([log.startOffset, log.endOffset, log.size]).toEqual([1, 1, 0]);
  expect(logsIn(system)).toEqual([OLD]);
  const order: string[] = [];
  system.fault = (operation, path) => {
    if (path.endsWith('.log')) order.push(`${operation} ${path.slice(-5)}`);
    return null;
  };
  release();
  await log.removed();
  expect(order.indexOf('open 1.log')).toBeGreaterThanOrEqual(0);
  expect(order.indexOf('unlink 0.log')).toBeGreaterThan(order.indexOf('open 1.log'));
  expect(logsIn(system)).toEqual([NEXT]);
  expect(log.append([{ value: 'new' }]).baseOffset).toBe(1);
  await store.close();
});

test('an append makes it, and so does a close', async () => {
  const appended = await retained();
  const log = appended.store.partition('orders', 0);
  await log.append([{ value: 'new' }]).durable;
  expect(logsIn(appended.system)).toEqual([OLD, NEXT]);
  const { store } = await openInMemory(appended.system.crash(new Random(1)), { clock: appended.clock });
  expect(valuesOf(store.partition('orders', 0))).toEqual(['new']);
  await store.close();

  const closed = await retained();
  const closing = closed.store.close();
  closed.release();
  await closing;
  expect(logsIn(closed.system)).toEqual([NEXT]);
  expect(closed.system.openFiles).toBe(0);
});

test.each(['kill', 'power failure'])('a %s before it is made gives no offset twice', async (how) => {
  for (let seed = 0; seed < 20; seed++) {
    const { system, clock } = await retained();
    const left = how === 'kill' ? system.kill() : system.crash(new Random(seed));
    const { store } = await openInMemory(left, { clock });
    const log = store.partition('orders', 0);
    expect([log.startOffset, log.endOffset]).toEqual([1, 1]);
    expect(log.append([{ value: 'new' }]).baseOffset).toBe(1);
    await store.close();
  }
});

test('where there is no room for it the last segment stays, and goes with a later check', async () => {
  const { store, system, release } = await retained();
  const log = store.partition('orders', 0);
  system.fault = (operation, path) => (operation === 'open' && path.endsWith(NEXT) ? 'ENOSPC' : null);
  release();
  await expect(log.removed()).rejects.toMatchObject({ code: 'ERR_MILLRACE_NO_SPACE' });
  expect(() => log.append([{ value: 'new' }])).toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_NO_SPACE' }));
  expect(logsIn(system)).toEqual([OLD]);
  system.fault = null;
  await store.retain();
  await log.removed();
  expect(logsIn(system)).toEqual([NEXT]);
  await store.close();
});
