/**
 * What a log must know of its producers, worked out from all of its batches, one after another and from the first: slowly, with arrays, and
 * without a look at how the library does it.
 */
import { decodeControlRecord } from '#millrace/record/control-record.js';
import type { AbortedTransaction } from '#millrace/index/transaction-index.js';
import type { PartitionLog } from '#millrace/log/partition-log.js';
import type { ProducerEntry } from '#millrace/log/producer-snapshot.js';

export interface KnownBatch {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  readonly isTransactional: boolean;
  readonly marker: { readonly type: 'abort' | 'commit'; readonly coordinatorEpoch: number } | null;
}

export interface Known {
  readonly producers: Map<number, ProducerEntry>;
  readonly aborted: AbortedTransaction[];
  /** First offsets of the open transactions, ascending. */
  readonly open: number[];
}

const SEQUENCES = 2 ** 31;

export function known(batches: readonly KnownBatch[]): Known {
  const producers = new Map<number, ProducerEntry>();
  const aborted: AbortedTransaction[] = [];
  for (const batch of batches) {
    const { producerId, producerEpoch, marker, lastOffset } = batch;
    if (producerId < 0) continue;
    const none = { lastSequence: -1, lastOffset: -1, offsetDelta: 0 };
    const before = producers.get(producerId) ?? {
      ...none,
      producerId,
      producerEpoch: -1,
      lastTimestamp: -1,
      coordinatorEpoch: -1,
      currentTransactionFirstOffset: -1,
    };
    const kept = before.producerEpoch === producerEpoch ? before : { ...before, ...none };
    const now = { ...kept, producerEpoch, lastTimestamp: batch.maxTimestamp };
    const first = before.currentTransactionFirstOffset;
    if (marker === null) {
      const offsetDelta = lastOffset - batch.baseOffset;
      const lastSequence = batch.baseSequence < 0 ? -1 : (batch.baseSequence + offsetDelta) % SEQUENCES;
      const begins = batch.isTransactional && first < 0;
      const currentTransactionFirstOffset = begins ? batch.baseOffset : first;
      producers.set(producerId, { ...now, lastSequence, lastOffset, offsetDelta, currentTransactionFirstOffset });
      continue;
    }
    const { coordinatorEpoch } = marker;
    producers.set(producerId, { ...now, coordinatorEpoch, currentTransactionFirstOffset: -1 });
    if (marker.type === 'abort' && first >= 0) {
      const [lastStableOffset = lastOffset + 1] = openOf(producers);
      aborted.push({ producerId, firstOffset: first, lastOffset, lastStableOffset });
    }
  }
  return { producers, aborted, open: openOf(producers) };
}

function openOf(producers: ReadonlyMap<number, ProducerEntry>): number[] {
  const offsets = Array.from(producers.values(), ({ currentTransactionFirstOffset }) => currentTransactionFirstOffset);
  return offsets.filter((offset) => offset >= 0).sort((a, b) => a - b);
}

/** The batches that the log shows. */
export function batchesIn(log: PartitionLog): KnownBatch[] {
  const found: KnownBatch[] = [];
  for (let next = log.startOffset; next < log.endOffset;) {
    const run = log.read(next);
    for (const batch of run) {
      const { producerId, producerEpoch, baseSequence, baseOffset, lastOffset, maxTimestamp, isTransactional } = batch;
      let marker: KnownBatch['marker'] = null;
      if (batch.isControl) {
        const [record] = batch;
        marker = decodeControlRecord(record) as KnownBatch['marker'];
      }
      found.push({
        producerId,
        producerEpoch,
        baseSequence,
        baseOffset,
        lastOffset,
        maxTimestamp,
        isTransactional,
        marker,
      });
    }
    next = run.nextOffset;
  }
  return found;
}
