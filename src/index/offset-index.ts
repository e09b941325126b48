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
import { native } from '../native.ts';
import type { LogFile } from '../file/file-system.ts';
import { GrowingEntries } from './growing-entries.ts';

export const OFFSET_ENTRY_SIZE = 8;

/** Lookups cost one native call; the entries grow in memory or are the bytes of a file. */
export class OffsetIndex {
  readonly baseOffset: number;
  readonly #entries: GrowingEntries;

  /** `content`: the valid bytes of an index file, or nothing. */
  constructor(baseOffset: number, content?: Uint8Array) {
    this.baseOffset = baseOffset;
    this.#entries = new GrowingEntries(OFFSET_ENTRY_SIZE, content);
  }

  get count(): number {
    return this.#entries.count;
  }

  get bytes(): Uint8Array {
    return this.#entries.bytes.subarray(0, this.count * OFFSET_ENTRY_SIZE);
  }

  /** Absolute offset in the entry at `slot`. */
  offsetAt(slot: number): number {
    return this.baseOffset + this.#entries.view.getUint32(slot * OFFSET_ENTRY_SIZE);
  }

  positionAt(slot: number): number {
    return this.#entries.view.getUint32(slot * OFFSET_ENTRY_SIZE + 4);
  }

  append(lastOffset: number, position: number): void {
    const at = this.#entries.push();
    this.#entries.view.setUint32(at, lastOffset - this.baseOffset);
    this.#entries.view.setUint32(at + 4, position);
  }

  /** Where to begin walking for the batch that has `offset`: a batch's position at or before it. */
  positionBefore(offset: number): number {
    const slot = native.searchOffsetIndex(
      this.#entries.bytes,
      this.count,
      Math.min(offset - this.baseOffset, 0xffff_ffff),
    );
    return slot < 0 ? 0 : this.positionAt(slot);
  }

  /** The last indexed position that is not past `position`; 0 where there is none. */
  floorPosition(position: number): number {
    const slot = native.searchPositionIndex(this.#entries.bytes, this.count, position);
    return slot < 0 ? 0 : this.positionAt(slot);
  }

  /** Drops the entries of batches at or past `position`. */
  truncateToPosition(position: number): void {
    const kept = position <= 0 ? 0 : native.searchPositionIndex(this.#entries.bytes, this.count, position - 1) + 1;
    this.#entries.truncate(kept);
  }

  get unpersisted(): number {
    return this.#entries.unpersisted;
  }

  persist(file: LogFile): void {
    this.#entries.persist(file);
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
      const nextPosition = view.getUint32(slot * OFFSET_ENTRY_SIZE + 4);
      if (nextOffset <= offset || nextPosition <= position || nextPosition >= logSize) return slot;
      offset = nextOffset;
      position = nextPosition;
    }
    return count;
  }
}
