/**
 * Walks a `.log` batch by batch for who wants to see all that is in it, damaged or not; recovery has a walk of its own (segment-scan.ts).
 *
 *     const walk = new BatchWalk(file);
 *     do while (walk.next()) use(walk.header, walk.position, walk.isValid);
 *     while (walk.resume());
 *
 * A batch whose checksum does not fit is shown too, with `isValid` false, and the walk goes on behind it. Where no batch can be told from the bytes
 * it ends, and `end` says where and why; `resume` looks for the next whole batch behind that place. Reads through a buffer and maps nothing, so a file that
 * somebody cuts meanwhile is only shorter. What `header` and `batch` show is valid up to the next step.
 */
import type { LogFile } from '../file/file-system.ts';
import { BATCH_BYTES_MAX, BATCH_HEADER_SIZE, BATCH_LOG_OVERHEAD, SCAN_CHUNK_BYTES } from '../limits.ts';
import { native } from '../native.ts';
import { ATTRIBUTES, BASE_OFFSET, BATCH_LENGTH, CRC, MAGIC, MAGIC_V2 } from '../record/batch-format.ts';
import { BatchHeader } from '../record/batch-header.ts';
import { byteWindow, type ByteWindow } from '../record/byte-window.ts';
import { readInt64 } from '../record/int64.ts';
import { RecordBatch } from '../record/record-batch.ts';

/**
 * Why a walk ended: with the file; at zeros up to the end of the file, which were reserved; at zeros that other bytes follow; at a batch whose length
 * is not written yet, or never was; at a batch that goes on past the end of the file; at a length, magic or offset that no batch can have.
 */
export type WalkEndReason = 'end' | 'zeros' | 'hole' | 'unpublished' | 'short' | 'length' | 'magic' | 'offset';

export interface WalkEnd {
  readonly position: number;
  readonly reason: WalkEndReason;
  /** Bytes of the file from `position` on. */
  readonly bytesLeft: number;
  /** What stands there, to be said behind the file and the position. */
  readonly found: string;
}

export class BatchWalk {
  readonly #file: LogFile;
  #buffer: ByteWindow;
  /** Where in the file the buffer begins, and how many bytes of the file it holds. */
  #start = 0;
  #filled = 0;
  #position = 0;
  #next: number;
  #size: number;
  #header: BatchHeader | null = null;
  #isValid = false;
  /** The last batch, if its checksum did not fit: then its length may be wrong too. */
  #doubtful = -1;
  #end: WalkEnd | null = null;
  #bytesRead = 0;

  constructor(file: LogFile, from = 0) {
    this.#file = file;
    this.#next = from;
    this.#size = file.size();
    // Many logs are small, and a store may have ten thousand of them.
    this.#buffer = window(Math.max(BATCH_HEADER_SIZE, Math.min(SCAN_CHUNK_BYTES, this.#size)));
  }

  /** Where the present batch begins. */
  get position(): number {
    return this.#position;
  }

  get header(): BatchHeader {
    return this.#header!;
  }

  /** What has all of the present batch, at `header.position`. */
  get window(): ByteWindow {
    return this.#buffer;
  }

  /** Does the checksum fit? */
  get isValid(): boolean {
    return this.#isValid;
  }

