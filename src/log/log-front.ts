/**
 * The segment at which a log that another process writes is followed: its file, held open, and up to where its batches are known.
 *
 * Batches are read through the descriptor and checked before they count; then they may be mapped, for the writer gives back only what it had
 * reserved past them. A cut puts another file in this one's place; the descriptor makes sure that its inode is not given to that one.
 */
import type { LogFile } from '../file/file-system.ts';
import { BATCH_LOG_OVERHEAD, LOOK_BYTES, SEGMENT_OFFSETS_MAX } from '../limits.ts';
import { BATCH_LENGTH } from '../record/batch-format.ts';
import { GrowingIndexes, type IndexSettings } from '../segment/growing-indexes.ts';
import { entriesHold } from '../segment/index-check.ts';
import { loadUnsealedIndexes } from '../segment/index-loading.ts';
import { LOG_SUFFIX, segmentFile } from '../segment/segment-files.ts';
import { ScanMemory, scanSegment } from '../segment/segment-scan.ts';
import { Segment, type SegmentEnvironment } from '../segment/segment.ts';

/** What stands past the known batches: bytes of a batch, reserved zeros, or nothing. */
export type Beyond = 'bytes' | 'zeros' | 'end';

/** Base offset and length of a batch: a look and a scan are over before another one begins. */
const lookedAt = Buffer.alloc(BATCH_LOG_OVERHEAD);
let scanMemory: ScanMemory | null = null;

export class LogFront {
  readonly segment: Segment;
  readonly #file: LogFile;
  readonly #indexes: GrowingIndexes;
  #position: number;

  static open(
    environment: SegmentEnvironment,
    directory: string,
    baseOffset: number,
    settings: IndexSettings,
  ): LogFront {
    const { system } = environment;
    const file = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r');
    try {
      const { offsets, times } = loadUnsealedIndexes(system, directory, baseOffset, file.size());
      // The writer may be putting another file in place, and its indexes after that.
      const indexes = entriesHold(file, offsets, times)
        ? new GrowingIndexes(settings, offsets, times)
        : GrowingIndexes.empty(settings, baseOffset);
      return new LogFront(new Segment(environment, directory, baseOffset, 0), file, indexes);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private constructor(segment: Segment, file: LogFile, indexes: GrowingIndexes) {
    const { offsets } = indexes;
    this.segment = segment;
    this.#file = file;
    this.#indexes = indexes;
    this.#position = offsets.count === 0 ? 0 : offsets.positionAt(offsets.count - 1);
    segment.growing = indexes;
    segment.expect(file.inode);
  }

  /** One small read: what stands past the known batches. */
  beyond(): Beyond {
    const length = this.#file.read(lookedAt, 0, BATCH_LOG_OVERHEAD, this.#position);
    // A writer stores the length last. Less than that is no batch: a writer reserves whole pages.
    if (length < BATCH_LOG_OVERHEAD) return 'end';
    return lookedAt.readInt32BE(BATCH_LENGTH) === 0 ? 'zeros' : 'bytes';
  }

  /** Takes in the whole batches past the known ones, of which the last one ends at `nextOffset`. Returns where they end now. */
  scan(nextOffset: number): number {
    const { segment } = this;
    const scan = scanSegment(
      this.#file,
      {
        position: this.#position,
        size: this.#file.size(),
        nextOffset,
        epoch: -1,
        lastOffsetMax: segment.baseOffset + SEGMENT_OFFSETS_MAX,
        firstChunkBytes: LOOK_BYTES,
      },
      (header, position) => this.#indexes.add(position, header.lastOffset, header.maxTimestamp),
      (scanMemory ??= new ScanMemory()),
    );
    if (scan.position === this.#position) return nextOffset;
    this.#position = scan.position;
    segment.published(scan.position, scan.position);
    return scan.nextOffset;
  }

  /** Does its name still lead to it? */
  isInPlace(): boolean {
    return this.segment.isInPlace();
  }

  close(): void {
    this.#file.close();
  }
}
