/**
 * An active segment without a file: the ones before it are on their way out, the last of them still as its writer left it, and a partition to which nobody
 * writes any more is to cost no new one.
 */
import type { FileSystem, LogFile } from '../file/file-system.ts';
import type { SegmentWriter } from '../segment/segment-writer.ts';

export interface UnmadeOptions {
  /** Of its `.log`. */
  readonly path: string;
  readonly before: SegmentWriter | null;
  /** Called when the file has been made, with that of the segment before it where this may be needed yet: to be synced, and closed. */
  readonly made: (left: LogFile[]) => void;
}

export class UnmadeSegment {
  readonly #system: FileSystem;
  readonly #options: UnmadeOptions;

  constructor(system: FileSystem, options: UnmadeOptions) {
    this.#system = system;
    this.#options = options;
  }

  /** The `.log` before it, which has what was written last, if it was written since it was opened. */
  get openFile(): LogFile | null {
    return this.#options.before?.openFile ?? null;
  }

  /** Makes the file, for those before it go now. Throws when that fails, and has changed nothing. */
  makeAlone(): void {
    const { before, made } = this.#options;
    this.#make();
    made([]);
    before?.leave();
  }

  /**
   * Makes the file, for it is to be written. Those before it may have to be there after a power failure: the log's start need not be on stable storage yet,
   * and behind a segment that is cut short recovery believes nothing. Throws when that fails, and has changed nothing.
   */
  makeBehind(): void {
    const { path, before, made } = this.#options;
    this.#make();
    let left: LogFile | null;
    try {
      left = before?.part() ?? null;
    } catch (error) {
      this.#system.remove(path);
      throw error;
    }
    made(left === null ? [] : [left]);
  }

  /** It is not to be made. The segment before it goes. */
  leave(): void {
    this.#options.before?.leave();
  }

  /** It is not to be made, and no file may be touched any more. */
  abandon(): void {
    this.#options.before?.abandon();
  }

  #make(): void {
    this.#system.open(this.#options.path, 'w+').close();
  }
}
