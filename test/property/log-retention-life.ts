/**
 * Retention in the random life of a log. How many segments are due is worked out here anew: sizes are those of the segments, ages those of the model's
 * records.
 */
import type { LogSettings } from '#millrace/log/log-settings.js';
import { equal } from './log-model.ts';
import type { LogScene } from './log-scene.ts';

interface Terms {
  readonly retentionBytes: number;
  readonly retentionMs: number;
}

interface Part {
  readonly baseOffset: number;
  readonly size: number;
  readonly maxTimestamp: number;
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
  const parts = partsOf(scene);
  const bytesFrom = (slot: number): number => parts.slice(slot).reduce((sum, { size }) => sum + size, 0);
  const { time } = harness.clock;
  const isLarge = (slot: number): boolean => retentionBytes >= 0 && bytesFrom(slot + 1) >= retentionBytes;
  const isOld = (slot: number): boolean => retentionMs >= 0 && time - parts[slot].maxTimestamp > retentionMs;
  let due = parts.findLastIndex(({ baseOffset }) => baseOffset <= model.start);
  // Readable ones count only; and of those as many as leave no less than what is kept.
  while (parts[due]?.size > 0 && isLarge(due)) due++;
  while (parts[due]?.size > 0 && isOld(due)) due++;
  const starts = (slot: number): number => Math.max(model.start, parts[slot]?.baseOffset ?? log.endOffset);
  return due === parts.length && scene.system.capacity < Infinity ? [starts(due), starts(due - 1)] : [starts(due)];
}

function partsOf({ log, model }: LogScene): Part[] {
  const sealed = log.sealedSegments.map(({ baseOffset, size }) => ({ baseOffset, size }));
  const sealedSize = sealed.reduce((sum, { size }) => sum + size, 0);
  const all = [...sealed, { baseOffset: log.activeBaseOffset, size: log.size - sealedSize }];
  return all.map(({ baseOffset, size }, i) => {
    const end = all[i + 1]?.baseOffset ?? model.end;
    const records = model.records.slice(Math.max(0, baseOffset - model.base), Math.max(0, end - model.base));
    return { baseOffset, size, maxTimestamp: Math.max(-1, ...records.map(({ timestamp }) => timestamp)) };
  });
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
