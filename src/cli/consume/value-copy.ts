/**
 * The quickest way of `%s` and what is written behind it, into a file: the addon writes the values of all batches of a read past the stream.
 *
 *     written += copy.write(run, most);
 *     if (copy.rest !== null) ...       // goes on in batch.offsetDelta > copy.offsetDelta of its first batch
 *
 * The addon stops at what it does not read, such as a compressed batch, or one that is damaged: `rest` begins there, and whoever reads batches one by one
 * goes on with it. The stream must have nothing that is not written yet.
 */
import { native } from '../../native.ts';
import { copyResult, copyStop } from '../../native-words.ts';
import type { BatchRun } from '../../record/batches.ts';

export class ValueCopy {
  readonly #suffix: Uint8Array;
  readonly #descriptor: number;
  readonly #result = new Float64Array(copyResult.length);
  #rest: BatchRun | null = null;

  /** `suffix` is written after each value; `descriptor` is a file's. */
  constructor(suffix: Uint8Array, descriptor: number) {
    this.#suffix = suffix;
    this.#descriptor = descriptor;
  }

  /** Batches that are not passed yet; null when all are. */
  get rest(): BatchRun | null {
    return this.#rest;
  }

  /** Of the last record of the rest's first batch that is written already; -1 when none is. */
  get offsetDelta(): number {
    return this.#result[copyResult.offsetDelta];
  }

  /** After the last batch that was passed; -1 when none was. */
  get nextOffset(): number {
    return this.#result[copyResult.nextOffset];
  }

  /** Writes the values of at most `most` records; returns how many. Errors: those of the system's `write`. */
  write(run: BatchRun, most: number): number {
    const result = this.#result;
    const wanted = Math.min(most, Number.MAX_SAFE_INTEGER);
    const { bytes, startOffset } = run;
    const descriptor = this.#descriptor;
    const path = `descriptor ${descriptor}`;
    const count = native.copyValues(bytes, startOffset, wanted, this.#suffix, descriptor, path, result);
    this.#rest = result[copyResult.stop] === copyStop.end ? null : run.from(result[copyResult.position]);
    return count;
  }
}
