/**
 * Records of a compacted topic need a key: what one without would be the newest of, nobody could say. (`LogValidator.validateKey`; Kafka answers INVALID_RECORD.)
 *
 * Asked before anything is written, and of compacted topics only. An empty key is one.
 */
import { MillraceError } from '../errors.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { RecordBatch } from '../record/record-batch.ts';
import type { RecordInput } from '../types.ts';

/** The index of the first of records[from, to) that has no key; `to` where all have. What is no record at all is left to who encodes it. */
export function firstWithoutKey(records: readonly RecordInput[], from: number, to: number): number {
  for (let i = from; i < to; i++) {
    const record = records[i] as RecordInput | null | undefined;
    if (typeof record === 'object' && record !== null && (record.key === undefined || record.key === null)) return i;
  }
  return to;
}

/** Throws ERR_MILLRACE_INVALID_RECORD unless all have a key. */
export function checkKeys(records: readonly RecordInput[]): void {
  const index = firstWithoutKey(records, 0, records.length);
  if (index < records.length) throw withoutKey(`records[${index}]`);
}

/** The same of a ready batch's records, which are inflated for it. */
export function checkBatchKeys(header: BatchHeader, window: ByteWindow): void {
  if (header.isControl) return;
  const cursor = new RecordBatch(window, header.position).cursor();
  while (cursor.next()) if (cursor.keySize < 0) throw withoutKey(`records[${cursor.offsetDelta}] of a batch`);
}

export function withoutKey(what: string): MillraceError {
  return new MillraceError(
    'ERR_MILLRACE_INVALID_RECORD',
    `${what} has no key, and the topic is compacted, which keeps the newest record of each key`,
  );
}
