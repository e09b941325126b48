/**
 * Random histories of a compacted log against a plain model: appends with and without keys, tombstones, headers, codecs, transactions that are committed, aborted or open, rolls,
 * compactions, clean stops and kills. After each compaction the log has the records that the model has, and so it has after it was opened again.
 */
import { expect, test } from 'vitest';
import { cleanableRange } from '#millrace/compaction/cleanable-range.js';
import {
  act,
  batchesOf,
  CompactedLog,
  compactModel,
  type KeptBatch,
  TOPIC,
  withRecords,
} from '../compaction/histories.ts';
import { firstSeed, Random } from '../support/random.ts';

const DELETE_RETENTION_MS = 300;
const seed = firstSeed();

async function live(random: Random): Promise<{ compactions: number; dropped: number }> {
  const rig = await CompactedLog.create({
    'delete.retention.ms': DELETE_RETENTION_MS,
    'segment.bytes': random.pick([1024, 2048, 8192]),
  });
  let cleaned = 0;
  let compactions = 0;
  let dropped = 0;
  let expected: KeptBatch[] = [];
  for (let step = 0; step < 60; step++) {
    const what = random.fraction();
    const isAppend = what < 0.8;
    if (isAppend) {
      const { endOffset } = rig.log;
      act(random, rig.log, rig.clock);
      expected.push(...batchesOf(rig.log, endOffset));
    } else if (what < 0.93) {
      const { bound } = cleanableRange(rig.log, cleaned, rig.clock.now());
      const rules = { firstDirtyOffset: cleaned, bound, now: rig.clock.now(), deleteRetentionMs: DELETE_RETENTION_MS };
      const input = withEmpty(expected, rig);
      const result = await rig.store.compact(TOPIC, 0);
      expect(result).toMatchObject({ startOffset: cleaned, endOffset: bound, isGivenUp: false });
      if (bound > cleaned) expected = compactModel(input, rules);
      cleaned = bound;
      compactions++;
      dropped += result.recordsRead - result.recordsKept;
    } else if (what < 0.97) await rig.reopen();
    else await rig.open(rig.system.kill());
    if (!isAppend) expect(withRecords(rig.batches())).toEqual(withRecords(expected));
  }
  await rig.store.close();
  return { compactions, dropped };
}

/** The model keeps no batch without records; those that the log keeps still count as batches of their transactions. */
function withEmpty(batches: readonly KeptBatch[], rig: CompactedLog): KeptBatch[] {
  const empty = rig.batches().filter(({ records }) => records.length === 0);
  return [...withRecords(batches), ...empty].sort((a, b) => a.lastOffset - b.lastOffset);
}

test(`fifteen lives of a compacted log, seed ${seed}`, async () => {
  let compactions = 0;
  let dropped = 0;
  for (let i = 0; i < 15; i++) {
    try {
      const life = await live(new Random(seed + i));
      compactions += life.compactions;
      dropped += life.dropped;
    } catch (error) {
      throw new Error(`MILLRACE_SEED=${seed + i}`, { cause: error });
    }
  }
  // What cannot fail is no test: histories in which nothing is dropped would prove nothing.
  expect(compactions).toBeGreaterThan(30);
  expect(dropped).toBeGreaterThan(100);
}, 60_000);
