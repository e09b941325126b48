import { expect, test } from 'vitest';
import { encodeBatches } from '#millrace/record/encode-batch.js';
import { Random } from '../support/random.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';
import { act, CompactedLog, compactModel, settle, TOPIC } from './histories.ts';

const PARTITION = `/data/${TOPIC}-0`;

/** A log with several sealed segments, of which compaction drops much. */
async function filled(options: { config?: Record<string, number>; buffer?: number; seed?: number } = {}) {
  const rig = await CompactedLog.create(options.config, { compactionBufferBytes: options.buffer });
  const random = new Random(options.seed ?? 4711);
  for (let i = 0; i < 60; i++) act(random, rig.log, rig.clock);
  settle(random, rig.log, rig.clock);
  rig.log.roll();
  await rig.log.flush();
  return rig;
}

function namesIn(system: MemoryFileSystem): string[] {
  return system.list(PARTITION).map(({ name }) => name);
}

test('of each key the newest record stays, offsets as they were', async () => {
  const rig = await filled({ config: { 'segment.bytes': 4096 } });
  const batches = rig.batches();
  const before = rig.records();
  const segments = rig.log.segmentCount;
  const result = await rig.store.compact(TOPIC, 0);
  const after = rig.records();
  const rules = { firstDirtyOffset: 0, bound: rig.log.endOffset, now: rig.clock.now(), deleteRetentionMs: 86_400_000 };
  const expected = compactModel(batches, rules).flatMap(({ records }) => records);
  expect(after).toEqual(expected);
  const keys = after.filter(({ key }) => key?.startsWith('key-')).map(({ key }) => key);
  expect(new Set(keys).size).toBe(keys.length);
  expect(result).toMatchObject({ startOffset: 0, endOffset: rig.log.endOffset, passes: 1, isGivenUp: false });
  expect(result.recordsRead).toBe(before.length);
  expect(result.recordsKept).toBe(after.length);
  expect(result.segmentsBefore).toBe(segments - 1);
  expect(rig.log.segmentCount).toBe(result.segmentsAfter + 1);
  expect(rig.log.segmentCount).toBeLessThan(segments);
  expect(rig.system.openFiles).toBeLessThan(4);
  expect(namesIn(rig.system).filter((name) => /cleaned|swap|deleted/.test(name))).toEqual([]);
  await rig.store.close();
});

test('compacted again, nothing changes, and nothing is read', async () => {
  const rig = await filled();
  await rig.store.compact(TOPIC, 0);
  const after = rig.records();
  expect(await rig.store.compact(TOPIC, 0)).toMatchObject({ passes: 0, bytesRead: 0, recordsRead: 0 });
  expect(rig.records()).toEqual(after);
  await rig.store.close();
});

test('keys that do not fit into the memory for them take several passes, with the same end', async () => {
  const large = await filled();
  await large.store.compact(TOPIC, 0);
  const small = await filled({ buffer: 64 + 6 * 24 });
  const result = await small.store.compact(TOPIC, 0);
  expect(result.passes).toBeGreaterThan(3);
  expect(result.endOffset).toBe(large.log.endOffset);
  expect(small.records()).toEqual(large.records());
  await large.store.close();
  await small.store.close();
});

test('one batch with more keys than the memory holds is compacted all the same', async () => {
  const rig = await CompactedLog.create({}, { compactionBufferBytes: 112 });
  for (let i = 0; i < 2; i++) rig.log.append(Array.from({ length: 9 }, (_, key) => ({ key: `${key}`, value: `${i}` })));
  rig.log.roll();
  const result = await rig.store.compact(TOPIC, 0);
  expect(result.passes).toBeGreaterThan(8);
  expect(rig.records().map(({ key, value }) => `${key}=${value}`)).toEqual(
    Array.from({ length: 9 }, (_, key) => `${key}=1`),
  );
  await rig.store.close();
});

test('a tombstone outlives the first compaction by its retention, and goes with the next one after it', async () => {
  const rig = await CompactedLog.create({ 'delete.retention.ms': 1000 });
  rig.log.append([{ key: 'a', value: 'x' }]);
  rig.log.append([{ key: 'a', value: null }]);
  rig.log.roll();
  const compact = async () => {
    rig.log.append([{ key: 'other', value: 'y' }]);
    rig.log.roll();
    await rig.store.compact(TOPIC, 0);
    return rig.records().some(({ key }) => key === 'a');
  };
  expect(await compact()).toBe(true);
  const [tombstone] = rig.batches();
  expect(tombstone).toMatchObject({ horizon: rig.clock.now() + 1000, records: [{ key: 'a', value: null }] });
  expect(tombstone.records[0].timestamp).toBe(rig.clock.now());
  rig.clock.advance(999);
  expect(await compact()).toBe(true);
  expect(rig.batches()[0].horizon).toBe(tombstone.horizon);
  rig.clock.advance(1);
  expect(await compact()).toBe(false);
  await rig.store.close();
});

