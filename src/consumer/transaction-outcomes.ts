/**
 * How the transactions of a log ended, for a reader of committed records: read from the markers that stand in the log itself.
 *
 * A batch of a transaction is decided by the first marker of its producer that follows. Where none follows up to the log's end the transaction is
 * open, and a reader stops before its first batch (Kafka's last stable offset). Holds for batches from the offset of the last `restart` on: the
 * markers before it are not known.
 */
import { isMillraceError } from '../errors.ts';
import type { LogReader } from '../log/log-reader.ts';
import { decodeControlType } from '../record/control-record.ts';
import type { RecordBatch } from '../record/record-batch.ts';
import type { Offset } from '../types.ts';
import type { Verdict } from './batch-survey.ts';

interface Marker {
  readonly offset: Offset;
  readonly isCommit: boolean;
}

export class TransactionOutcomes {
  /** By producer, in the order of their offsets; only those that some batch may still need. */
  readonly #markers = new Map<number, Marker[]>();
  #scannedTo: Offset = -1;

  /** Up to where the log was searched for markers. */
  get scannedTo(): Offset {
    return this.#scannedTo;
  }

  /** Forgets all, and knows what lies from `offset` on when it was searched. */
  restart(offset: Offset): void {
    this.#markers.clear();
    this.#scannedTo = offset;
  }

  /** What becomes of a batch of a transaction. Batches are asked for in the order of their offsets. */
  judge(batch: RecordBatch): Verdict {
    const { baseOffset } = batch;
    const markers = this.#markers.get(batch.producerId);
    if (markers === undefined) return 'stop';
    while (markers.length > 0 && markers[0].offset < baseOffset) markers.shift();
    if (markers.length === 0) return 'stop';
    return markers[0].isCommit ? 'show' : 'skip';
  }

  /** Searches on, at most `maxBytes`; false when all of the log has been searched. */
  async search(log: LogReader, maxBytes: number): Promise<boolean> {
    const from = this.#scannedTo;
    if (from >= log.endOffset) return false;
    let run;
    try {
      run = await log.readAsync(from, { maxBytes });
    } catch (error) {
      // The log's start has moved past it, or its end before it: the reader finds that out by itself.
      if (isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) return true;
      throw error;
    }
    // A reader that went elsewhere meanwhile began anew.
    if (from !== this.#scannedTo) return true;
    let next = run.startOffset;
    for (const batch of run) {
      next = batch.nextOffset;
      if (batch.isControl && batch.isTransactional) this.#add(batch);
    }
    this.#scannedTo = next;
    return true;
  }

  #add(batch: RecordBatch): void {
    const { producerId } = batch;
    for (const record of batch) {
      const type = decodeControlType(record.key);
      if (type === 'other') continue;
      const marker = { offset: record.offset, isCommit: type === 'commit' };
      const known = this.#markers.get(producerId);
      if (known === undefined) this.#markers.set(producerId, [marker]);
      else known.push(marker);
    }
  }
}
