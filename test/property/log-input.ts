/** What a random life of a log is made of: settings that make segments, windows and batches small, and records of every shape. */
import { DEFAULT_LOG_SETTINGS, type LogSettings } from '#millrace/log/log-settings.js';
import type { RecordInput } from '#millrace/types.js';
import type { Random } from '../support/random.ts';
import type { ModelRecord } from './log-model.ts';

export function randomSettings(random: Random): LogSettings {
  return {
    ...DEFAULT_LOG_SETTINGS,
    segmentBytes: random.pick([1024, 4096, 16384]),
    segmentMs: random.pick([DEFAULT_LOG_SETTINGS.segmentMs, 3000]),
    indexIntervalBytes: random.pick([1, 200, 4096]),
    segmentIndexBytes: random.pick([36, 4096]),
    maxMessageBytes: random.pick([300, 1000, 1 << 20]),
    flushMessages: random.pick([DEFAULT_LOG_SETTINGS.flushMessages, 1, 10]),
    deleteRetentionMs: random.pick([0, 300, DEFAULT_LOG_SETTINGS.deleteRetentionMs]),
  };
}

type Headers = [string, Uint8Array | null][];

export function randomRecords(random: Random): RecordInput[] {
  const bytes = (): Uint8Array | null => (random.chance(0.15) ? null : random.bytes(random.pick([0, 1, 10, 60, 200])));
  const timed = random.chance(0.7);
  const headers = (): Headers => [
    ['h', bytes()],
    ['', random.bytes(3)],
  ];
  return Array.from({ length: random.pick([1, 1, 2, 5, 20]) }, () => ({
    // Some come again, for compaction to choose between.
    key: random.chance(0.6) ? Buffer.from(`key-${random.between(0, 9)}`) : bytes(),
    value: bytes(),
    ...(random.chance(0.3) ? { headers: headers() } : {}),
    ...(timed ? { timestamp: random.between(1, 5000) } : {}),
  }));
}

/** A record of `randomRecords` as the log must give it back. */
export function modelRecord(record: RecordInput, offset: number, now: number, epoch: number): ModelRecord {
  return {
    offset,
    timestamp: record.timestamp ?? now,
    key: (record.key as Uint8Array | undefined) ?? null,
    value: (record.value as Uint8Array | undefined) ?? null,
    headers: (record.headers as Headers | undefined) ?? [],
    epoch,
    batchBase: -1,
    fate: 'stays',
    outdatedBy: -1,
  };
}
