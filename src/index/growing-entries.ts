/**
 * The bytes of an index that may still grow: fixed-size entries, in memory, laid out as they will stand in the file.
 *
 * The active segment's indexes live here and reach their files at checkpoints, at a roll and at close: an append costs no system
 * call and no page fault for them, and a full disk cannot fail it on their account. What a crash takes, recovery makes again from
 * the log, which it scans from the recovery point anyway. A sealed segment's indexes are the bytes of their files, and never grow.
 */
import { assert } from '../assert.ts';
import type { LogFile } from '../file/file-system.ts';

const FIRST_ENTRIES = 8;

/** Of all indexes that have no entry: a buffer of its own each would cost more than the rest of a new segment. */
const NOTHING = new Uint8Array(0);
const NO_ENTRIES = new DataView(NOTHING.buffer);

export class GrowingEntries {
  readonly entrySize: number;
  view: DataView;
  #count: number;
  #persisted: number;

  /** `content`: the valid bytes of an index file, or nothing. */
  constructor(entrySize: number, content: Uint8Array = NOTHING) {
    assert(content.length % entrySize === 0, 'bytes of an index, and of its entries:', content.length, entrySize);
    this.entrySize = entrySize;
    this.#count = content.length / entrySize;
    this.#persisted = this.#count;
    this.view = content === NOTHING ? NO_ENTRIES : new DataView(content.buffer, content.byteOffset, content.length);
  }

  get count(): number {
    return this.#count;
  }

  /** All entries as they stand in the file. */
  get bytes(): Uint8Array {
    return new Uint8Array(this.view.buffer, this.view.byteOffset, this.#count * this.entrySize);
  }

  /** Entries that the file does not have yet. */
  get unpersisted(): number {
    return this.#count - this.#persisted;
  }

  /** Makes room for one more entry and returns its position; the caller fills it. */
  push(): number {
    const position = this.#count * this.entrySize;
    if (position + this.entrySize > this.view.byteLength) this.#grow();
    this.#count++;
    return position;
  }

  /** Keeps the first `count` entries. */
  truncate(count: number): void {
    this.#count = Math.min(this.#count, count);
    this.#persisted = Math.min(this.#persisted, this.#count);
  }

  /** Writes what the file lacks; the file may be longer afterwards than its valid part until it is trimmed at the seal. */
  persist(file: LogFile): void {
    if (this.unpersisted === 0) return;
    const { bytes } = this;
    const start = this.#persisted * this.entrySize;
    file.write(bytes, start, bytes.length, start);
    this.#persisted = this.#count;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.max(FIRST_ENTRIES, this.#count * 2) * this.entrySize);
    larger.set(this.bytes);
    this.view = new DataView(larger.buffer);
  }
}
