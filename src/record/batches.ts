/**
 * A run of whole batches in a window: what a read of a log returns. A view; nothing is copied, nothing is checked until a batch is
 * looked at. The first batch may begin below the start offset, and one whose records all lie below it is passed over.
 */
import type { Offset } from '../types.ts';
import { BatchHeader } from './batch-header.ts';
import { bufferView } from './buffer-view.ts';
import type { ByteWindow } from './byte-window.ts';
import { RecordBatch } from './record-batch.ts';
import { smallInteger } from './small-integer.ts';

export class BatchRun implements Iterable<RecordBatch> {
  readonly startOffset: Offset;
  readonly #window: ByteWindow;
  readonly #start: number = 0;
  readonly #end: number = 0;

  /** The batches in [start, end) of the window, for a reader that asked for `startOffset`. */
  constructor(window: ByteWindow, start: number, end: number, startOffset: Offset) {
    this.#window = window;
    this.#start = smallInteger(start);
    this.#end = smallInteger(end);
    this.startOffset = startOffset;
  }

  /** Bytes of all batches. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** All batches as they stand in the file and on the wire. */
  get bytes(): Buffer {
    const { buffer, byteOffset } = this.#window.bytes;
    return bufferView(buffer, byteOffset + this.#start, this.size);
  }

  /** Base offset of the first batch, at most `startOffset`'s batch; `startOffset` when the run is empty. */
  get baseOffset(): Offset {
    return this.size === 0 ? this.startOffset : new BatchHeader(this.#window, this.#start).baseOffset;
  }

  /** Where the next read goes on: after the last offset of the last batch; `startOffset` when the run is empty. Walks the headers. */
  get nextOffset(): Offset {
    let nextOffset = this.startOffset;
    for (const batch of this) nextOffset = batch.nextOffset;
    return nextOffset;
  }

  /** The batches from the one that begins `position` bytes behind the first. */
  from(position: number): BatchRun {
    return new BatchRun(this.#window, this.#start + position, this.#end, this.startOffset);
  }

  /** The batches whose first offset is below `offset`. Walks the headers up to there. */
  before(offset: Offset): BatchRun {
    if (this.size === 0) return this;
    const header = new BatchHeader(this.#window, this.#start);
    let end = this.#start;
    while (end < this.#end) {
      header.moveTo(this.#window, end);
      if (header.baseOffset >= offset) break;
      end += header.size;
    }
    return new BatchRun(this.#window, this.#start, end, this.startOffset);
  }

  *[Symbol.iterator](): Generator<RecordBatch, void, undefined> {
    let position = this.#start;
    while (position < this.#end) {
      // The constructor has made sure that a batch is at least a header long and inside the window, so this ends.
      const batch = new RecordBatch(this.#window, position, this.startOffset);
      position += batch.size;
      if (batch.lastOffset >= this.startOffset) yield batch;
    }
  }
}
