/**
 * Retention in the random life of a log. How many segments are due is worked out here anew: sizes are those of the segments, ages those of their
 * batches, of which compaction may have left no more than the header.
 */
import type { LogSettings } from '#millrace/log/log-settings.js';
import { largestTimestamp, segmentsIn } from './log-contents.ts';
import { equal } from './log-model.ts';
import type { LogScene } from './log-scene.ts';

interface Terms {
  readonly retentionBytes: number;
  readonly retentionMs: number;
}

/** Terms under which some segments are due, as a rule. */
export function retentionTerms({ log, random, harness, model }: LogScene): Terms {
  const oldest = model.records[0]?.timestamp ?? 0;
  const age = Math.max(0, harness.clock.time - oldest);
  return {
    retentionBytes: random.chance(0.5) ? -1 : random.between(0, log.size),
    retentionMs: random.chance(0.3) ? -1 : random.between(Math.floor(age / 2), age + 10),
  };
}

/** Retains under `terms`, which hold for this once. */
export function retain(scene: LogScene, terms: Terms): void {
  const settings: LogSettings = { ...scene.log.settings };
  scene.log.configure({ ...settings, cleanupDelete: true, ...terms });
  try {
    scene.log.retain();
  } finally {
    scene.log.configure(settings);
  }
}

/** Where the log starts after `retain`. On a full disk the active segment may stay, for want of another one. */
export function startAfterRetention(scene: LogScene, terms: Terms): number[] {
  const { model, log, harness } = scene;
  const { retentionBytes, retentionMs } = terms;
  const parts = scene.looking(() => segmentsIn(scene.system, log));
  const bytesFrom = (slot: number): number => parts.slice(slot).reduce((sum, { size }) => sum + size, 0);
  const { time } = harness.clock;
  const isLarge = (slot: number): boolean => retentionBytes >= 0 && bytesFrom(slot + 1) >= retentionBytes;
  const isOld = (slot: number): boolean => retentionMs >= 0 && time - largestTimestamp(parts[slot]) > retentionMs;
  // The active one only when it has something; one in the middle of which compaction left nothing goes too.
  const mayGo = (slot: number): boolean => slot < parts.length - 1 || parts[slot]?.size > 0;
  let due = parts.findLastIndex(({ baseOffset }) => baseOffset <= model.start);
  // Readable ones count only; and of those as many as leave no less than what is kept.
  while (mayGo(due) && isLarge(due)) due++;
  while (mayGo(due) && isOld(due)) due++;
  const starts = (slot: number): number => Math.max(model.start, parts[slot]?.baseOffset ?? log.endOffset);
  return due === parts.length && scene.system.capacity < Infinity ? [starts(due), starts(due - 1)] : [starts(due)];
}

/** One step of the life. An open batch, whose records the model does not have yet, is left in peace. Returns the new start. */
export function retainStep(scene: LogScene): number {
  if (scene.log.hasOpenBatch) return scene.model.start;
  const terms = retentionTerms(scene);
  const expected = startAfterRetention(scene, terms);
  scene.detail(`${terms.retentionBytes} bytes, ${terms.retentionMs} ms -> ${expected.join(' or ')}`);
  retain(scene, terms);
  const { startOffset } = scene.log;
  if (!expected.includes(startOffset)) equal(startOffset, expected[0], 'start after retain');
  return startOffset;
}
