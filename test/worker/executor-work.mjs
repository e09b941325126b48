/** What the tests of executors have done. */
import { threadId } from 'node:worker_threads';

export function double({ value }) {
  if (value < 0) throw new Error(`negative: ${value}`);
  return { double: value * 2, thread: threadId };
}
