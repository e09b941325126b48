/**
 * Ready batches of a producer under the codec that their topic names (`compression.type`), as Kafka's LogValidator stores them: a batch
 * of another codec is inflated and compressed anew, and keeps all else. Control batches stay as they are.
 */
import { byteWindow } from '../record/byte-window.ts';
import { RecordBatch } from '../record/record-batch.ts';
import { recompress } from '../record/recompress.ts';
import type { CompressionName } from '../types.ts';

/** `bytes` itself where nothing is to change. `sizes`: of its batches, which have been validated. Throws what inflating throws. */
export function underCodec(bytes: Uint8Array, sizes: readonly number[], codec: CompressionName): Uint8Array {
  const window = byteWindow(bytes);
  const parts: Uint8Array[] = [];
  let changed = false;
  let position = 0;
  for (const size of sizes) {
    const batch = new RecordBatch(window, position);
    const keep = batch.compression === codec || batch.isControl;
    parts.push(keep ? batch.bytes : recompress(batch, codec));
    changed ||= !keep;
    position += size;
  }
  return changed ? Buffer.concat(parts) : bytes;
}
