/**
 * One partition that is being consumed: where it is, and how its records go into the output, a piece at a time.
 *
 * Control batches, which mark the ends of transactions, are passed over. Where the log has no longer what comes next (the writer's retention was
 * faster, or recovery cut the log), it goes on where the log does, and says so.
 */
import { isMillraceError } from '../../errors.ts';
import type { FollowedLog } from '../../log/log-follower.ts';
import type { ReadOptions } from '../../log/log-reader.ts';
import type { BatchRun } from '../../record/batches.ts';
import { bufferView } from '../../record/buffer-view.ts';
import type { RecordBatch } from '../../record/record-batch.ts';
import type { RecordCursor } from '../../record/record-cursor.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { RecordPlace, RecordWriter } from './record-text.ts';
import { ValueCopy } from './value-copy.ts';
import { ValueGather } from './value-gather.ts';

const NOTHING = Buffer.alloc(0);
/** Of a read whose values the addon copies: little beside the window that it lies in, much beside what a turn of the loop takes. */
const COPIED_READ = { maxBytes: 16 * 1024 * 1024 };

export interface PartitionReaderOptions {
  readonly log: FollowedLog;
  readonly partition: number;
  /** Where to begin. */
  readonly offset: number;
  readonly write: RecordWriter;
  /** Where `write` writes the value and these bytes, and nothing else: there is a quicker way for that. */
  readonly valueSuffix?: Uint8Array | null;
  /** A file's descriptor, which `out` writes to; null where that is no file. */
  readonly file?: number | null;
  readonly out: OutputBuffer;
  /** Told that the log did not have `offset` any more, and that reading goes on at `next`. */
  readonly onGap: (offset: number, next: number) => void;
}

export class PartitionReader {
  readonly log: FollowedLog;
  readonly partition: number;
  /** The log's end when this began. */
  readonly endAtStart: number;
  /** Where the next read begins. */
  offset: number;
  readonly #options: PartitionReaderOptions;
  readonly #gather: ValueGather | null;
  readonly #copy: ValueCopy | null;
  /** Read, and for the copy to write. */
  #run: BatchRun | null = null;
  #batches: Iterator<RecordBatch> | null = null;
  #batch: RecordBatch | null = null;
  #cursor: RecordCursor | null = null;
  /** Records of the batch up to this one are written already. */
  #writtenDelta = -1;
  /** Of the next batch, the same. */
  #startedDelta = -1;
  /** Of the records of the batch; null until one of them is looked at. */
  #place: RecordPlace | null = null;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    const { valueSuffix = null, file = null } = options;
    this.#gather = valueSuffix === null ? null : new ValueGather(valueSuffix);
    this.#copy = valueSuffix === null || file === null ? null : new ValueCopy(valueSuffix, file);
    this.log = options.log;
    this.partition = options.partition;
    this.offset = options.offset;
    this.endAtStart = options.log.endOffset;
  }

  /** Is something of the last read still to be written? */
  get isInside(): boolean {
    return this.#batches !== null || this.#run !== null;
  }

  /** Does `write` pass over the output? Then that must be flushed before. */
  get passesOutput(): boolean {
    return this.#run !== null;
  }

  /** Reads what comes next; false when there is nothing. */
  readOn(): boolean {
    const run = this.#read();
    if (run.size === 0) {
      this.offset = run.startOffset;
      return false;
    }
    if (this.#copy === null) this.#batches = run[Symbol.iterator]();
    else this.#run = run;
    return true;
  }

  /** Writes records of the last read until the output is full, `most` are written, or none is left; returns how many. */
  write(most: number): number {
    let written = this.#run === null ? 0 : this.#copyRun(this.#copy!, this.#run, most);
    while (written < most && this.#batches !== null && !this.#options.out.isFull) {
      if (this.#batch === null && !this.#nextBatch()) break;
      const left = most - written;
      written += this.#cursor === null ? this.#gatherBatch(this.#gather!, left) : this.#writeBatch(this.#cursor, left);
    }
    return written;
  }

  /** Leaves to the other ways what this does not take. */
  #copyRun(copy: ValueCopy, run: BatchRun, most: number): number {
    const written = copy.write(run, most);
    this.#run = null;
    if (copy.nextOffset >= 0) this.offset = copy.nextOffset;
    if (copy.rest !== null) {
      this.#batches = copy.rest[Symbol.iterator]();
      this.#startedDelta = copy.offsetDelta;
    }
    return written;
  }

  #nextBatch(): boolean {
    for (;;) {
      const next = this.#batches!.next();
      if (next.done === true) {
        this.#batches = null;
        return false;
      }
      const batch = next.value;
      if (!batch.isControl) {
        this.#batch = batch;
        this.#place = null;
        this.#writtenDelta = this.#startedDelta;
        this.#startedDelta = -1;
        if (this.#gather === null || this.#writtenDelta >= 0) this.#cursor = batch.cursor();
        else this.#gather.begin(batch);
        return true;
      }
      this.offset = batch.nextOffset;
    }
  }

  #gatherBatch(gather: ValueGather, most: number): number {
    const written = gather.write(this.#options.out, most);
    if (gather.isAll) this.#endBatch();
    else if (gather.isDone) {
      this.#writtenDelta = gather.offsetDelta;
      this.#cursor = this.#batch!.cursor();
    }
    return written;
  }

  #writeBatch(cursor: RecordCursor, most: number): number {
    const { out, write } = this.#options;
    let written = 0;
    while (written < most && !out.isFull) {
      if (!cursor.next()) {
        this.#endBatch();
        break;
      }
      if (cursor.offsetDelta <= this.#writtenDelta) continue;
      write(out, cursor, this.#place ?? this.#locate(cursor));
      written++;
    }
    return written;
  }

  #endBatch(): void {
    this.offset = this.#batch!.nextOffset;
    this.#batch = null;
    this.#cursor = null;
  }

  /** A record's view tells where the positions of all records of its batch count from. */
  #locate(cursor: RecordCursor): RecordPlace {
    const { partition } = this;
    const view = cursor.value ?? cursor.key;
    // Null has no place: the next record is asked.
    if (view === null) return { partition, bytes: NOTHING };
    const start = view.byteOffset - (cursor.valueSize < 0 ? cursor.keyPosition : cursor.valuePosition);
    this.#place = { partition, bytes: bufferView(view.buffer, start, view.buffer.byteLength - start) };
    return this.#place;
  }

  get #readOptions(): ReadOptions {
    return this.#copy === null ? {} : COPIED_READ;
  }

  #read(): BatchRun {
    const { log } = this;
    try {
      return log.read(this.offset, this.#readOptions);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) throw error;
      const next = this.offset < log.startOffset ? log.startOffset : log.endOffset;
      this.#options.onGap(this.offset, next);
      this.offset = next;
      return log.read(next, this.#readOptions);
    }
  }
}
