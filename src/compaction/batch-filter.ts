/**
 * What of a batch survives compaction, by Kafka's rules. (`Cleaner.cleanInto`, `MemoryRecords.filterTo`.)
 *
 *  - Aborted data goes. Of a key only the newest record stays, as far as the map knows; a record without a key goes.
 *  - A tombstone stays until the delete horizon of its batch: `delete.retention.ms` after the pass that met it first, which writes it into the batch's
 *    header (KIP-534). A marker stays while data of its transaction is there, and then until its horizon.
 *  - A batch that has a producer's last sequence, or the log's last offset, stays even when it is empty.
 *
 * Offsets never change. A batch of which all stays is copied as it is; any other is written anew with its own codec.
 */
import { isMillraceError } from '../errors.ts';
import { BATCH_HEADER_SIZE } from '../limits.ts';
import { native } from '../native.ts';
import type { BatchHeader } from '../record/batch-header.ts';
import type { ByteWindow } from '../record/byte-window.ts';
import { compress } from '../record/compression.ts';
import { joinBatch } from '../record/recompress.ts';
import type { CompressionName } from '../types.ts';
import type { CleanedTransactions } from './cleaned-transactions.ts';
import { controlTypeOf } from './control-type.ts';
import type { OffsetMap } from './offset-map.ts';
import { malformedRecords, type RecordBytes, recordBytes } from './sealed-segment.ts';

/** What a producer wrote last, so that its sequence goes on after compaction. `lastDataOffset` is -1 where it is a marker. */
export interface LastRecord {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly lastDataOffset: number;
}

export interface FilterRules {
  readonly producers: readonly LastRecord[];
  /** A batch that ends here is kept, if need be without records: the log's last offset must not be lost. */
  readonly highWatermark: number;
  readonly now: number;
  readonly deleteRetentionMs: number;
}

/** What becomes of a batch: it goes, is copied, or is written anew. `empty` writes its header alone. */
export type Verdict = 'drop' | 'copy' | 'rewrite' | 'empty';

const NO_HORIZON = -1;
/** Bytes that a record takes at least. */
const RECORD_BYTES_MIN = 7;
/** What a record may grow by when its timestamp is told from another base (native/core/record_filter.h). */
const GROWTH_MAX = 14;
/** What a codec may make larger that it cannot make smaller: a part of it (snappy a sixth), and its framing. */
const INCOMPRESSIBLE_SHARE = 1 / 4;
const FRAMING_BYTES = 512;

export class BatchFilter {
  recordsRead = 0;
  recordsKept = 0;
  /** Records without a key, which a compacted topic should not have. */
  recordsWithoutKey = 0;
  readonly #map: OffsetMap;
  readonly #rules: FilterRules;
  readonly #directory: string;
  readonly #transactions: CleanedTransactions;
  readonly #producers: Map<number, LastRecord>;
  readonly #result = new Float64Array(5);
  #keep = new Uint8Array(1024);
  #records: RecordBytes | null = null;
  #horizon = NO_HORIZON;
  #kept = 0;

  constructor(map: OffsetMap, transactions: CleanedTransactions, rules: FilterRules, directory: string) {
    this.#map = map;
    this.#transactions = transactions;
    this.#rules = rules;
    this.#directory = directory;
    this.#producers = new Map(rules.producers.map((last) => [last.producerId, last]));
  }

