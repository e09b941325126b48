/** One round of the flusher's thread as a promise, for those who sync something that is no log. */
import type { FlushThread, FlushWork } from './file-system.ts';

/** Settles when the round has ended: so have all rounds that were asked for before it. Rejects with what failed. */
export function flushRound(thread: FlushThread, work: FlushWork): Promise<void> {
  return new Promise((resolve, reject) => {
    thread.flush(work, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}

/** Settles when no round runs any more that was asked for before: what such a round names may then be renamed. */
export function flushBarrier(thread: FlushThread): Promise<void> {
  return flushRound(thread, { files: [], directories: [], wholeFileSystem: false });
}
