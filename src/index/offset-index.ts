/**
 * The offset index of a segment: from an offset to a position at or before its batch. Sparse, 8 bytes an entry.
 *
 *     0        4        8
 *     | offset |position|     relative to the segment's base offset; position of the batch in the .log
 *
 * The offset is that of the batch's LAST record, as Kafka writes it. Offsets and positions both increase strictly.
 * It is derived from the log and never evidence about it (recovery checks or rebuilds it).
 * (org.apache.kafka.storage.internals.log.OffsetIndex.)
 */
import { GrowingEntries } from './growing-entries.ts';

export const OFFSET_ENTRY_SIZE = 8;
const POSITION = 4;

export class OffsetIndex extends GrowingEntries {
  readonly baseOffset: number;

  /** `content`: the valid bytes of an index file, or nothing. */
  constructor(baseOffset: number, content?: Uint8Array) {
    super(OFFSET_ENTRY_SIZE, content);
    this.baseOffset = baseOffset;
  }

  /** Absolute offset in the entry at `slot`. */
  offsetAt(slot: number): number {
    return this.baseOffset + this.view.getUint32(slot * OFFSET_ENTRY_SIZE);
  }

  positionAt(slot: number): number {
    return this.view.getUint32(slot * OFFSET_ENTRY_SIZE + POSITION);
  }

  append(lastOffset: number, position: number): void {
    const at = this.push();
    this.view.setUint32(at, lastOffset - this.baseOffset);
    this.view.setUint32(at + POSITION, position);
  }

  /** Where to begin walking for the batch that has `offset`: a batch's position at or before it. */
  positionBefore(offset: number): number {
    const slot = this.#lastAtMost(offset - this.baseOffset, 0);
    return slot < 0 ? 0 : this.positionAt(slot);
  }

  /** The last indexed position that is not past `position`; 0 where there is none. */
  floorPosition(position: number): number {
    const slot = this.#lastAtMost(position, POSITION);
    return slot < 0 ? 0 : this.positionAt(slot);
  }

  /** Drops the entries of batches at or past `position`. */
  truncateToPosition(position: number): void {
    this.truncate(this.#lastAtMost(position - 1, POSITION) + 1);
  }

  /** Slot of the last entry that has at most `target` in the column that begins at `column`; -1 where none has. */
  #lastAtMost(target: number, column: number): number {
    const { view } = this;
    let low = -1;
    let high = this.count - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (view.getUint32(middle * OFFSET_ENTRY_SIZE + column) <= target) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /**
   * How many leading entries of `bytes` can be an offset index of a log of `logSize` bytes: both columns increase strictly and
   * positions lie in the log. A padded, torn or foreign file gives fewer than it has.
   */
  static plausibleEntries(bytes: Uint8Array, logSize: number): number {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const count = Math.floor(bytes.length / OFFSET_ENTRY_SIZE);
    let offset = -1;
    let position = 0;
    for (let slot = 0; slot < count; slot++) {
      const nextOffset = view.getUint32(slot * OFFSET_ENTRY_SIZE);
      const nextPosition = view.getUint32(slot * OFFSET_ENTRY_SIZE + POSITION);
      if (nextOffset <= offset || nextPosition <= position || nextPosition >= logSize) return slot;
      offset = nextOffset;
      position = nextPosition;
    }
    return count;
  }
}
