/**
 * Compaction that is interrupted: killed or without power after each call of the file system, by each call that fails, by a full disk, by a cut, a deletion, a
 * close. Whatever happens, the log has each record that had to stay, once, and nothing that was not there before.
 */
import { expect, test } from 'vitest';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { firstSeed, Random } from '../support/random.ts';
import { act, CompactedLog, type Kept, settle, TOPIC } from './histories.ts';

const PARTITION = `/data/${TOPIC}-0`;

/** All calls would take half a minute: each fifth one, from another one on with another seed. `MILLRACE_SEED=0` begins with the first one. */
const STEP = 8;
const first = (): number => 1 + (firstSeed() % STEP);

async function filled(): Promise<{ rig: CompactedLog; before: Kept[]; decided: Kept[] }> {
  const rig = await CompactedLog.create({ 'segment.bytes': 2048 });
  const random = new Random(99);
  for (let i = 0; i < 22; i++) act(random, rig.log, rig.clock);
  settle(random, rig.log, rig.clock);
  rig.log.roll();
  await rig.store.checkpoint();
  // A cut may take the marker of a transaction away whose aborted data is gone: of transactions nothing is expected then.
  const decided = rig.batches().flatMap(({ isTransactional, records }) => (isTransactional ? [] : records));
  return { rig, before: rig.records(), decided };
}

async function survivorsOf(): Promise<Kept[]> {
  const { rig } = await filled();
  await rig.store.compact(TOPIC, 0);
  const survivors = rig.records();
  await rig.store.close();
  return survivors;
}

/** Between what there was and what compaction leaves, in order, each offset once. */
function checkRecords(found: readonly Kept[], before: readonly Kept[], survivors: readonly Kept[]): void {
  const all = new Map(before.map((record) => [record.offset, record]));
  for (const record of found) expect(record).toEqual(all.get(record.offset));
  const offsets = found.map(({ offset }) => offset);
  expect(offsets).toEqual([...new Set(offsets)].sort((a, b) => a - b));
  const there = new Set(offsets);
  expect(survivors.filter(({ offset }) => !there.has(offset))).toEqual([]);
}

function leftovers(system: MemoryFileSystem): string[] {
  const names = system.list(PARTITION).map(({ name }) => name);
  return names.filter((name) => /cleaned|swap|deleted/.test(name));
}

/** Runs a compaction that is stopped at the n-th changing call; false when it ended before that. */
async function compactUpTo(rig: CompactedLog, n: number, fails: string | null): Promise<boolean> {
  let calls = 0;
  let met = false;
  rig.system.fault = (operation, path) => {
    if (operation === 'pread' || ++calls < n || (met && fails !== null)) return null;
    met = true;
    // Nothing happens any more, as if the process were gone.
    return fails ?? (path === '' ? null : 'EINTR');
  };
  await rig.store.compact(TOPIC, 0).catch(() => undefined);
  rig.system.fault = null;
  return met;
}

test.each(['kill', 'power failure'] as const)(
  '%s after one call',
  async (how) => {
    const survivors = await survivorsOf();
    const random = new Random(3);
    let finished = 0;
    for (let n = first(); ; n += STEP) {
      const { rig, before } = await filled();
      if (!(await compactUpTo(rig, n, null))) {
        expect(n).toBeGreaterThan(20);
        break;
      }
      await rig.open(how === 'kill' ? rig.system.kill() : rig.system.crash(random));
      const found = rig.records();
      checkRecords(found, before, survivors);
      expect(leftovers(rig.system)).toEqual([]);
      if (found.length === survivors.length) finished++;
      await rig.store.compact(TOPIC, 0);
      expect(rig.records()).toEqual(survivors);
      await rig.reopen();
      expect(rig.records()).toEqual(survivors);
      await rig.store.close();
    }
    // Some were interrupted before all was in place, and some after.
    expect(finished).toBeGreaterThan(0);
  },
  60_000,
);

test.each(['EIO', 'ENOSPC'])(
  'a call that fails with %s',
  async (errno) => {
    const survivors = await survivorsOf();
    let offline = 0;
    let goesOn = 0;
    for (let n = first(); ; n += STEP) {
      const { rig, before } = await filled();
      if (!(await compactUpTo(rig, n, errno))) break;
      checkRecords(rig.records(), before, survivors);
      if (rig.store.failure !== null) {
        offline++;
        await rig.store.close().catch(() => undefined);
        await rig.open(rig.system.kill());
      } else {
        goesOn++;
        expect(rig.log.append([{ key: 'after', value: 'x' }]).baseOffset).toBe(rig.log.endOffset - 1);
      }
      await rig.store.compact(TOPIC, 0);
      expect(rig.records().filter(({ key }) => key !== 'after')).toEqual(survivors);
      await rig.reopen();
      // Tidied up when the log is opened.
      expect(rig.log.endOffset).toBeGreaterThan(0);
      expect(leftovers(rig.system)).toEqual([]);
      await rig.store.close();
    }
    expect(offline).toBeGreaterThan(0);
    if (errno === 'ENOSPC') expect(goesOn).toBeGreaterThan(5);
  },
  60_000,
);

