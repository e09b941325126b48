/**
 * What the producers of a log were when it ended at an offset: from the newest snapshot up to there, and the batches behind it.
 *
 * Reads headers only, and the records of markers. (UnifiedLog.rebuildProducerState.)
 */
import type { AbortedTransaction } from '../index/transaction-index.ts';
import { BatchHeader } from '../record/batch-header.ts';
import type { Segment } from '../segment/segment.ts';
import type { Offset, Timestamp } from '../types.ts';
import { replayBatch } from './produced-batch.ts';
import type { ProducerSnapshots } from './producer-snapshots.ts';
import { ProducerStates } from './producer-states.ts';
import type { SegmentList } from './segment-list.ts';

export interface StatesRange {
  /** The producers as they were at `from`; null when there were none. */
  readonly states: ProducerStates | null;
  readonly from: Offset;
  readonly to: Offset;
  /** Told of each transaction that an abort marker in the range ends, with the segment of the marker. */
  readonly onAborted?: (segment: Segment, transaction: AbortedTransaction) => void;
}

/** The states at `endOffset` of a log that has had producers. Without a snapshot that can be read the log says it from its start on. */
export function loadStates(
  segments: SegmentList,
  snapshots: ProducerSnapshots,
  endOffset: Offset,
  { now, expirationMs }: { now: Timestamp; expirationMs: number },
): ProducerStates {
  const { baseOffset } = segments.first;
  const snapshot = snapshots.newest(baseOffset, endOffset) ?? { offset: baseOffset, entries: [] };
  const states = ProducerStates.of(snapshot.entries, now, expirationMs);
  replayProducers(segments, { states, from: snapshot.offset, to: endOffset });
  return states;
}

/** Tells the states of all batches that begin from `from` to `to`. Returns the states: new ones when there were none and are producers. */
export function replayProducers(
  segments: SegmentList,
  { states, from, to, onAborted }: StatesRange,
): ProducerStates | null {
  let known = states;
  if (from >= to) return known;
  for (let slot = segments.slotOf(from); slot < segments.count; slot++) {
    const segment = segments.all[slot];
    if (segment.baseOffset >= to) break;
    let position = from <= segment.baseOffset ? 0 : segment.positionOf(from);
    let header: BatchHeader | null = null;
    while (position < segment.size) {
      let window = segment.headerWindow(position);
      if (header === null) header = new BatchHeader(window, position - window.start);
      else header.moveTo(window, position - window.start);
      if (header.baseOffset >= to) return known;
      const size = segment.batchSize(window, position);
      if (header.producerId >= 0) {
        known ??= new ProducerStates();
        if (header.isControl) {
          window = segment.window(position, position + size);
          header.moveTo(window, position - window.start);
        }
        const aborted = replayBatch(known, window, header);
        if (aborted !== null) onAborted?.(segment, aborted);
      }
      position += size;
    }
  }
  return known;
}
