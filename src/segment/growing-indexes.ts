/**
 * The two sparse indexes of a segment while batches are added to it: when an entry is due, and what it says.
 *
 * Appending, recovery and the reader in a second process all build them by this one rule, which is Kafka's (LogSegment.append and
 * recover, 4.0 and later): for each batch, when more than `index.interval.bytes` lie between the last indexed batch and this one, one
 * entry in each index. So an index that Kafka rebuilds from our log equals ours byte for byte.
 */
import { OFFSET_ENTRY_SIZE, OffsetIndex } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE, TimeIndex } from '../index/time-index.ts';

export interface IndexSettings {
  /** `index.interval.bytes` */
  readonly intervalBytes: number;
  /** `segment.index.bytes`: the larger of the two indexes' bounds; a full index makes the segment roll. */
  readonly bytesMax: number;
}

export class GrowingIndexes {
  readonly offsets: OffsetIndex;
  readonly times: TimeIndex;
  readonly #settings: IndexSettings;
  #lastEntryPosition: number;
  #maxTimestamp: number;
  #offsetOfMaxTimestamp: number;

  constructor(settings: IndexSettings, offsets: OffsetIndex, times: TimeIndex) {
    this.#settings = settings;
    this.offsets = offsets;
    this.times = times;
    this.#lastEntryPosition = offsets.count === 0 ? 0 : offsets.positionAt(offsets.count - 1);
    this.#maxTimestamp = times.lastTimestamp;
    this.#offsetOfMaxTimestamp = times.lastOffset;
  }

  static empty(settings: IndexSettings, baseOffset: number): GrowingIndexes {
    return new GrowingIndexes(settings, new OffsetIndex(baseOffset), new TimeIndex(baseOffset));
  }

  /** The largest timestamp of the segment so far; -1 when no record had one. */
  get maxTimestamp(): number {
    return this.#maxTimestamp;
  }

  /** The last offset of the batch that has it. */
  get offsetOfMaxTimestamp(): number {
    return this.#offsetOfMaxTimestamp;
  }

  /**
   * No further entry fits: the segment is to roll before the next append. One time entry is kept for `seal`, as Kafka does: its recovery
   * refuses a segment with more (TimeIndex.isFull).
   */
  get full(): boolean {
    const { bytesMax } = this.#settings;
    return (
      this.offsets.count >= Math.floor(bytesMax / OFFSET_ENTRY_SIZE) ||
      this.times.count >= Math.floor(bytesMax / TIME_ENTRY_SIZE) - 1
    );
  }

  /** Tells of the batch at `position`; batches come in the order of the log. */
  add(position: number, lastOffset: number, maxTimestamp: number): void {
    if (maxTimestamp > this.#maxTimestamp) {
      this.#maxTimestamp = maxTimestamp;
      this.#offsetOfMaxTimestamp = lastOffset;
    }
    if (position - this.#lastEntryPosition <= this.#settings.intervalBytes || this.full) return;
    this.offsets.append(lastOffset, position);
    this.times.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp);
    this.#lastEntryPosition = position;
  }

  /** The last word of a segment: its largest timestamp. Returns what takes it back, for a segment that goes on after all. */
  seal(): () => void {
    const { count } = this.times;
    this.times.maybeAppend(this.#maxTimestamp, this.#offsetOfMaxTimestamp);
    return () => this.times.truncate(count);
  }
}
