/**
 * One partition that is being consumed: where it is, and how its records go into the output, a piece at a time.
 *
 * Control batches, which mark the ends of transactions, are passed over. Where the log has no longer what comes next (the writer's retention was
 * faster, or recovery cut the log), it goes on where the log does, and says so.
 */
import { isMillraceError } from '../../errors.ts';
import type { FollowedLog } from '../../log/log-follower.ts';
import type { BatchRun } from '../../record/batches.ts';
import { bufferView } from '../../record/buffer-view.ts';
import type { RecordBatch } from '../../record/record-batch.ts';
import type { RecordCursor } from '../../record/record-cursor.ts';
import type { OutputBuffer } from './output-buffer.ts';
import type { RecordPlace, RecordWriter } from './record-text.ts';

const NOTHING = Buffer.alloc(0);

export interface PartitionReaderOptions {
  readonly log: FollowedLog;
  readonly partition: number;
  /** Where to begin. */
  readonly offset: number;
  readonly write: RecordWriter;
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
  #batches: Iterator<RecordBatch> | null = null;
  #batch: RecordBatch | null = null;
  #cursor: RecordCursor | null = null;
  /** Of the records of the batch; null until one of them is looked at. */
  #place: RecordPlace | null = null;

  constructor(options: PartitionReaderOptions) {
    this.#options = options;
    this.log = options.log;
    this.partition = options.partition;
    this.offset = options.offset;
    this.endAtStart = options.log.endOffset;
  }

  /** Is something of the last read still to be written? */
  get isInside(): boolean {
    return this.#batches !== null;
  }

  /** Reads what comes next; false when there is nothing. */
  readOn(): boolean {
    const run = this.#read();
    if (run.size === 0) {
      this.offset = run.startOffset;
      return false;
    }
    this.#batches = run[Symbol.iterator]();
    return true;
  }

  /** Writes records of the last read until the output is full, `most` are written, or none is left; returns how many. */
  write(most: number): number {
    let written = 0;
    while (written < most && !this.#options.out.isFull) {
      if (this.#cursor === null && !this.#nextBatch()) break;
      written += this.#writeBatch(this.#cursor!, most - written);
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
      this.#batch = next.value;
      this.#place = null;
      if (!this.#batch.isControl) {
        this.#cursor = this.#batch.cursor();
        return true;
      }
      this.offset = this.#batch.nextOffset;
    }
  }

  #writeBatch(cursor: RecordCursor, most: number): number {
    const { out, write } = this.#options;
    let written = 0;
    while (written < most && !out.isFull) {
      if (!cursor.next()) {
        this.offset = this.#batch!.nextOffset;
        this.#cursor = null;
        break;
      }
      write(out, cursor, this.#place ?? this.#locate(cursor));
      written++;
    }
    return written;
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

  #read(): BatchRun {
    const { log } = this;
    try {
      return log.read(this.offset);
    } catch (error) {
      if (!isMillraceError(error, 'ERR_MILLRACE_OFFSET_OUT_OF_RANGE')) throw error;
      const next = this.offset < log.startOffset ? log.startOffset : log.endOffset;
      this.#options.onGap(this.offset, next);
      this.offset = next;
      return log.read(next);
    }
  }
}