test('what is not sealed, or younger than the lag, is not touched', async () => {
  const rig = await CompactedLog.create({ 'min.compaction.lag.ms': 500 });
  const append = (value: string): void => void rig.log.append([{ key: 'a', value }]);
  append('1');
  append('2');
  rig.log.roll();
  expect(await rig.store.compact(TOPIC, 0)).toMatchObject({ passes: 0 });
  rig.clock.advance(500);
  append('3');
  append('4');
  expect(await rig.store.compact(TOPIC, 0)).toMatchObject({ endOffset: 2 });
  expect(rig.records().map(({ value }) => value)).toEqual(['2', '3', '4']);
  await rig.store.close();
});

test('offsets far apart: segments whose offsets do not fit into one stay two (K-6264, K-20036)', async () => {
  const rig = await CompactedLog.create();
  const start = 2 ** 45;
  rig.log.truncateFullyAndStartAt(start);
  const put = (baseOffset: number): void => {
    const [batch] = encodeBatches([{ key: `${baseOffset}`, value: 'x' }], {
      baseOffset,
      leaderEpoch: 0,
      timestamp: 5,
      timestampType: 'CreateTime',
      batchBytesMax: 1000,
      compression: 'none',
    });
    rig.log.appendBatches(batch, { from: 'leader' });
    rig.log.roll();
  };
  // The first two fit together, exactly; none of the others fits to the one before it.
  const offsets = [start, start + 2 ** 31 - 1, start + 2 ** 31 - 1 + 2 ** 31];
  for (const offset of offsets) put(offset);
  put(offsets[2] + 5);
  const result = await rig.store.compact(TOPIC, 0);
  expect(result).toMatchObject({ segmentsBefore: 4, segmentsAfter: 3 });
  expect(rig.records().map(({ offset }) => offset)).toEqual([...offsets, offsets[2] + 5]);
  await rig.reopen();
  for (const offset of offsets) expect(rig.log.read(offset).baseOffset).toBe(offset);
  expect(rig.log.endOffset).toBe(offsets[2] + 6);
  await rig.store.close();
});

test('a reader at an offset that is gone gets what follows, up to the end', async () => {
  const rig = await CompactedLog.create();
  for (let i = 0; i < 100; i++) rig.log.append([{ key: 'same', value: `${i}` }]);
  rig.log.roll();
  await rig.store.compact(TOPIC, 0);
  for (let offset = 0; offset < 100; offset++) {
    const run = rig.log.read(offset);
    expect(Array.from(run, (batch) => Array.from(batch, (record) => record.offset))).toEqual([[99]]);
    expect(run.nextOffset).toBe(100);
  }
  expect(rig.log.read(100).size).toBe(0);
  await rig.store.close();
});

test('views of what was compacted keep their bytes', async () => {
  const rig = await filled();
  const run = rig.log.read(0);
  const before = Buffer.from(run.bytes);
  await rig.store.compact(TOPIC, 0);
  expect(run.bytes.equals(before)).toBe(true);
  await rig.store.close();
});

test('a log that is damaged is not compacted and not changed', async () => {
  const rig = await filled();
  const name = `${PARTITION}/00000000000000000000.log`;
  const file = rig.system.open(name, 'r+');
  file.write(Buffer.from('?'), 0, 1, 100);
  file.close();
  const names = namesIn(rig.system);
  await expect(rig.store.compact(TOPIC, 0)).rejects.toThrow(expect.objectContaining({ code: 'ERR_MILLRACE_CORRUPT' }));
  expect(namesIn(rig.system)).toEqual(names);
  expect(rig.store.failure).toBeNull();
  await rig.store.close();
});

test('what is compacted stays as old as the newest file that it takes the place of, for retention without timestamps', async () => {
  const rig = await CompactedLog.create({ 'cleanup.policy': 'compact,delete', 'retention.ms': 1000 });
  for (let i = 0; i < 4; i++) {
    rig.log.append([{ key: `${i % 2}`, value: `${i}`, timestamp: -1 }]);
    rig.log.roll();
  }
  const path = (offset: number): string => `${rig.log.directory}/${String(offset).padStart(20, '0')}.log`;
  for (let i = 0; i < 4; i++) rig.system.setModified(path(i), rig.clock.now() - 100 * (4 - i));
  await rig.store.compact(TOPIC, 0);
  const modifiedMs = rig.system.entry(path(0))?.modifiedMs ?? 0;
  expect([rig.log.segmentCount, rig.clock.now() - modifiedMs]).toEqual([2, 100]);
  rig.clock.advance(900);
  expect(rig.log.retain().segments).toBe(0);
  rig.clock.advance(1);
  expect(rig.log.retain().segments).toBe(1);
});
