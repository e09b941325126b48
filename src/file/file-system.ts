/**
 * What the log asks of a file system. The real one is `disk.ts`; tests hand in one that keeps its files in memory and knows what was
 * synced. Nothing above this folder calls the operating system in any other way.
 *
 * Calls block and throw `MillraceError`s (`ERR_MILLRACE_NO_SPACE`, `ERR_MILLRACE_IO`), except where a promise is returned.
 */
import type { ByteWindow } from '../types.ts';

/** A piece of a mapped file. Byte 0 of `bytes` and of `view` is byte `start` of the file. */
export interface FileWindow extends ByteWindow {
  readonly path: string;
  readonly start: number;
  readonly length: number;
}

/** `r`: read, must exist. `r+`: read and write, must exist. `w+`: create, must not exist. `a+`: create if missing. */
export type OpenMode = 'r' | 'r+' | 'w+' | 'a+';

/** A ticket for a window that is being reserved, mapped and populated on another thread. */
export interface PreparedWindow {
  /** Waits for it; throws what went wrong. To be called once, and then the file is `size` long. */
  take(): FileWindow;
  /** Not wanted any more. The file may have become longer all the same. */
  cancel(): void;
}

/** What a name leads to. */
export interface FileEntry {
  readonly size: number;
  /** Which file it is: no other one of the file system has the same number while somebody has it open. */
  readonly inode: number;
  /** When its content was last changed, in milliseconds since 1970. */
  readonly modifiedMs: number;
}

export interface LogFile {
  readonly path: string;
  /** As in `FileEntry`. */
  readonly inode: number;
  /** Bytes in the file, read from the system at the call. */
  size(): number;
  read(bytes: Uint8Array, start: number, end: number, position: number): number;
  write(bytes: Uint8Array, start: number, end: number, position: number): void;
  /** Gives every byte of [0, size) a block; never shortens. After a failure the file is as long as before. */
  reserve(size: number): void;
  /** Cuts or extends. Never below what a window shows that somebody may still read. */
  truncate(size: number): void;
  /** Blocks until the bytes are on stable storage. Not for hot paths: the flusher does it on its own thread. */
  sync(): void;
  /** Writable and shared. All of it must be reserved. `start` is a multiple of `pageSize`. */
  mapShared(start: number, length: number): FileWindow;
  /** For reading; a store into it reaches neither the file nor another window. */
  mapPrivate(start: number, length: number): FileWindow;
  /** Set by who stores through windows: no byte below this position is stored into any more. The flusher writes those first. */
  settled: number;
  /** How often the flusher has taken it: grows with each round. */
  readonly flushes: number;
  /**
   * Begins to reserve up to `fileSize` and to map [start, fileSize), with its first `populate` bytes brought in; or, with `clean`, with none,
   * and with nothing left dirty that a flush would have to write.
   */
  prepare(fileSize: number, start: number, populate: number, clean?: boolean): PreparedWindow;
  /** Closes at once, or, when the flusher works on it, after that. Windows stay valid. Idempotent. */
  close(): void;
}

/**
 * How to use a file system whose windows are copies and not the file: a private window is what the file had when it was made, so it must not
 * reach past what has been published; what is stored into a shared one reaches the file by `LogFile.write`.
 */
export interface CopiedWindows {
  /** Bounds of the read windows, which are memory here. */
  readonly cache: { readonly step: number; readonly windowsMax: number; readonly bytesMax: number };
  /** The largest step of reservation: a shared window is about so long. */
  readonly reserveStepMax: number;
  /** A private window of a file, read on another thread. */
  read(path: string, start: number, length: number): Promise<FileWindow>;
}

export interface DirectoryEntry {
  readonly name: string;
  readonly isDirectory: boolean;
}

/** What a flush round covers. */
export interface FlushWork {
  readonly files: readonly LogFile[];
  /** Directories whose entries changed. */
  readonly directories: readonly string[];
  /** One `syncfs` in place of one `fdatasync` a file. */
  readonly wholeFileSystem: boolean;
}

/** Runs flush rounds one after another, off the main thread. */
export interface FlushThread {
  /** `done` gets the first failure or null, and the time that the round took. */
  flush(work: FlushWork, done: (error: Error | null, elapsedMs: number) => void): void;
  close(): void;
}

export interface DirectoryLock {
  release(): void;
}

/** Files that are being removed on another thread, in their order. */
export interface AsideRemoval {
  /** Settles when all are gone, or it was stopped. Rejects when one cannot be removed; that one and those behind it are still there. */
  readonly done: Promise<void>;
  /** Ends it. Returns what is still there, and will not be removed: these names are the caller's again, when it returns. */
  stop(): readonly string[];
}

export interface FileSystem {
  readonly pageSize: number;
  /** Absent where windows are mappings: then they are the file, as it is now. */
  readonly copies?: CopiedWindows;
  open(path: string, mode: OpenMode): LogFile;
  /** Makes an empty file, where none may be, that nobody but its owner can ever have opened: for secrets. */
  createPrivate(path: string): void;
  exists(path: string): boolean;
  /** Size in bytes, or -1 where there is no such file. */
  sizeOf(path: string): number;
  /** What there is at `path`; null where there is nothing. */
  entry(path: string): FileEntry | null;
  /** Says that the content of a file was last changed then, as `entry` tells it. */
  setModified(path: string, modifiedMs: number): void;
  list(directory: string): DirectoryEntry[];
  /**
   * Makes a directory in one that is there; one that is there itself is no error. Those above it are the caller's, who has to sync them, too: and `mkdirSync` with
   * `recursive` never comes back from a file system that makes none and says ENOENT, as /proc.
   */
  makeDirectory(path: string): void;
  rename(from: string, to: string): void;
  /** Removes a file; one that is not there is no error. */
  remove(path: string): void;
  /**
   * As `remove` of one after another, on another thread: the disk takes long to free blocks and inodes. `first` runs before that, in a turn of its own; when
   * it throws, nothing is removed.
   */
  removeAside(paths: readonly string[], first?: () => void): AsideRemoval;
  /** Removes a directory with all that is in it. */
  removeDirectory(path: string): void;
  syncDirectory(path: string): void;
  /** Takes the lock of a directory by its lock file, or returns null when somebody has it. */
  lock(path: string): DirectoryLock | null;

  /** Brings the pages of a writable window in, ahead of the writer, on another thread. */
  populate(window: FileWindow, from: number, to: number): void;
  /** Are these bytes in memory, so that touching them does not stall the thread? */
  resident(window: FileWindow, from: number, to: number): boolean;
  /** Brings them in on another thread. */
  bringIn(window: FileWindow, from: number, to: number): Promise<void>;
  /** The library needs this window no more; its memory goes when the last view of it goes. */
  release(window: FileWindow): void;

  /** Unmaps at once. Only for a window of which no view was given away: its bytes are gone when this returns. */
  unmap(window: FileWindow): void;

  /** A flusher for one data directory. */
  flushThread(directory: string): FlushThread;
  /** Ends the threads that this file system started. */
  close(): void;
}
