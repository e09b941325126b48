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

/** A file mapping is an ArrayBuffer; collecting it unmaps it. */
export type MappedBuffer = ArrayBuffer;

/** Flushes files on a thread of its own; one a data directory. */
export interface NativeFlusher {
  /**
   * Queues one round; rounds run one after another, in order. Each file is first written up to its position in `settled`, below which nobody stores any
   * more, so that who stores behind it waits for none of it; 0 where that is not worth a call. Then `fds` are synced by `fdatasync` one by one, or, when
   * `wholeFileSystem`, by one `syncfs` on the descriptor that has been open from the start, followed by one `fdatasync` of the first;
   * then each of `directories`. `done` is called on the loop's thread: error (first failure of the round, or null), and
   * how many nanoseconds it took. A pending round keeps the process alive; an idle flusher does not.
   */
  flush(
    fds: Int32Array,
    paths: readonly string[],
    settled: Float64Array,
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
  /** As the addon's `unmap`, but the pages go on the pager's thread, when its turn comes or at `close`. */
  unmap(buffer: MappedBuffer): void;
  close(): void;
}

/** Files that go on another thread. */
export interface NativeRemoval {
  readonly done: Promise<void>;
  /** Ends it; waits for the one unlink that may be going on. Returns how many of the paths, from the first on, are gone. */
  stop(): number;
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
   * The next four are what compaction does with one batch. `window` has its header at `position`; records[start, end) are its records,
   * inflated. `map` is an offset map (native/core/offset_map.h draws it): a secret of 16 bytes, 48 bytes unused, then slots of 24 bytes.
   *
   * Asks the system for large pages under a map that nothing was put into yet.
   */
  preferLargePages(map: Uint8Array): void;
  /**
   * Puts the offsets of records from `startOffset` on into the map, of at most `room` new keys. False where the bytes are no records.
   * `result` gets [new keys, 1 when a key found no room, records before that one, the last offset before that one or -1].
   */
  indexKeys(
    map: Uint8Array,
    window: Uint8Array,
    position: number,
    records: Uint8Array,
    start: number,
    end: number,
    startOffset: number,
    room: number,
    result: Float64Array,
  ): boolean;
  /**
   * Sets keep[i] to 1 where the i-th record stays: it lies past `latestOffset`, or no newer one has its key and it has a value (or tombstones
   * stay). False where the bytes are no records. `result` gets [records, kept, 1 when one of them is a tombstone, records without a key].
   */
  judgeRecords(
    map: Uint8Array,
    window: Uint8Array,
    position: number,
    records: Uint8Array,
    start: number,
    end: number,
    latestOffset: number,
    dropTombstones: boolean,
    keep: Uint8Array,
    result: Float64Array,
  ): boolean;
  /**
   * Writes the batch with the records that `keep` names, uncompressed and with its checksum, to `out` from `at` on; returns its size, -1 where
   * the bytes are no records. `horizon` from 0 on becomes the base timestamp, and the batch says so; -1 is none. `out` has room for
   * 61 bytes, the records, and 14 bytes for each.
   */
  writeKept(
    window: Uint8Array,
    position: number,
    records: Uint8Array,
    start: number,
    end: number,
    keep: Uint8Array,
    horizon: number,
    out: Uint8Array,
    at: number,
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

  /**
   * Writes the values of whole batches, each value followed by `suffix`, to a descriptor that does not block. Passes over control batches and records
   * below `startOffset`. Returns how many it wrote, at most `most`; `result` (`copyResult`) says where it stopped. When it throws, nobody knows how much is written.
   */
  copyValues(
    bytes: Uint8Array,
    startOffset: number,
    most: number,
    suffix: Uint8Array,
    fd: number,
    path: string,
    result: Float64Array,
  ): number;

  /**
   * Opens; `flags`: 'r' (must exist), 'r+' (must exist, read and write), 'w+' (create, must not exist), 'a+' (create if missing, read and write). O_CLOEXEC always.
   * What is still open when the environment ends is closed then.
   */
  open(path: string, flags: 'r' | 'r+' | 'w+' | 'a+'): number;
  /** EBADF for a descriptor that `open` has not given out, or that is closed. */
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
  /** Unlinks in order, on a thread of libuv's pool, until one fails. A file that is not there is no failure. */
  removeFiles(paths: readonly string[]): NativeRemoval;
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