  /** The present batch with its records; ERR_MILLRACE_CORRUPT where its counts cannot be. */
  get batch(): RecordBatch {
    return new RecordBatch(this.#buffer, this.#position - this.#start);
  }

  /** Null as long as there may be another batch. */
  get end(): WalkEnd | null {
    return this.#end;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Goes to the next batch; false where there is none, and then `end` says why. */
  next(): boolean {
    if (this.#end !== null) return false;
    const position = this.#next;
    if (!this.#holds(position, BATCH_HEADER_SIZE)) return this.#endInHeader(position);
    const { view } = this.#buffer;
    const at = position - this.#start;
    const length = view.getInt32(at + BATCH_LENGTH);
    if (length === 0) return this.#endAtNoLength(position);
    if (length < BATCH_HEADER_SIZE - BATCH_LOG_OVERHEAD || length > BATCH_BYTES_MAX)
      return this.#endAt(position, 'length', `has a batch length of ${length}`);
    const magic = view.getInt8(at + MAGIC);
    if (magic !== MAGIC_V2) return this.#endAt(position, 'magic', `has magic ${magic}, expected ${MAGIC_V2}`);
    const offset = readInt64(view, at + BASE_OFFSET);
    if (offset < 0 || offset > Number.MAX_SAFE_INTEGER)
      return this.#endAt(position, 'offset', `has a base offset of ${offset}`);
    const size = length + BATCH_LOG_OVERHEAD;
    if (!this.#holds(position, size))
      return this.#endAt(position, 'short', `has a batch of ${size} bytes, and ${this.#size - position} are left`);
    this.#show(position);
    this.#doubtful = this.#isValid ? -1 : position;
    this.#next = position + size;
    return true;
  }

  /** After an end within the file: goes on at the next whole batch whose checksum fits. False where there is none. */
  resume(): boolean {
    if (this.#end === null || this.#end.reason === 'end' || this.#end.reason === 'zeros') return false;
    const found = this.#findBatch((this.#doubtful < 0 ? this.#end.position : this.#doubtful) + 1);
    if (found < 0) return false;
    this.#doubtful = -1;
    this.#next = found;
    this.#end = null;
    return true;
  }

  /** Looks again at where the walk ended, or at the present batch: a writer may have gone on meanwhile. */
  lookAgain(): void {
    this.#next = this.#end?.position ?? this.#position;
    this.#end = null;
    this.#filled = 0;
    this.#size = this.#file.size();
  }

  #show(position: number): void {
    const at = position - this.#start;
    this.#position = position;
    if (this.#header === null) this.#header = new BatchHeader(this.#buffer, at);
    else this.#header.moveTo(this.#buffer, at);
    const { bytes, view } = this.#buffer;
    this.#isValid = view.getUint32(at + CRC) === native.crc32c(bytes, at + ATTRIBUTES, at + this.#header.size);
  }

  /** Are [position, position + length) of the file in the buffer? Reads them if they are not; false where the file ends before. */
  #holds(position: number, length: number): boolean {
    if (position >= this.#start && position + length <= this.#start + this.#filled) return true;
    if (position + length > this.#size) return false;
    if (length > this.#buffer.bytes.length) this.#buffer = window(length);
    const wanted = Math.min(this.#buffer.bytes.length, this.#size - position);
    this.#start = position;
    this.#filled = this.#file.read(this.#buffer.bytes, 0, wanted, position);
    this.#bytesRead += this.#filled;
    if (this.#filled < wanted) this.#size = position + this.#filled;
    return length <= this.#filled;
  }

  #endInHeader(position: number): false {
    const left = this.#size - position;
    if (left <= 0) return this.#endAt(position, 'end', 'ends');
    if (this.#firstNonZero(position) < 0) return this.#endAt(position, 'zeros', `has ${left} bytes of zeros`);
    return this.#endAt(position, 'short', `ends after ${left} bytes of a batch header`);
  }

  #endAtNoLength(position: number): false {
    const other = this.#firstNonZero(position);
    if (other < 0) return this.#endAt(position, 'zeros', `has ${this.#size - position} bytes of zeros`);
    if (other >= position + BATCH_HEADER_SIZE)
      return this.#endAt(position, 'hole', `has zeros, and other bytes from ${other} on`);
    return this.#endAt(position, 'unpublished', 'has a batch without a length');
  }

  #endAt(position: number, reason: WalkEndReason, found: string): false {
    this.#end = { position, reason, bytesLeft: Math.max(0, this.#size - position), found };
    return false;
  }

  /** The first byte from `position` on that is not zero; -1 where all are. */
  #firstNonZero(position: number): number {
    for (let from = position; from < this.#size; from = this.#start + this.#filled) {
      if (!this.#holds(from, 1)) return -1;
      const { bytes } = this.#buffer;
      for (let i = from - this.#start; i < this.#filled; i++) if (bytes[i] !== 0) return this.#start + i;
    }
    return -1;
  }

  /** The first position from `from` on where a whole batch stands whose checksum fits; -1 where there is none. */
  #findBatch(from: number): number {
    for (let position = from; this.#holds(position, BATCH_HEADER_SIZE);) {
      const last = this.#filled - BATCH_HEADER_SIZE;
      const { bytes } = this.#buffer;
      let at = position - this.#start;
      // Most bytes are no magic: only where one is, the rest is looked at.
      while (at <= last && !(bytes[at + MAGIC] === MAGIC_V2 && this.#looksLikeHeader(at))) at++;
      position = this.#start + at;
      if (at > last) continue;
      const size = this.#buffer.view.getInt32(at + BATCH_LENGTH) + BATCH_LOG_OVERHEAD;
      if (this.#holds(position, size)) {
        this.#show(position);
        if (this.#isValid) return position;
      }
      position++;
    }
    return -1;
  }

  #looksLikeHeader(at: number): boolean {
    const { view } = this.#buffer;
    const length = view.getInt32(at + BATCH_LENGTH);
    if (length < BATCH_HEADER_SIZE - BATCH_LOG_OVERHEAD || length > this.#size - this.#start - at - BATCH_LOG_OVERHEAD)
      return false;
    const offset = readInt64(view, at + BASE_OFFSET);
    return offset >= 0 && offset <= Number.MAX_SAFE_INTEGER && (view.getUint16(at + ATTRIBUTES) & 0xff80) === 0;
  }
}

function window(size: number): ByteWindow {
  return byteWindow(Buffer.allocUnsafeSlow(size));
}
