/** What the marker in a control batch says; null for a batch that an earlier compaction has emptied. */
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { type ControlType, decodeControlType } from '../record/control-record.ts';
import { RecordBatch } from '../record/record-batch.ts';

export function controlTypeOf(header: BatchHeader, window: ByteWindow): ControlType | null {
  const cursor = new RecordBatch(window, header.position).cursor();
  return cursor.next() ? decodeControlType(cursor.key) : null;
}
