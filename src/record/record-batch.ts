/**
 * One batch in a window, as a reader sees it: its header's fields, its bytes, its records.
 *
 * The constructor makes sure that the whole batch lies inside the window and that its counts can be; the checksum is looked at only
 * by `isValid` and `ensureValid`. A compressed batch is inflated once, at the first walk, to at most `inflatedBytesMax`.
 * Records below `startOffset` are passed over: a read that begins inside a batch gets the whole batch.
 */
import { MillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE, INFLATED_BYTES_MAX } from '../limits.ts';
import { native } from '../native.ts';
import type { Offset } from '../types.ts';
import { ATTRIBUTES } from './batch-format.ts';
import { BatchFields } from './batch-header.ts';
import { bufferView } from './buffer-view.ts';
import { type ByteWindow, placeOf, showPlace } from './byte-window.ts';
import { decompress } from './compression.ts';
import { RecordCursor } from './record-cursor.ts';
import type { RecordSource } from './record-source.ts';
import type { LogRecord } from './record.ts';

export class RecordBatch extends BatchFields implements Iterable<LogRecord> {
  readonly startOffset: Offset;
  readonly #inflatedBytesMax: number;
  #source: RecordSource | null = null;

  constructor(
    window: ByteWindow,
    position: number,
    startOffset: Offset = Number.NEGATIVE_INFINITY,
    inflatedBytesMax: number = INFLATED_BYTES_MAX,
  ) {
    super(window, position);
    this.startOffset = startOffset;
    this.#inflatedBytesMax = inflatedBytesMax;
    const available = window.bytes.length - position;
    const { size, lastOffsetDelta, recordCount } = this;
    if (size < BATCH_HEADER_SIZE || size > available) {
      throw this.#corrupt(`has a size of ${size}, expected ${BATCH_HEADER_SIZE} to ${available}`);
    }
    if (lastOffsetDelta < 0 || recordCount < 0 || recordCount > lastOffsetDelta + 1) {
      throw this.#corrupt(`counts ${recordCount} records up to offset delta ${lastOffsetDelta}`);
    }
  }

  /** The whole batch, header included. */
  get bytes(): Buffer {
    const { buffer, byteOffset } = this.window.bytes;
    return bufferView(buffer, byteOffset + this.at, this.size);
  }

  /** Does the stored checksum fit the bytes? */
  isValid(): boolean {
    return this.checksum === native.crc32c(this.window.bytes, this.at + ATTRIBUTES, this.at + this.size);
  }

  /** Throws `ERR_MILLRACE_CORRUPT` unless the checksum fits. */
  ensureValid(): void {
    const computed = native.crc32c(this.window.bytes, this.at + ATTRIBUTES, this.at + this.size);
    if (computed !== this.checksum) {
      throw this.#corrupt(`has checksum ${this.checksum}, its bytes give ${computed}`);
    }
  }

  /** A walk over the records that allocates nothing for each. */
  cursor(): RecordCursor {
    return new RecordCursor(this.#records());
  }

  [Symbol.iterator](): Iterator<LogRecord> {
    return new RecordIterator(this.cursor());
  }

  /** The records as they stand one after another, inflated. */
  get inflatedRecords(): Uint8Array {
    const { bytes, start, end } = this.#records();
    return bytes.subarray(start, end);
  }

  #records(): RecordSource {
    return (this.#source ??= this.#open());
  }

  #open(): RecordSource {
    const { compression } = this;
    let { bytes } = this.window;
    let start = this.at + BATCH_HEADER_SIZE;
    let end = this.at + this.size;
    // A batch that compaction emptied has no records to inflate.
    if (compression !== 'none' && start < end) {
      bytes = decompress(compression, bytes.subarray(start, end), this.#inflatedBytesMax);
      start = 0;
      end = bytes.length;
    }
    // One literal without spreads: the cursor's speed hangs on the shape of this object.
    return {
      bytes,
      buffer: bytes.buffer,
      byteOffset: bytes.byteOffset,
      start,
      end,
      recordCount: this.recordCount,
      lastOffsetDelta: this.lastOffsetDelta,
      baseOffset: this.baseOffset,
      baseTimestamp: this.baseTimestamp,
      appendTime: this.timestampType === 'LogAppendTime' ? this.maxTimestamp : Number.NaN,
      startOffset: this.startOffset,
      place: placeOf(this.window, this.at),
    };
  }

  #corrupt(found: string): MillraceError {
    const place = placeOf(this.window, this.at);
    return new MillraceError('ERR_MILLRACE_CORRUPT', `the batch at ${showPlace(place)} ${found}`, place);
  }
}

class RecordIterator implements Iterator<LogRecord> {
  readonly #cursor: RecordCursor;

  constructor(cursor: RecordCursor) {
    this.#cursor = cursor;
  }

  next(): IteratorResult<LogRecord, undefined> {
    if (this.#cursor.next()) return { done: false, value: this.#cursor.record() };
    return { done: true, value: undefined };
  }
}
