/**
 * A contestant in a process of its own, so that rounds interleave and none meets what another does to heap, compiled code and threads.
 *
 * Orders and answers are lines. The process says `ready ABOUT`; to `round RECORDS_PER_APPEND RECORDS_MAX MILLISECONDS_MAX` it says
 * `rate RECORDS_PER_SECOND`, or `failed WHY` at any time, and it ends when its standard input does. Other lines are not for us.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** An answer that does not come in so many milliseconds never will: a round is bounded far below. */
const ANSWER_MS_MAX = 120_000;
const STDERR_KEPT = 2000;

export class Contestant {
  /** What it says of itself: a version. */
  about = '';
  #process;
  #waiting = null;
  #stderr = '';

  /** Starts a process and waits until it is ready. */
  static async start(command, args) {
    const contestant = new Contestant(command, args);
    try {
      contestant.about = await contestant.#answer('ready');
    } catch (error) {
      contestant.#process.kill();
      throw error;
    }
    return contestant;
  }

  constructor(command, args) {
    this.#process = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (chunk) => (this.#stderr = (this.#stderr + chunk).slice(-STDERR_KEPT)));
    this.#process.on('error', (error) => this.#settle({ error }));
    this.#process.on('close', (status, signal) => {
      this.#settle({ error: new Error(`it ended with ${signal ?? `status ${status}`}: ${this.#stderr.trim()}`) });
    });
    // Its end is told by 'close'.
    this.#process.stdin.on('error', () => {});
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      const [, word, rest] = /^(ready|rate|failed) (.*)$/.exec(line) ?? [];
      if (word === 'failed') this.#settle({ error: new Error(rest) });
      else if (word !== undefined) this.#settle({ word, rest });
    });
  }

  /** Appends so many records at a time to a new log until either bound is reached; returns records a second. */
  async round({ records, recordsMax, msMax }) {
    const answered = this.#answer('rate');
    this.#process.stdin.write(`round ${records} ${recordsMax} ${msMax}\n`);
    const rate = Number(await answered);
    if (!(rate > 0)) throw new Error(`it answered with a rate of ${rate}`);
    return rate;
  }

  async close() {
    if (this.#process.pid === undefined || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(timer);
  }

  async #answer(expected) {
    let timer;
    const answer = await new Promise((settle) => {
      this.#waiting = settle;
      timer = setTimeout(() => settle({ error: new Error(`no answer in ${ANSWER_MS_MAX} ms`) }), ANSWER_MS_MAX);
    });
    clearTimeout(timer);
    if (answer.error !== undefined) throw answer.error;
    if (answer.word !== expected) throw new Error(`it said ${answer.word}, expected ${expected}`);
    return answer.rest;
  }

  #settle(answer) {
    this.#waiting?.(answer);
    this.#waiting = null;
  }
}
