/**
 * Records as complete batches in memory, for what cannot be encoded in place: compressed batches, requests, tests.
 *
 * `batchBytesMax` bounds a batch before compression, and what comes out of it too: the rare batch that compression makes larger than
 * the bound stays uncompressed.
 */
import { BATCH_HEADER_SIZE } from '../limits.ts';
import type { CompressionName, RecordInput } from '../types.ts';
import { BatchBuilder, publishBatch } from './batch-builder.ts';
import type { BatchOptions } from './batch-options.ts';
import { byteWindow } from './byte-window.ts';
import type { ByteWindow } from './byte-window.ts';
import { checkLevel, compress } from './compression.ts';
import { joinBatch } from './recompress.ts';

export interface EncodeOptions extends BatchOptions {
  readonly compression: CompressionName;
  /** Default: the codec's own. */
  readonly level?: number;
}

const FIRST_WINDOW_SIZE = 64 * 1024;

/** Encodes all records, offsets from `baseOffset` on; each batch is a buffer of its own. No records, no batches. */
export function encodeBatches(records: readonly RecordInput[], options: EncodeOptions): Uint8Array[] {
  checkLevel(options.compression, options.level);
  const builder = new BatchBuilder();
  const batches: Uint8Array[] = [];
  let window = byteWindow(new ArrayBuffer(Math.min(FIRST_WINDOW_SIZE, options.batchBytesMax)));
  let done = 0;
  while (done < records.length) {
    builder.begin(window, 0, window.bytes.length, placed(options, done));
    let next = builder.append(records, done);
    while (next < records.length && builder.stop === 'window') {
      window = grown(window, builder, options.batchBytesMax);
      next = builder.append(records, next);
    }
    done = next;
    batches.push(completeBatch(window, builder, options));
  }
  return batches;
}

/** The options of the batch that begins with records[index]. */
function placed(options: EncodeOptions, index: number): BatchOptions {
  const baseSequence = options.baseSequence ?? -1;
  return {
    ...options,
    baseOffset: options.baseOffset + index,
    // Sequences are int32 and go on at 0 after the largest.
    baseSequence: baseSequence < 0 ? baseSequence : (baseSequence + index) % 0x8000_0000,
  };
}

function grown(window: ByteWindow, builder: BatchBuilder, sizeMax: number): ByteWindow {
  const larger = byteWindow(new ArrayBuffer(Math.min(sizeMax, Math.max(builder.needed, 2 * window.bytes.length))));
  larger.bytes.set(window.bytes.subarray(0, builder.size));
  builder.rebase(larger, 0, larger.bytes.length);
  return larger;
}

/** The batch that a builder has in `window`, finished and compressed, in a buffer of its own. */
export function completeBatch(
  window: ByteWindow,
  builder: BatchBuilder,
  options: Pick<EncodeOptions, 'compression' | 'level' | 'batchBytesMax'>,
): Uint8Array {
  const size = builder.finish();
  const { position } = builder;
  publishBatch(window.view, position, size);
  const plain = window.bytes.subarray(position, position + size);
  if (options.compression !== 'none') {
    const records = compress(options.compression, plain.subarray(BATCH_HEADER_SIZE), options.level);
    if (BATCH_HEADER_SIZE + records.length <= options.batchBytesMax)
      return joinBatch(plain, records, options.compression);
  }
  return Uint8Array.prototype.slice.call(plain);
}
