/**
 * Makes a sealed segment's indexes again, in memory, from its log: for index files that were lost or damaged. Writes nothing, since a reader in
 * another process may be the one who finds it; recovery and `found-indexes.ts` write the files.
 *
 * Reads the whole `.log` once, all at once or in steps. Where the log itself is damaged the indexes end there, and reading on from there says so.
 */
import type { FileSystem, LogFile } from '../file/file-system.ts';
import { GrowingIndexes, type IndexSettings } from './growing-indexes.ts';
import { LOG_SUFFIX, segmentFile } from './segment-files.ts';
import { ScanMemory, scanSegment } from './segment-scan.ts';

export class IndexRebuild {
  readonly indexes: GrowingIndexes;
  /** Bytes of the log. */
  readonly size: number;
  readonly #file: LogFile;
  readonly #memory = new ScanMemory();
  #next: { position: number; nextOffset: number; epoch: number };
  #bytesRead = 0;

  constructor(system: FileSystem, directory: string, baseOffset: number, settings: IndexSettings) {
    this.indexes = GrowingIndexes.empty(settings, baseOffset);
    this.#next = { position: 0, nextOffset: baseOffset, epoch: -1 };
    this.#file = system.open(segmentFile(directory, baseOffset, LOG_SUFFIX), 'r');
    this.size = this.#file.size();
  }

  /** Where the next step begins. */
  get position(): number {
    return this.#next.position;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  /** Is it through with all of the log? Damage ends it before. */
  get isWhole(): boolean {
    return this.#next.position === this.size;
  }

  /** Goes on for `bytes`, and to the end of the batch there; false when nothing is left. */
  step(bytes: number): boolean {
    const until = this.#next.position + bytes;
    let isCut = false;
    const options = { ...this.#next, size: this.size, lastOffsetMax: Infinity };
    const visit = (header: { lastOffset: number; maxTimestamp: number; size: number }, position: number): boolean => {
      this.indexes.add(position, header.lastOffset, header.maxTimestamp);
      isCut = position + header.size >= until;
      return !isCut;
    };
    const { position, nextOffset, epoch, bytesRead } = scanSegment(this.#file, options, visit, this.#memory);
    this.#next = { position, nextOffset, epoch };
    this.#bytesRead += bytesRead;
    if (!isCut) this.indexes.seal();
    return isCut;
  }

  close(): void {
    this.#file.close();
  }
}

export function rebuildIndexes(
  system: FileSystem,
  directory: string,
  baseOffset: number,
  settings: IndexSettings,
): Pick<IndexRebuild, 'indexes' | 'isWhole' | 'bytesRead'> {
  const rebuild = new IndexRebuild(system, directory, baseOffset, settings);
  try {
    rebuild.step(Infinity);
    return rebuild;
  } finally {
    rebuild.close();
  }
}
