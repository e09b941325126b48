/**
 * The time index of a segment: from a timestamp to an offset. Sparse, 12 bytes an entry.
 *
 *     0           8        12
 *     | timestamp | offset |     largest timestamp so far, int64; offset of the last record of the batch that has it, relative
 *
 * An entry says: every record before the offset's batch has a timestamp of at most this. Timestamps increase strictly.
 * (org.apache.kafka.storage.internals.log.TimeIndex.)
 */
import { GrowingEntries } from './growing-entries.ts';

export const TIME_ENTRY_SIZE = 12;

const HIGH = 0x1_0000_0000;

export class TimeIndex extends GrowingEntries {
  readonly baseOffset: number;

  /** `content`: the valid bytes of an index file, or nothing. */
  constructor(baseOffset: number, content?: Uint8Array) {
    super(TIME_ENTRY_SIZE, content);
    this.baseOffset = baseOffset;
  }

  timestampAt(slot: number): number {
    return timestampAt(this.view, slot);
  }

  offsetAt(slot: number): number {
    return this.baseOffset + this.view.getUint32(slot * TIME_ENTRY_SIZE + 8);
  }

  /** The largest timestamp that the index knows; -1 when it is empty. */
  get lastTimestamp(): number {
    return this.count === 0 ? -1 : this.timestampAt(this.count - 1);
  }

  /** Offset of the last entry; the base offset when it is empty. */
  get lastOffset(): number {
    return this.count === 0 ? this.baseOffset : this.offsetAt(this.count - 1);
  }

  /** Adds an entry if its timestamp is larger than the last one's; otherwise it says nothing new. */
  maybeAppend(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return;
    const at = this.push();
    const { view } = this;
    view.setInt32(at, Math.floor(timestamp / HIGH));
    view.setUint32(at + 4, timestamp >>> 0);
    view.setUint32(at + 8, offset - this.baseOffset);
  }

  /** An offset such that no record before it has a timestamp of `timestamp` or more. */
  offsetBefore(timestamp: number): number {
    const { view } = this;
    let low = -1;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (timestampAt(view, middle) <= timestamp) low = middle;
      else high = middle - 1;
    }
    return low < 0 ? this.baseOffset : this.offsetAt(low);
  }

  /** Drops the entries whose offset is `offset` or more. */
  truncateToOffset(offset: number): void {
    let count = this.count;
    while (count > 0 && this.offsetAt(count - 1) >= offset) count--;
    this.truncate(count);
  }

  /** How many leading entries of `bytes` can be a time index: timestamps increase strictly, offsets do not decrease. */
  static plausibleEntries(bytes: Uint8Array): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.floor(bytes.length / TIME_ENTRY_SIZE);
    let timestamp = -1;
    let offset = 0;
    for (let slot = 0; slot < count; slot++) {
      const nextTimestamp = timestampAt(view, slot);
      const nextOffset = view.getUint32(slot * TIME_ENTRY_SIZE + 8);
      if (nextTimestamp <= timestamp || !Number.isSafeInteger(nextTimestamp) || nextOffset < offset) return slot;
      // A first entry of zeros is padding: timestamp 0 at the base offset says nothing that an empty index does not.
      if (slot === 0 && nextTimestamp === 0 && nextOffset === 0) return 0;
      timestamp = nextTimestamp;
      offset = nextOffset;
    }
    return count;
  }
}

function timestampAt(view: DataView, slot: number): number {
  return view.getInt32(slot * TIME_ENTRY_SIZE) * HIGH + view.getUint32(slot * TIME_ENTRY_SIZE + 4);
}
