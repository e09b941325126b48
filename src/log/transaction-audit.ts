/**
 * Which transactions a log's batches open and end, and so which aborted ones its transaction indexes must have.
 *
 * Told of each batch in the order of the log. Knows what came before from the producer snapshot at the log's first offset; without one, and with a log that does not begin
 * at offset 0, it knows nothing for sure and says so. (ProducerStateManager, ProducerAppendInfo.)
 */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ControlType } from '../record/control-record.ts';
import type { ProducerEntry } from './producer-snapshot.ts';

export class TransactionAudit {
  /** First offsets of the open transactions by producer id. */
  readonly #open = new Map<number, number>();
  #aborted: AbortedTransaction[] = [];

  constructor(producers: readonly ProducerEntry[] = []) {
    for (const { producerId, currentTransactionFirstOffset } of producers) {
      if (currentTransactionFirstOffset >= 0) this.#open.set(producerId, currentTransactionFirstOffset);
    }
  }

  batch(header: BatchHeader, control: ControlType | null): void {
    if (!header.isTransactional) return;
    const { producerId } = header;
    if (!header.isControl) {
      if (!this.#open.has(producerId)) this.#open.set(producerId, header.baseOffset);
      return;
    }
    if (control !== 'abort' && control !== 'commit') return;
    const firstOffset = this.#open.get(producerId);
    this.#open.delete(producerId);
    // A marker that nothing stood before ends nothing.
    if (control === 'commit' || firstOffset === undefined) return;
    const { lastOffset } = header;
    let lastStableOffset = lastOffset + 1;
    for (const offset of this.#open.values()) lastStableOffset = Math.min(lastStableOffset, offset);
    this.#aborted.push({ producerId, firstOffset, lastOffset, lastStableOffset });
  }

  /** The transactions whose abort markers came since it was last asked: those of one segment. */
  takeAborted(): AbortedTransaction[] {
    const aborted = this.#aborted;
    this.#aborted = [];
    return aborted;
  }
}

/**
 * Where a transaction index does not have what it must: the number of the first such entry and a sentence about it, or null. With `mayLag` the last ones may be
 * missing.
 */
export function compareAborted(
  found: readonly AbortedTransaction[],
  expected: readonly AbortedTransaction[],
  mayLag: boolean,
): { slot: number; message: string } | null {
  for (let slot = 0; slot < Math.max(found.length, mayLag ? 0 : expected.length); slot++) {
    const [has, wants] = [found[slot], expected[slot]];
    if (has !== undefined && wants !== undefined && show(has) === show(wants)) continue;
    if (has === undefined) return { slot, message: `the entry is missing: ${show(wants)}` };
    const message = wants === undefined ? 'and the log has no such transaction' : `and the log has ${show(wants)}`;
    return { slot, message: `the entry has ${show(has)}, ${message}` };
  }
  return null;
}

function show({ producerId, firstOffset, lastOffset, lastStableOffset }: AbortedTransaction): string {
  return `producer ${producerId} from ${firstOffset} to ${lastOffset}, stable up to ${lastStableOffset}`;
}
