/**
 * Are a segment's index files true of its log? Told of each batch as a walk comes by it, and of the end; says what is not.
 *
 * An offset entry points to the beginning of a batch and has its last offset. A time entry has the largest timestamp up to and with the batch that has its
 * offset: the batch's last, as Kafka 4 writes it, or that of the record itself, as Kafka did before. In a settled segment, one that was sealed or stopped cleanly,
 * the files have no bytes but entries, and the last time entry is the largest timestamp of all; until then they may be behind, and padded with zeros.
 */
import type { FileSystem } from '../file/file-system.ts';
import { readWholeFile } from '../file/whole-file.ts';
import { OFFSET_ENTRY_SIZE, OffsetIndex } from '../index/offset-index.ts';
import { TIME_ENTRY_SIZE, TimeIndex } from '../index/time-index.ts';
import type { Findings } from './finding.ts';
import type { IndexSettings } from './growing-indexes.ts';
import { wholeEntries } from './index-contents.ts';
import { OFFSET_INDEX_SUFFIX, segmentFile, TIME_INDEX_SUFFIX } from './segment-files.ts';

export interface AuditedBatch {
  readonly position: number;
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly maxTimestamp: number;
  /** Offset of the first record that has it, as far as it is known. */
  readonly offsetOfMaxTimestamp: number | null;
}

export interface IndexAuditOptions {
  readonly directory: string;
  readonly baseOffset: number;
  readonly settled: boolean;
  /** By which the indexes were made; null where that is not known. */
  readonly settings: IndexSettings | null;
}

export class IndexAudit {
  readonly #findings: Findings;
  readonly #options: IndexAuditOptions;
  readonly #offsetPath: string;
  readonly #timePath: string;
  readonly #offsets: OffsetIndex;
  readonly #times: TimeIndex;
  #offsetSlot = 0;
  #timeSlot = 0;
  #largest = -1;
  #lastPosition = 0;
  /** A part of the log could not be read: what it had is not known. */
  #isPartial = false;

  /** Reads the index files, before the log is walked: a writer adds to the log first. */
  constructor(system: FileSystem, findings: Findings, options: IndexAuditOptions) {
    const { directory, baseOffset } = options;
    this.#findings = findings;
    this.#options = options;
    this.#offsetPath = segmentFile(directory, baseOffset, OFFSET_INDEX_SUFFIX);
    this.#timePath = segmentFile(directory, baseOffset, TIME_INDEX_SUFFIX);
    this.#offsets = new OffsetIndex(baseOffset, this.#load(system, this.#offsetPath, OFFSET_ENTRY_SIZE));
    this.#times = new TimeIndex(baseOffset, this.#load(system, this.#timePath, TIME_ENTRY_SIZE));
    this.#checkOrder();
  }

  /** A batch whose checksum holds; they come in the order of the log. */
  batch(batch: AuditedBatch): void {
    this.#passTo(batch.position);
    const { count } = this.#offsets;
    if (this.#offsetSlot < count && this.#offsets.positionAt(this.#offsetSlot) === batch.position) {
      const offset = this.#offsets.offsetAt(this.#offsetSlot);
      if (offset !== batch.lastOffset) {
        const message = `the entry has offset ${offset}, and the batch at ${batch.position} ends with ${batch.lastOffset}`;
        this.#findings.add('index', this.#offsetPath, this.#offsetSlot * OFFSET_ENTRY_SIZE, message);
      }
      this.#offsetSlot++;
    }
    this.#checkTimes(batch);
    this.#largest = Math.max(this.#largest, batch.maxTimestamp);
    this.#lastPosition = batch.position;
  }

