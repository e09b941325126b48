/**
 * One record of a log. It holds positions only; key, value and headers become views onto the log's bytes each time they are asked
 * for, so keep the view rather than ask twice. A view stays valid as long as anything holds it.
 */
import type { Offset, Timestamp } from '../types.ts';
import type { RecordHeader } from './record-headers.ts';
import { readHeaders } from './record-headers.ts';
import type { RecordSource } from './record-source.ts';
import { recordTimestamp, sourceView } from './record-source.ts';

/** Where a record's parts stand in its source. Sizes are -1 for null. */
export interface RecordLayout {
  readonly offsetDelta: number;
  readonly timestampDelta: number;
  readonly keyPosition: number;
  readonly keySize: number;
  readonly valuePosition: number;
  readonly valueSize: number;
  readonly end: number;
}

export class LogRecord {
  readonly #source: RecordSource;
  readonly #offsetDelta: number = 0;
  readonly #timestampDelta: number = 0;
  readonly #keyPosition: number = 0;
  readonly #keySize: number = 0;
  readonly #valuePosition: number = 0;
  readonly #valueSize: number = 0;
  readonly #end: number = 0;

  constructor(source: RecordSource, layout: RecordLayout) {
    this.#source = source;
    this.#offsetDelta = layout.offsetDelta;
    this.#timestampDelta = layout.timestampDelta;
    this.#keyPosition = layout.keyPosition;
    this.#keySize = layout.keySize;
    this.#valuePosition = layout.valuePosition;
    this.#valueSize = layout.valueSize;
    this.#end = layout.end;
  }

  get offset(): Offset {
    return this.#source.baseOffset + this.#offsetDelta;
  }

  /** The producer's time or, under LogAppendTime, the broker's; -1 when there is none. */
  get timestamp(): Timestamp {
    return recordTimestamp(this.#source, this.#timestampDelta);
  }

  /** Bytes of the key; -1 when it is null. */
  get keySize(): number {
    return this.#keySize;
  }

  /** Bytes of the value; -1 when it is null. */
  get valueSize(): number {
    return this.#valueSize;
  }

  get key(): Buffer | null {
    return sourceView(this.#source, this.#keyPosition, this.#keySize);
  }

  get value(): Buffer | null {
    return sourceView(this.#source, this.#valuePosition, this.#valueSize);
  }

  /** In the order in which they were written; names may repeat. */
  get headers(): readonly RecordHeader[] {
    return readHeaders(this.#source, this.#valuePosition + Math.max(0, this.#valueSize), this.#end);
  }

  /** What `console.log` shows. */
  [Symbol.for('nodejs.util.inspect.custom')](): object {
    const { offset, timestamp, key, value, headers } = this;
    return { offset, timestamp, key, value, headers };
  }
}
