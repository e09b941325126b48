/**
 * Compaction in the random life of a log. Which records survive says the plain model of Kafka's rules, from what stands in the files before the pass;
 * a pass that dies, or finds the disk full, has taken a part of those that had to go, and nothing else.
 */
import { cleanableRange } from '#millrace/compaction/cleanable-range.js';
import { newControl } from '#millrace/compaction/compaction-control.js';
import { runCompactionTask } from '#millrace/compaction/compaction-task.js';
import { compactOnce, type PassReport } from '#millrace/compaction/log-compaction.js';
import { InlineExecutor } from '#millrace/worker/inline-executor.js';
import { compactModel, type KeptBatch, keptBatch } from '../compaction/histories.ts';
import { segmentsIn } from './log-contents.ts';
import { settled } from './log-inspection.ts';
import { equal, fail } from './log-model.ts';
import type { LogScene } from './log-scene.ts';

/** Enough for all keys of a life. */
const BUFFER_BYTES = 64 * 1024;

export interface CompactionPlan {
  readonly firstDirtyOffset: number;
  readonly bound: number;
  /** What a whole pass leaves. */
  readonly batches: readonly KeptBatch[];
}

/** What a pass now has to do, and marks the records of the model that it takes. */
export function planCompaction(scene: LogScene): CompactionPlan {
  const { log, model, harness } = scene;
  const { startOffset, lastStableOffset, activeBaseOffset, settings } = log;
  const segments = scene.looking(() => segmentsIn(scene.system, log));
  const bases = segments.map(({ baseOffset }) => baseOffset);
  // A segment that reaches past what is decided, and all behind it, are left alone.
  const bound = bases.find((_, i) => (bases[i + 1] ?? Infinity) > lastStableOffset) ?? activeBaseOffset;
  const isKnown = harness.cleanedOffset >= startOffset && harness.cleanedOffset <= log.endOffset;
  const firstDirtyOffset = isKnown ? harness.cleanedOffset : startOffset;
  const before = segments.flatMap(({ batches }) => batches.map(keptBatch));
  const rules = { firstDirtyOffset, bound, now: harness.clock.time, deleteRetentionMs: settings.deleteRetentionMs };
  const batches = bound > firstDirtyOffset ? compactModel(before, rules) : before;
  const survivors = new Set(batches.flatMap(({ records }) => records.map(({ offset }) => offset)));
  const newest = new Map<string, number>();
  for (const { key, offset } of model.from(bases[0])) if (offset < bound && key !== null) newest.set(hex(key), offset);
  let going = 0;
  // Those before the log start too: a crash may move that back.
  for (const record of model.from(bases[0])) {
    if (survivors.has(record.offset)) continue;
    record.fate = 'may be gone';
    record.outdatedBy = record.key === null ? record.offset : newest.get(hex(record.key))!;
    going++;
  }
  scene.detail(`[${firstDirtyOffset}, ${bound}) of ${bases.join(' ')}, ${going} go`);
  if (going > 0) scene.count('records compacted');
  return { firstDirtyOffset, bound, batches };
}

/** One pass. What it throws has left the log whole, or taken the directory offline. */
export async function compact(scene: LogScene): Promise<PassReport> {
  const { log, harness, system } = scene;
  const { time } = harness.clock;
  const pass = await settled(
    system,
    compactOnce(log, cleanableRange(log, harness.cleanedOffset, time), {
      system,
      executor: new InlineExecutor((task) => runCompactionTask(system, task)),
      control: newControl(0),
      bufferBytes: BUFFER_BYTES,
      now: time,
    }),
  );
  harness.cleanedOffset = Math.min(pass.endOffset, log.endOffset);
  return pass;
}

/** A whole pass has been done: the log has what the model has, with its delete horizons. */
export function checkCompacted(scene: LogScene, plan: CompactionPlan, pass: PassReport): void {
  const { log, model } = scene;
  equal(pass.isGivenUp, false, 'given up');
  equal(pass.endOffset, Math.max(plan.bound, plan.firstDirtyOffset), 'end of what is compacted');
  for (const record of model.records) if (record.fate === 'may be gone') record.fate = 'gone';
  const found = scene.looking(() => segmentsIn(scene.system, log).flatMap(({ batches }) => batches.map(keptBatch)));
  const shown = linesOf(found, log.startOffset);
  linesOf(plan.batches, log.startOffset).forEach((line, i) => {
    if (line !== shown[i]) fail(`compacted: found ${shown[i]}, expected ${line}`);
  });
  const names = scene.looking(() => scene.system.list(log.directory).map(({ name }) => name));
  const left = names.filter((name) => /\.(cleaned|swap|deleted)$/.test(name));
  equal(left.join(' '), '', 'files that a pass left');
}

/** Looks into the files what became of records that an interrupted pass may have taken, also before the log start. */
export function settleFates(scene: LogScene): void {
  const { log, model, system } = scene;
  if (!model.records.some(({ fate }) => fate === 'may be gone')) return;
  const segments = scene.looking(() => segmentsIn(system, log));
  const found = new Set<number>();
  for (const { batches } of segments) for (const batch of batches) for (const { offset } of batch) found.add(offset);
  for (const record of model.records) {
    if (record.fate !== 'may be gone') continue;
    record.fate = found.has(record.offset) ? 'stays' : 'gone';
    // It was on stable storage, perhaps; so what outdated it must be, too.
    if (record.fate === 'gone' && record.offset >= model.start && record.outdatedBy >= model.end)
      fail(`record ${record.offset} is gone, and so is ${record.outdatedBy}, which had outdated it`);
  }
}

function hex(key: Uint8Array): string {
  return Buffer.from(key).toString('hex');
}

/** A line for each record that readers see, with what its batch says. */
function linesOf(batches: readonly KeptBatch[], startOffset: number): string[] {
  return batches.flatMap(({ records, ...batch }) =>
    records.filter(({ offset }) => offset >= startOffset).map((record) => JSON.stringify({ ...batch, ...record })),
  );
}
