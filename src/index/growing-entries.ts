/**
 * The bytes of an index that still grows: fixed-size entries, in memory, laid out as they will stand in the file.
 *
 * The active segment's indexes live here and reach their files at checkpoints, at a roll and at close: an append costs no system
 * call and no page fault for them, and a full disk cannot fail it on their account. What a crash takes, recovery makes again from
 * the log, which it scans from the recovery point anyway.
 */
import { assert } from '../assert.ts';
import type { LogFile } from '../file/file-system.ts';

const FIRST_ENTRIES = 8;

export class GrowingEntries {
  readonly entrySize: number;
  bytes: Uint8Array;
  view: DataView;
  #count = 0;
  #persisted = 0;

  constructor(entrySize: number, content: Uint8Array = new Uint8Array(0)) {
    assert(content.length % entrySize === 0, 'bytes of an index, and of its entries:', content.length, entrySize);
    this.entrySize = entrySize;
    this.#count = content.length / entrySize;
    this.#persisted = this.#count;
    this.bytes = content;
    this.view = viewOf(content);
  }

  get count(): number {
    return this.#count;
  }

  /** Entries that the file does not have yet. */
  get unpersisted(): number {
    return this.#count - this.#persisted;
  }

  /** Makes room for one more entry and returns its position; the caller fills it. */
  push(): number {
    const position = this.#count * this.entrySize;
    if (position + this.entrySize > this.bytes.length) this.#grow();
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
    const start = this.#persisted * this.entrySize;
    const end = this.#count * this.entrySize;
    file.write(this.bytes, start, end, start);
    this.#persisted = this.#count;
  }

  #grow(): void {
    const entries = Math.max(FIRST_ENTRIES, this.#count * 2);
    const larger = new Uint8Array(entries * this.entrySize);
    larger.set(this.bytes.subarray(0, this.#count * this.entrySize));
    this.bytes = larger;
    this.view = viewOf(larger);
  }
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
