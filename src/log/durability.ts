/**
 * What of a log is on stable storage, and who waits for it.
 *
 * Appends say that there is something new; whoever wants it durable asks. The directory's flusher takes all logs that asked in one
 * round. `durableOffset` moves only when a round has ended well, and never past what was published when the round began.
 */
import type { Flushable, Flusher } from '../file/flusher.ts';
import type { LogFile } from '../file/file-system.ts';

interface Round {
  /** Offsets below this are covered. */
  through: number;
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

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
  #next: Round | null = null;
  #running: Round | null = null;
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

  /** Settles when everything below `offset` is durable; asks for that. Rejects when the directory goes offline. */
  until(offset: number): Promise<void> {
    if (offset <= this.#durableOffset) return Promise.resolve();
    if (this.#flushing && offset <= this.#through) return (this.#running ??= newRound(this.#through)).promise;
    // A round would find nothing to sync and call that well done.
    if (this.#closed !== null) return Promise.reject(this.#closed);
    this.request();
    return (this.#next ??= newRound(offset)).promise;
  }

  /** Settles when all that is dirty now, files and names too, is on stable storage. */
  all(): Promise<void> {
    if (this.#sealed.length === 0 && !this.#directoryChanged && this.#log.endOffset <= this.#durableOffset) {
      return Promise.resolve();
    }
    this.request();
    return (this.#next ??= newRound(this.#log.endOffset)).promise;
  }

  beginFlush(files: LogFile[], directories: Set<string>): void {
    this.#through = this.#log.endOffset;
    this.#flushing = true;
    this.#running = this.#next;
    this.#next = null;
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
    const round = this.#running;
    this.#running = null;
    if (error === null) {
      this.#durableOffset = Math.max(this.#durableOffset, this.#through);
      round?.resolve();
    } else {
      round?.reject(error);
      this.#next?.reject(error);
      this.#next = null;
    }
  }

  /** The log was cut: nothing past `endOffset` is there any more. */
  truncated(endOffset: number): void {
    this.#durableOffset = Math.min(this.#durableOffset, endOffset);
    this.#requestedOffset = Math.min(this.#requestedOffset, endOffset);
    this.#through = Math.min(this.#through, endOffset);
  }

  /** The log is closed or deleted: no further round. */
  close(error: Error): void {
    this.#flusher.withdraw(this);
    this.#closed = error;
    for (const file of this.#sealed) file.close();
    this.#sealed = [];
    this.#next?.reject(error);
    this.#next = null;
  }
}

function newRound(through: number): Round {
  let resolve!: () => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<void>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  // A rejection is an answer for those who wait; when nobody does, the directory's state tells it.
  promise.catch(() => undefined);
  return { through, promise, resolve, reject };
}
