/**
 * Look-ups by time that never hold the event loop for long: what inflates to much is searched elsewhere, and where there is much to look at others have their turn.
 *
 * Nothing is kept over a wait but an offset to go on from: segments may roll, leave or be compacted meanwhile, and the log may be closed.
 */
import { EVENT_LOOP_SHARE_MS, SEARCHED_HERE_BYTES_MAX } from '../limits.ts';
import type { TimestampedOffset, WantedRecord } from './batch-search.ts';
import type { SegmentList } from './segment-list.ts';
import {
  largestTimestamp,
  type LookUpBounds,
  lookForLargest,
  lookForTimestamp,
  type Stop,
} from './timestamp-lookup.ts';

/** Searches one batch, a view that is good until it settles. */
export type FindInBatch = (batch: Uint8Array, wanted: WantedRecord) => Promise<TimestampedOffset | null>;

export interface LookedAt {
  readonly segments: SegmentList;
  readonly startOffset: number;
}

/** As `findTimestamp`. `look` says what the log has now, or throws when it is closed. */
export async function findTimestampAside(
  look: () => LookedAt,
  timestamp: number,
  find: FindInBatch,
): Promise<TimestampedOffset | null> {
  for (let from = 0; ;) {
    const { segments, startOffset } = look();
    const wanted: WantedRecord = { startOffset: Math.max(from, startOffset), timestamp, wants: 'first' };
    const { found, stop } = lookForTimestamp(segments, wanted, turn());
    if (found !== null || stop === null) return found;
    const inside = await goOn(stop, wanted, find);
    if (inside !== null) return inside;
    from = stop.offset;
  }
}

/** As `findMaxTimestamp`. */
export async function findMaxTimestampAside(
  look: () => LookedAt,
  find: FindInBatch,
): Promise<TimestampedOffset | null> {
  const { segments, startOffset } = look();
  const largest = largestTimestamp(segments, startOffset, turn());
  if (largest < 0) return null;
  const first = await findTimestampAside(look, largest, find);
  if (first !== null) return first;
  let best: TimestampedOffset | null = null;
  for (let from = 0; ;) {
    const now = look();
    const start = Math.max(from, now.startOffset);
    const step = lookForLargest(now.segments, { startOffset: start, best }, turn());
    best = step.found;
    const { stop } = step;
    if (stop === null) return best;
    const timestamp = (best?.timestamp ?? -1) + 1;
    best = (await goOn(stop, { startOffset: start, timestamp, wants: 'largest' }, find)) ?? best;
    from = stop.offset;
  }
}

/** What the batch has that the look-up stopped at; where it only stopped for others, nothing, after their turn. */
async function goOn({ batch }: Stop, wanted: WantedRecord, find: FindInBatch): Promise<TimestampedOffset | null> {
  if (batch !== null) return find(batch, wanted);
  await new Promise<void>((resolve) => {
    setImmediate(resolve);
  });
  return null;
}

/** At least one batch is looked at, so that each turn gets further. */
function turn(): LookUpBounds {
  const end = performance.now() + EVENT_LOOP_SHARE_MS;
  let isFirst = true;
  const isOver = (): boolean => {
    if (!isFirst) return performance.now() > end;
    isFirst = false;
    return false;
  };
  return { inflatedBytesMax: SEARCHED_HERE_BYTES_MAX, isOver };
}
