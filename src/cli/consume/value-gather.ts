/**
 * The quick way of `%s` and what is written behind it, the format of most who consume: the values of a batch are copied into the output's piece by
 * the addon, without a step of JavaScript for each.
 *
 *     gather.begin(batch);
 *     while (!gather.isDone) written += gather.write(out, most - written);
 *
 * Where the addon meets a record that it does not read, this is done and `isAll` false: a cursor goes on behind `offsetDelta`, and says what is wrong
 * with it. One batch at a time.
 */
import { gatherStop, gatherWalk, native } from '../../native.ts';
import type { RecordBatch } from '../../record/record-batch.ts';
import { COPIED_BYTES_MAX, type OutputBuffer } from './output-buffer.ts';

const NOTHING = Buffer.alloc(0);

export class ValueGather {
  readonly #suffix: Uint8Array;
  readonly #walk = new Float64Array(gatherWalk.length);
  #records: Uint8Array = NOTHING;
  #isDone = true;
  #isAll = true;

  /** `suffix` is written after each value. */
  constructor(suffix: Uint8Array) {
    this.#suffix = suffix;
    this.#walk[gatherWalk.sizeMax] = COPIED_BYTES_MAX - suffix.length;
  }

  /** Nothing is left that this can write. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** All records of the batch are written. */
  get isAll(): boolean {
    return this.#isAll;
  }

  /** Of the record that was written last; -1 when none was. */
  get offsetDelta(): number {
    return this.#walk[gatherWalk.offsetDelta];
  }

  /** Errors: those of a batch that cannot be inflated. */
  begin(batch: RecordBatch): void {
    const walk = this.#walk;
    this.#records = batch.inflatedRecords;
    this.#isDone = false;
    this.#isAll = false;
    walk[gatherWalk.position] = 0;
    walk[gatherWalk.left] = batch.recordCount;
    walk[gatherWalk.offsetDelta] = -1;
    walk[gatherWalk.lastOffsetDelta] = batch.lastOffsetDelta;
    walk[gatherWalk.offsetDeltaMin] = Math.max(0, batch.startOffset - batch.baseOffset);
  }

  /** Writes values until `most` are written, the output is full, or it is done; returns how many. */
  write(out: OutputBuffer, most: number): number {
    const walk = this.#walk;
    let count = 0;
    walk[gatherWalk.most] = Math.min(most, Number.MAX_SAFE_INTEGER);
    out.fill((piece, used) => {
      walk[gatherWalk.target] = used;
      count = native.gatherValues(this.#records, this.#records.length, walk, this.#suffix, piece);
      return walk[gatherWalk.target];
    });
    const stop = walk[gatherWalk.stop];
    if (stop === gatherStop.full) out.seal();
    else if (stop === gatherStop.large) count += this.#putLarge(out);
    this.#isAll = stop === gatherStop.end;
    this.#isDone = this.#isAll || stop === gatherStop.malformed;
    return count;
  }

  #putLarge(out: OutputBuffer): 1 {
    const position = this.#walk[gatherWalk.valuePosition];
    out.put(this.#records.subarray(position, position + this.#walk[gatherWalk.valueSize]));
    out.put(this.#suffix);
    return 1;
  }
}
