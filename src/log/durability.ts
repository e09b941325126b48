/**
 * What of a log is on stable storage, and who waits for it.
 *
 * Appends say that there is something new; whoever wants it durable asks. The directory's flusher takes all logs that asked in one
 * round. `durableOffset` moves only when a round has ended well, and never past what was published when the round began.
 *
 * A cut takes records that somebody waits for, or asks about later, and others get their offsets. So each receipt knows its era, which a cut ends.
 */
import { MillraceError } from '../errors.ts';
import type { Flushable, Flusher } from '../file/flusher.ts';
import type { LogFile } from '../file/file-system.ts';
import type { Offset } from '../types.ts';

/** The time between two cuts. Only receipts hold those that have ended, so one lasts as long as somebody can ask about it. */
export interface Era {
  /** The cut that ended it took everything from here on. */
  cutAt: Offset;
  next: Era | null;
}

/** Not shared by those who wait for other offsets: a cut takes the records of some of them. */
interface Waiter {
  /** Offsets below this are to be durable. */
  readonly offset: Offset;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Of who waits for files and names, and for whatever records there are. */
const NO_RECORD = 0;

/** What durability must know of its log. */
export interface PublishedLog {
  readonly directory: string;
  readonly endOffset: number;
  /** The active `.log`, if it was written since it was opened. */
  readonly openFile: LogFile | null;
}

export class Durability implements Flushable {
  readonly #log: PublishedLog;
  readonly #flusher: Flusher;
  #durableOffset: number;
  /** Sealed files that no round has covered; closed after it. */
  #sealed: LogFile[] = [];
  #closing: LogFile[] = [];
  #directoryChanged = false;
  #through = 0;
  #flushing = false;
  /** Who waits for the round that runs, and for the next one. */
  #running: Waiter[] = [];
  #next: Waiter[] = [];
  #era: Era = { cutAt: Infinity, next: null };
  #closed: Error | null = null;
  /** Offset up to which a round was asked for or has run. */
  #requestedOffset: number;

  constructor(log: PublishedLog, flusher: Flusher, durableOffset: number) {
    this.#log = log;
    this.#flusher = flusher;
    this.#durableOffset = durableOffset;
    this.#requestedOffset = durableOffset;
  }

  /** Everything below this offset survives a power failure. */
  get durableOffset(): number {
    return this.#durableOffset;
  }

  /** Records that no round was asked for yet. */
  get unrequested(): number {
    return this.#log.endOffset - this.#requestedOffset;
  }

  /** Files that were sealed: the next round syncs and closes them, and the directory that names them. */
  sealed(files: readonly LogFile[]): void {
    this.#sealed.push(...files);
    this.#directoryChanged = true;
  }

  directoryChanged(): void {
    this.#directoryChanged = true;
  }

  /** Asks for a round and does not wait. */
  request(): void {
    this.#requestedOffset = this.#log.endOffset;
    this.#flusher.request(this);
  }

  /** Of what is appended now. */
  get era(): Era {
    return this.#era;
  }

  /**
   * Settles when everything below `offset`, as it was in `era`, is durable; asks for that. Rejects when the directory goes offline, and when a cut has taken
   * of it.
   */
  until(offset: Offset, era = this.#era): Promise<void> {
    for (let ended = era; ended.next !== null; ended = ended.next) {
      if (ended.cutAt < offset) return Promise.reject(this.#cutError(offset, ended.cutAt));
    }
    if (offset <= this.#durableOffset) return Promise.resolve();
    if (this.#flushing && offset <= this.#through) return waitIn(this.#running, offset);
    // A round would find nothing to sync and call that well done.
    if (this.#closed !== null) return Promise.reject(this.#closed);
    this.request();
    return waitIn(this.#next, offset);
  }

  /** Settles when all that is dirty now, files and names too, is on stable storage. */
  all(): Promise<void> {
    if (this.#sealed.length === 0 && !this.#directoryChanged && this.#log.endOffset <= this.#durableOffset) {
      return Promise.resolve();
    }
    this.request();
    return waitIn(this.#next, NO_RECORD);
  }

  beginFlush(files: LogFile[], directories: Set<string>): void {
    this.#through = this.#log.endOffset;
    this.#flushing = true;
    this.#running = this.#next;
    this.#next = [];
    const open = this.#log.openFile;
    if (open !== null && this.#through > this.#durableOffset) files.push(open);
    this.#closing = this.#sealed;
    this.#sealed = [];
    files.push(...this.#closing);
    if (this.#directoryChanged) directories.add(this.#log.directory);
    this.#directoryChanged = false;
  }

  endFlush(error: Error | null): void {
    this.#flushing = false;
    for (const file of this.#closing) file.close();
    this.#closing = [];
    const waiters = this.#running;
    this.#running = [];
    if (error === null) {
      this.#durableOffset = Math.max(this.#durableOffset, this.#through);
      for (const waiter of waiters) waiter.resolve();
    } else {
      waiters.push(...this.#next.splice(0));
      for (const waiter of waiters) reject(waiter, error);
    }
  }

  /** The log is about to be cut: nothing from `endOffset` on counts as durable any more. */
  truncated(endOffset: number): void {
    this.#durableOffset = Math.min(this.#durableOffset, endOffset);
    this.#requestedOffset = Math.min(this.#requestedOffset, endOffset);
    this.#through = Math.min(this.#through, endOffset);
  }

  /** It is cut: records from `cutAt` on are gone, and who waits for them is told. */
  cut(cutAt: Offset): void {
    const next: Era = { cutAt: Infinity, next: null };
    this.#era.cutAt = cutAt;
    this.#era.next = next;
    this.#era = next;
    const isCut = ({ offset }: Waiter): boolean => offset > cutAt;
    for (const waiter of [...this.#running, ...this.#next].filter(isCut))
      reject(waiter, this.#cutError(waiter.offset, cutAt));
    this.#running = this.#running.filter((waiter) => !isCut(waiter));
    this.#next = this.#next.filter((waiter) => !isCut(waiter));
  }

  /** The log is closed or deleted: no further round. */
  close(error: Error): void {
    this.#flusher.withdraw(this);
    this.#closed = error;
    for (const file of this.#sealed) file.close();
    this.#sealed = [];
    for (const waiter of this.#next.splice(0)) reject(waiter, error);
  }

  #cutError(offset: Offset, cutAt: Offset): MillraceError {
    const { directory } = this.#log;
    return new MillraceError(
      'ERR_MILLRACE_TRUNCATED',
      `the record of offset ${offset - 1} is no more: ${directory} was cut at offset ${cutAt}`,
      { path: directory },
    );
  }
}

let resolveNew!: () => void;
let rejectNew!: (error: Error) => void;
/** One for all promises: thousands may be made in a round. */
function take(resolve: () => void, fail: (error: Error) => void): void {
  resolveNew = resolve;
  rejectNew = fail;
}

function waitIn(waiters: Waiter[], offset: Offset): Promise<void> {
  const promise = new Promise<void>(take);
  waiters.push({ offset, promise, resolve: resolveNew, reject: rejectNew });
  return promise;
}

function reject(waiter: Waiter, error: Error): void {
  // An answer for those who wait; when nobody does, the log and the directory's state tell it.
  waiter.promise.catch(() => undefined);
  waiter.reject(error);
}