  /** Bytes up to `position` cannot be read: entries of what is there are not judged. */
  skip(position: number): void {
    this.#isPartial = true;
    const { count } = this.#offsets;
    while (this.#offsetSlot < count && this.#offsets.positionAt(this.#offsetSlot) < position) this.#offsetSlot++;
  }

  /** The log has ended at `position`; with `isWhole` nothing behind it may be pointed at. */
  end(position: number, isWhole: boolean): void {
    this.#passTo(position);
    if (!isWhole || this.#isPartial) return;
    for (; this.#offsetSlot < this.#offsets.count; this.#offsetSlot++) {
      const message = `the entry points to ${this.#offsets.positionAt(this.#offsetSlot)}, and the log ends at ${position}`;
      this.#findings.add('index', this.#offsetPath, this.#offsetSlot * OFFSET_ENTRY_SIZE, message);
    }
    for (; this.#timeSlot < this.#times.count; this.#timeSlot++) {
      const message = `the entry has offset ${this.#times.offsetAt(this.#timeSlot)}, which the segment does not have`;
      this.#findings.add('index', this.#timePath, this.#timeSlot * TIME_ENTRY_SIZE, message);
    }
    if (this.#options.settled) this.#checkLast();
  }

  #load(system: FileSystem, path: string, entrySize: number): Uint8Array {
    const isThere = system.exists(path);
    const bytes = isThere ? readWholeFile(system, path) : new Uint8Array(0);
    const { settled } = this.#options;
    if (!isThere && settled) this.#findings.add('missing', path, null, 'the index is missing');
    const whole = wholeEntries(bytes, entrySize);
    if (settled && whole.length < bytes.length) {
      const message = `${bytes.length - whole.length} bytes at the end are no entry`;
      this.#findings.add('index', path, whole.length, message);
    }
    return whole;
  }

  #checkOrder(): void {
    const [offsets, times] = [this.#offsets, this.#times];
    for (let slot = 1; slot < offsets.count; slot++) {
      const increases =
        offsets.offsetAt(slot) > offsets.offsetAt(slot - 1) && offsets.positionAt(slot) > offsets.positionAt(slot - 1);
      if (!increases) this.#outOfOrder(this.#offsetPath, slot * OFFSET_ENTRY_SIZE);
    }
    for (let slot = 1; slot < times.count; slot++) {
      const increases =
        times.timestampAt(slot) > times.timestampAt(slot - 1) && times.offsetAt(slot) >= times.offsetAt(slot - 1);
      if (!increases) this.#outOfOrder(this.#timePath, slot * TIME_ENTRY_SIZE);
    }
  }

  #outOfOrder(path: string, position: number): void {
    this.#findings.add('index', path, position, 'the entry does not come after the one before it');
  }

  /** Entries that point before `position` and were not met point into the middle of a batch. */
  #passTo(position: number): void {
    const { count } = this.#offsets;
    for (; this.#offsetSlot < count && this.#offsets.positionAt(this.#offsetSlot) < position; this.#offsetSlot++) {
      if (this.#isPartial) continue;
      const message = `the entry points to ${this.#offsets.positionAt(this.#offsetSlot)}, where no batch begins`;
      this.#findings.add('index', this.#offsetPath, this.#offsetSlot * OFFSET_ENTRY_SIZE, message);
    }
  }

  #checkTimes(batch: AuditedBatch): void {
    const times = this.#times;
    const object = (message: string): void =>
      this.#findings.add('index', this.#timePath, this.#timeSlot * TIME_ENTRY_SIZE, message);
    for (; this.#timeSlot < times.count && times.offsetAt(this.#timeSlot) <= batch.lastOffset; this.#timeSlot++) {
      const [timestamp, offset] = [times.timestampAt(this.#timeSlot), times.offsetAt(this.#timeSlot)];
      if (offset < batch.baseOffset) {
        if (!this.#isPartial) object(`the entry has offset ${offset}, which no batch has`);
      } else if (timestamp !== batch.maxTimestamp) {
        object(`the entry has timestamp ${timestamp}, and the batch of offset ${offset} has ${batch.maxTimestamp}`);
      } else if (this.#largest > timestamp) {
        object(`the entry has timestamp ${timestamp}, and a batch before it has ${this.#largest}`);
      } else if (offset !== batch.lastOffset && offset !== batch.offsetOfMaxTimestamp) {
        object(`the entry has offset ${offset}, and its timestamp is that of ${batch.offsetOfMaxTimestamp}`);
      }
    }
  }

  #checkLast(): void {
    const { lastTimestamp } = this.#times;
    if (lastTimestamp < this.#largest) {
      const message = `the last entry has timestamp ${lastTimestamp}, and the segment goes up to ${this.#largest}`;
      this.#findings.add('index', this.#timePath, this.#times.bytes.length, message);
    }
    const { settings } = this.#options;
    if (settings === null) return;
    const { count } = this.#offsets;
    const last = count === 0 ? 0 : this.#offsets.positionAt(count - 1);
    const isFull = count >= Math.floor(settings.bytesMax / OFFSET_ENTRY_SIZE);
    if (this.#lastPosition - last > this.#intervalMax(settings) && !isFull) {
      const message = `the index ends with position ${last}, and the log goes up to ${this.#lastPosition}`;
      this.#findings.add('index', this.#offsetPath, count * OFFSET_ENTRY_SIZE, message);
    }
  }

  /** The largest interval by which the index may have been made: the settings may have been others then, and its own entries tell. */
  #intervalMax(settings: IndexSettings): number {
    let smallest = Infinity;
    for (let slot = 0; slot < this.#offsets.count; slot++) {
      const before = slot === 0 ? 0 : this.#offsets.positionAt(slot - 1);
      smallest = Math.min(smallest, this.#offsets.positionAt(slot) - before);
    }
    return smallest === Infinity ? settings.intervalBytes : smallest - 1;
  }
}
