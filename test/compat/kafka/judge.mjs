/** A JVM that answers questions about log directories, one at a time: java/Judge.java from this side. */
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { startJava } from './java.mjs';

export class Judge {
  #process;
  #waiting = [];
  #stderr = '';

  constructor(java) {
    this.#process = startJava(java, 'Judge', [], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (chunk) => (this.#stderr = (this.#stderr + chunk).slice(-4000)));
    createInterface({ input: this.#process.stdout }).on('line', (line) => this.#waiting.shift()(JSON.parse(line)));
    this.#process.on('exit', (status) => {
      const error = `the judge ended with status ${status}\n${this.#stderr}`;
      for (const settle of this.#waiting.splice(0)) settle({ error });
    });
  }

  /** Answers or throws; an error's message is Java's stack trace. */
  async ask(command) {
    const answer = await new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin.write(`${JSON.stringify(command)}\n`);
    });
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.ok;
  }

  /** What DumpLogSegments prints. */
  dump(...args) {
    return this.ask({ command: 'dump', arguments: args });
  }

  /**
   * Opens a partition directory as Kafka does, closes it cleanly and reports. The directory is changed: give a copy.
   * `question`: clean, config, and optionally recoveryPoint, logStartOffset, timestamps, listed, append, now.
   */
  open(directory, question) {
    return this.ask({ command: 'open', directory, ...question });
  }

  async close() {
    if (this.#process.exitCode !== null) return;
    this.#process.stdin.end();
    await once(this.#process, 'exit');
  }
}