  /** To be asked once for each batch, in the order of the log; then, for a batch to be written anew, `writtenSizeMax` and `write`. */
  judge(header: BatchHeader, window: ByteWindow): Verdict {
    const { isControl, producerId, lastOffset, recordCount } = header;
    const isOver = isControl
      ? this.#transactions.isOver(producerId, controlTypeOf(header, window), lastOffset)
      : this.#transactions.isAborted(producerId, header.isTransactional, lastOffset);
    const oldHorizon = header.hasDeleteHorizon ? header.baseTimestamp : NO_HORIZON;
    const { now, deleteRetentionMs } = this.#rules;
    const isPast = oldHorizon !== NO_HORIZON && oldHorizon <= now;
    const goes = isOver && (!isControl || isPast);
    const isLast = this.#isLastOfProducer(header) || header.nextOffset === this.#rules.highWatermark;
    this.recordsRead += recordCount;
    if (goes) return isLast ? 'empty' : 'drop';

    this.#records = null;
    const tombstones = isControl ? this.#keepAll(recordCount) : this.#judgeRecords(header, window, isPast);
    if (this.#kept === 0) return isLast ? 'empty' : 'drop';
    this.recordsKept += this.#kept;
    const isNewHorizon = oldHorizon === NO_HORIZON && (tombstones || (isControl && isOver));
    if (this.#kept === recordCount && !isNewHorizon) return 'copy';
    this.#horizon = isNewHorizon ? now + deleteRetentionMs : oldHorizon;
    this.#records ??= recordBytes(header, window);
    return 'rewrite';
  }

  /** Room that `write` needs for the batch that was judged last. */
  writtenSizeMax(header: BatchHeader): number {
    const { start, end } = this.#records!;
    const plain = end - start + GROWTH_MAX * header.recordCount;
    return BATCH_HEADER_SIZE + plain + Math.ceil(plain * INCOMPRESSIBLE_SHARE) + FRAMING_BYTES;
  }

  /** Writes what is left of the batch at `at`; returns its size. */
  write(header: BatchHeader, window: ByteWindow, out: ByteWindow, at: number): number {
    const { bytes, start, end } = this.#records!;
    const { position, compression } = header;
    const keep = this.#keep;
    const size = native.writeKept(window.bytes, position, bytes, start, end, keep, this.#horizon, out.bytes, at);
    if (size < 0) throw malformedRecords(header, this.#directory);
    if (compression === 'none') return size;
    const plain = out.bytes.subarray(at, at + size);
    const packed = pack(plain, compression);
    if (packed === null) return size;
    out.bytes.set(packed, at);
    return packed.length;
  }

  /** Sets the records that stay; returns whether a tombstone is among them. */
  #judgeRecords(header: BatchHeader, window: ByteWindow, dropTombstones: boolean): boolean {
    const { recordCount, position } = header;
    const { latestOffset, memory } = this.#map;
    const records = recordBytes(header, window);
    const { bytes, start, end } = records;
    this.#records = records;
    this.#makeRoom(header, records);
    const result = this.#result;
    const keep = this.#keep;
    const wellFormed = native.judgeRecords(
      memory,
      window.bytes,
      position,
      bytes,
      start,
      end,
      latestOffset,
      dropTombstones,
      keep,
      result,
    );
    if (!wellFormed || result[0] !== recordCount) throw malformedRecords(header, this.#directory);
    this.#kept = result[1];
    this.recordsWithoutKey += result[3];
    return result[2] !== 0;
  }

  #keepAll(count: number): boolean {
    if (count > this.#keep.length) this.#keep = new Uint8Array(count);
    this.#keep.fill(1, 0, count);
    this.#kept = count;
    return false;
  }

  /** A lying count must not take memory. */
  #makeRoom(header: BatchHeader, { start, end }: RecordBytes): void {
    const { recordCount } = header;
    if (recordCount > (end - start) / RECORD_BYTES_MIN) throw malformedRecords(header, this.#directory);
    if (recordCount > this.#keep.length) this.#keep = new Uint8Array(2 * recordCount);
  }

  #isLastOfProducer({ producerId, producerEpoch, lastOffset, isControl }: BatchHeader): boolean {
    const last = producerId < 0 ? undefined : this.#producers.get(producerId);
    if (last === undefined) return false;
    if (last.lastDataOffset >= 0) return lastOffset === last.lastDataOffset;
    return isControl && producerEpoch === last.producerEpoch;
  }
}

/** A batch under a codec; null where this Node cannot compress with it (zstd before 22.15, docs/format.md), for a log must not be left alone for that. */
function pack(plain: Uint8Array, codec: CompressionName): Uint8Array | null {
  try {
    return joinBatch(plain, compress(codec, plain.subarray(BATCH_HEADER_SIZE)), codec);
  } catch (error) {
    if (isMillraceError(error, 'ERR_MILLRACE_UNSUPPORTED')) return null;
    throw error;
  }
}