test('old files that the disk does not remove take the directory offline, as any failure of it does', async () => {
  const survivors = await survivorsOf();
  const { rig } = await filled();
  rig.system.fault = (operation, path) => (operation === 'unlink' && path.endsWith('.deleted') ? 'EIO' : null);
  await expect(rig.store.compact(TOPIC, 0)).rejects.toMatchObject({ code: 'ERR_MILLRACE_OFFLINE' });
  rig.system.fault = null;
  await rig.store.close().catch(() => undefined);
  await rig.open(rig.system.kill());
  expect(leftovers(rig.system)).toEqual([]);
  await rig.store.compact(TOPIC, 0);
  expect(rig.records()).toEqual(survivors);
  await rig.store.close();
});

/** Calls `meanwhile` when compaction opens its n-th file; says whether it came to that, and whether it was given up. */
async function compactDuring(
  rig: CompactedLog,
  n: number,
  meanwhile: () => void,
): Promise<{ met: boolean; isGivenUp: boolean }> {
  let calls = 0;
  let met = false;
  rig.system.fault = (operation, path) => {
    if (operation !== 'open' || !path.includes('.cleaned') || ++calls !== n) return null;
    met = true;
    rig.system.fault = null;
    meanwhile();
    return null;
  };
  const { isGivenUp } = await rig.store.compact(TOPIC, 0);
  rig.system.fault = null;
  return { met, isGivenUp };
}

const changes: [string, (log: PartitionLog) => void, (before: Kept[], log: PartitionLog) => Kept[]][] = [
  ['cut', (log) => log.truncateTo(12), (before) => before.filter(({ offset }) => offset < 12)],
  ['cut to nothing', (log) => log.truncateFullyAndStartAt(1000), () => []],
  ['delete of records', (log) => log.deleteRecords(log.sealedSegments.at(-1)!.baseOffset), (before) => before],
];

test.each(changes)('a %s meanwhile ends it cleanly', async (_name, change, left) => {
  let givenUp = 0;
  for (let n = 1; n < 50; n++) {
    const { rig, before, decided } = await filled();
    const { met, isGivenUp } = await compactDuring(rig, n, () => change(rig.log));
    if (isGivenUp) givenUp++;
    if (!met) {
      expect(givenUp).toBeGreaterThan(1);
      return;
    }
    const { startOffset, endOffset } = rig.log;
    const found = rig.records();
    const newest = new Map(before.map((record) => [record.key, record.offset]));
    const must = left(decided, rig.log).filter(({ key, offset }) =>
      key === null ? false : newest.get(key) === offset,
    );
    const there = new Set(found.map(({ offset }) => offset));
    expect(must.filter(({ offset }) => offset >= startOffset && offset < endOffset && !there.has(offset))).toEqual([]);
    expect(leftovers(rig.system)).toEqual([]);
    await rig.reopen();
    expect(rig.records()).toEqual(found);
    rig.log.append([{ key: 'on', value: 'x' }]);
    rig.log.roll();
    await rig.store.compact(TOPIC, 0);
    await rig.open(rig.system.kill());
    expect(rig.records().at(-1)).toMatchObject({ key: 'on', offset: endOffset });
    await rig.store.close();
  }
});

test('a topic that is deleted meanwhile is gone, and the store goes on', async () => {
  const { rig } = await filled();
  const deleted: Promise<void>[] = [];
  await compactDuring(rig, 2, () => {
    deleted.push(rig.store.deleteTopic(TOPIC));
  });
  await Promise.all(deleted);
  expect(rig.store.topics()).toEqual([]);
  expect(rig.system.exists(PARTITION)).toBe(false);
  await rig.store.createTopic(TOPIC);
  await rig.store.close();
});

test('a close meanwhile gives it up, and the next open finds nothing of it', async () => {
  const { rig, before } = await filled();
  const compacting = rig.store.compact(TOPIC, 0);
  await rig.store.close();
  await compacting.catch(() => undefined);
  await rig.open();
  expect(rig.store.recovery.clean).toBe(true);
  expect(leftovers(rig.system)).toEqual([]);
  expect(rig.records().length).toBeLessThanOrEqual(before.length);
  await expect(rig.store.compact(TOPIC, 0)).resolves.toMatchObject({ isGivenUp: false });
  await rig.store.close();
});
