/** A child process that is told lines, and answers each by a line. It ends when its standard input does. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { processorMicros } from './processor-time.mjs';

export class Dialogue {
  #child;
  #lines;

  /** @param {import('node:child_process').ChildProcess} child its standard input and output are pipes */
  constructor(child) {
    this.#child = child;
    // Its end is told by the end of its answers.
    child.stdin.on('error', () => {});
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  }

  tell(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The next line, or null: it has ended. */
  async hear() {
    const { value, done } = await this.#lines.next();
    return done ? null : value;
  }

  /** Processor time that it has taken so far. */
  get processorMicros() {
    return processorMicros(this.#child.pid);
  }

  async end() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.stdin.end();
    await ended;
  }
}
