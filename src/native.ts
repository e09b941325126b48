/**
 * The addon: its declaration and its loading. The only file that knows that there is one.
 *
 * Everything here may be called from any thread that loaded it (worker threads have an instance of their own).
 * A failing system call throws an `Error` with `code`, `errno`, `syscall` and `path`; a wrong argument throws a
 * `TypeError` or `RangeError`, since only our own code calls it.
 */
import { createRequire } from 'node:module';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { MillraceError } from './errors.ts';
import { packageRoot } from './package-root.ts';

/** Why `scanBatches` stopped; the numbers are the addon's. */
export const scanStop = {
  /** All bytes were walked. */
  end: 0,
  /** `positions` is full; go on at `result[1]`. */
  full: 1,
  /** The batch at `result[1]` is longer than the bytes left; its whole size stands in `result[2]`. */
  short: 2,
  /** The bytes at `result[1]` are zero: reserved and not written (at least the whole fixed header, or all that is left). */
  zeros: 3,
  /** `batchLength` is below the header's or above the bound. */
  length: 4,
  /** The magic byte is not 2; it stands in `result[2]`. */
  magic: 5,
  /** The checksum differs. */
  checksum: 6,
  /** Header fields contradict each other (negative lastOffsetDelta, recordCount above lastOffsetDelta + 1 ...). */
  header: 7,
  /** The base offset lies before the end of the batch before it, or the leader epoch falls. Neither is in the checksum. */
  order: 8,
} as const;

/** Why `gatherValues` stopped; the numbers are the addon's. */
export const gatherStop = {
  /** No record is left. */
  end: 0,
  /** So many were taken as were wanted. */
  most: 1,
  /** The next value does not fit into what is left of the target; the walk stands before it. */
  full: 2,
  /** A value is larger than `sizeMax`: it was not copied, and `walk` says where it is; the walk stands behind it. */
  large: 3,
  /** A record that the quick way does not read: RecordCursor does, or says what is wrong with it. The walk stands before it. */
  malformed: 4,
} as const;

/** What stands where in the `walk` of `gatherValues`. */
export const gatherWalk = {
  /** Of the next record in the bytes; how many there are from there on; the offset delta of the one before it. All move on. */
  position: 0,
  left: 1,
  offsetDelta: 2,
  /** No record may have a larger offset delta; those with a smaller one than the second are passed over. */
  lastOffsetDelta: 3,
  offsetDeltaMin: 4,
  /** Values to copy at most, and the bytes that one may have at most. */
  most: 5,
  sizeMax: 6,
  /** Where the next value goes in the target; moves on. */
  target: 7,
  /** Why it stopped (`gatherStop`), and, for `large`, where the value is. */
  stop: 8,
  valuePosition: 9,
  valueSize: 10,
  length: 11,
} as const;

/** A file mapping is an ArrayBuffer; collecting it unmaps it. */
export type MappedBuffer = ArrayBuffer;

/** Flushes files on a thread of its own; one a data directory. */
export interface NativeFlusher {
  /**
   * Queues one round; rounds run one after another, in order. `fds` are synced by `fdatasync` one by one, or, when
   * `wholeFileSystem`, by one `syncfs` on the descriptor that has been open from the start, followed by one `fdatasync` of the first.
   * Then each of `directories` is synced. `done` is called on the loop's thread: error (first failure of the round, or null), and
   * how many nanoseconds it took. A pending round keeps the process alive; an idle flusher does not.
   */
  flush(
    fds: Int32Array,
    paths: readonly string[],
    directories: readonly string[],
    wholeFileSystem: boolean,
    done: (error: Error | null, elapsedNs: number) => void,
  ): void;
  /** Ends the thread after the queued rounds; later calls of `flush` throw. Idempotent. */
  close(): void;
}

/** Reserves, maps and populates ahead of writers, on a thread of its own; one a data directory. */
export interface NativePager {
  /**
   * Begins: reserve `fd` up to `fileSize`, map [position, position + length) for shared writing, populate its first
   * `populate` bytes; when that is not 0, zeros are written first over all that is new (docs/decisions/0003). With `clean` the zeros
   * go to the disk at once and no page is populated, as befits a file that is flushed all the time. Returns a ticket. `fd` must stay open until
   * `take` or `cancel`.
   */
  prepare(
    fd: number,
    path: string,
    fileSize: number,
    position: number,
    length: number,
    populate: number,
    clean: boolean,
  ): number;
  /** Waits for the ticket's end and returns its mapping, or throws what the reservation or the mapping threw. */
  take(ticket: number): MappedBuffer;
  /** Waits for or drops the ticket; what it mapped is unmapped. What it reserved stays: the caller truncates. */
  cancel(ticket: number): void;
  /** Brings pages [from, to) of a shared mapping in for writing. A later call for the same buffer replaces a waiting one. */
  populate(buffer: MappedBuffer, from: number, to: number): void;
  close(): void;
}

export interface NativeAddon {
  /** Which CRC-32C was chosen at load: `sse4.2+pclmul`, `armv8` or `table`. */
  readonly crc32cKind: string;
  /** CRC-32C (Castagnoli) of bytes[start, end), unsigned. `kind` forces one for tests and benchmarks. */
  crc32c(bytes: Uint8Array, start: number, end: number): number;
  crc32cWith(kind: string, bytes: Uint8Array, start: number, end: number): number;

  /**
   * Walks record batches in bytes[start, end): bounds first, then header, then checksum when `verify`. Each valid batch's position goes
   * into `positions` (relative to `bytes`). Batches must not begin before `nextOffset` nor have a leader epoch (unless -1) below `epoch`.
   * Returns the count; `result` gets [why it stopped (scanStop), position where, detail, next offset after the last valid batch,
   * epoch of the last valid batch].
   */
  scanBatches(
    bytes: Uint8Array,
    start: number,
    end: number,
    options: { verify: boolean; nextOffset: number; epoch: number; batchBytesMax: number },
    positions: Uint32Array,
    result: Float64Array,
  ): number;

  /**
   * Reads all records in bytes[start, end), which a batch's header says are `recordCount` with offset deltas up to `lastOffsetDelta`. False
   * where they are not what they should be, or only RecordCursor can tell. `largest` gets the largest timestamp delta, and the offset delta of the first record that
   * has it; nothing of worth when there are no records.
   */
  checkRecords(
    bytes: Uint8Array,
    start: number,
    end: number,
    recordCount: number,
    lastOffsetDelta: number,
    largest: Float64Array,
  ): boolean;
  /**
   * Copies the values of the records in bytes[walk position, end) to `target`, each followed by `suffix`. Returns how many it copied. `walk`
   * (`gatherWalk`) says where and how many, and moves on, so that the next call goes on.
   */
  gatherValues(bytes: Uint8Array, end: number, walk: Float64Array, suffix: Uint8Array, target: Uint8Array): number;

  /** Opens; `flags`: 'r' (must exist), 'r+' (must exist, read and write), 'w+' (create, must not exist), 'a+' (create if missing, read and write). O_CLOEXEC always. */
  open(path: string, flags: 'r' | 'r+' | 'w+' | 'a+'): number;
  close(fd: number, path: string): void;
  /** File size in bytes. */
  size(fd: number, path: string): number;
  /** pread until `end - start` bytes or end of file; returns how many. */
  read(fd: number, path: string, bytes: Uint8Array, start: number, end: number, position: number): number;
  /** pwrite of all of bytes[start, end). */
  write(fd: number, path: string, bytes: Uint8Array, start: number, end: number, position: number): void;
  /**
   * Gives every byte of [0, size) a block and makes the file at least `size` long; never shortens. Where the file system cannot reserve,
   * zeros are written behind the present end. On failure the file has its old size again.
   */
  reserve(fd: number, path: string, size: number): void;
  truncate(fd: number, path: string, size: number): void;
  fdatasync(fd: number, path: string): void;
  fsync(fd: number, path: string): void;
  syncDirectory(path: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
  /** flock(LOCK_EX | LOCK_NB); false when somebody else holds it. */
  tryLock(fd: number, path: string): boolean;
  /** Has whoever was to read from this pipe or socket closed it? Never true of a file. Does not wait. */
  readerGone(fd: number, path: string): boolean;

  /** May an ArrayBuffer show memory that is not V8's? Where it may not (Electron's memory cage), nothing can be mapped. */
  externalBuffersAllowed(): boolean;
  /** Maps for writing, shared: every byte must be reserved. `position` is a multiple of the page size. */
  mapShared(fd: number, path: string, position: number, length: number): MappedBuffer;
  /** Maps for reading, private copy-on-write: a stray store into a view changes neither file nor other views. */
  mapPrivate(fd: number, path: string, position: number, length: number): MappedBuffer;
  /** Tells V8 that a mapping whose last reference the library let go is garbage of its size, so that it is collected soon. */
  release(buffer: MappedBuffer): void;
  /** Brings a full garbage collection now: mappings without a view are gone some turns of the event loop later. */
  collect(): void;
  /** Unmaps at once: the buffer and all its views have length 0 from here on. Only for a mapping of which no view was given away. */
  unmap(buffer: MappedBuffer): void;
  /** Are all pages of [from, to) in memory (mincore)? */
  resident(buffer: MappedBuffer, from: number, to: number): boolean;
  /** Brings pages [from, to) in for reading on a thread of libuv's pool. Resolves also when the kernel lacks the call. */
  populateRead(buffer: MappedBuffer, from: number, to: number): Promise<void>;

  createFlusher(directory: string): NativeFlusher;
  createPager(): NativePager;
  readonly pageSize: number;
  /** Counters of the process since load: live mappings and their bytes. For tests and metrics. */
  counters(): { mappings: number; mappedBytes: number };
}

const candidates = ['build/Release/millrace.node', `prebuilds/${process.platform}-${process.arch}/millrace.node`];

function load(): NativeAddon {
  for (const candidate of candidates) {
    const path = fileURLToPath(new URL(candidate, packageRoot));
    if (existsSync(path)) return createRequire(import.meta.url)(path) as NativeAddon;
  }
  throw new MillraceError(
    'ERR_MILLRACE_UNSUPPORTED',
    `no addon for ${process.platform}-${process.arch} in build/Release or prebuilds; in a checkout, run: npm run build`,
  );
}

export const native: NativeAddon = load();
