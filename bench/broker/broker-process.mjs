/** A broker as a process: where it listens, when it served, what memory it has, and its end. */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { processorMicros } from './processor-time.mjs';

const READY_MS = 60_000;
/** Characters of what it says that are looked at, and told if it fails. */
const OUTPUT_KEPT = 10_000;

export class BrokerProcess {
  #child;
  #output = '';

  /**
   * Settles when the process says `ready`, a pattern; `address` gets what was found and answers where it listens. Directories of partitions are in `data`.
   *
   * @param {{ child: import('node:child_process').ChildProcess, data: string, ready: RegExp, address: (found: RegExpExecArray) => string }} started
   */
  static async start({ child, data, ready, address }) {
    const began = performance.now();
    const broker = new BrokerProcess(child);
    const found = await broker.#says(ready);
    /** From the command to the moment at which it serves. */
    broker.readyMs = performance.now() - began;
    broker.address = address(found);
    broker.data = data;
    return broker;
  }

  constructor(child) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => (this.#output = (this.#output + text).slice(-OUTPUT_KEPT)));
  }

  /** What is in memory: all of it, and what is its own, without pages of files. */
  get residentBytes() {
    const status = readFileSync(`/proc/${this.#child.pid}/status`, 'utf8');
    const of = (name) => Number(status.match(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm'))?.[1] ?? 0) * 1024;
    return { own: of('RssAnon'), all: of('VmRSS') };
  }

  /** Processor time that it has taken so far. */
  get processorMicros() {
    return processorMicros(this.#child.pid);
  }

  /** The same of its main thread. */
  get mainThreadMicros() {
    const [nanoseconds] = readFileSync(`/proc/${this.#child.pid}/schedstat`, 'utf8').split(' ');
    return Number(nanoseconds) / 1000;
  }

  async stop() {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }

  #says(ready) {
    const child = this.#child;
    return new Promise((settle, reject) => {
      const failed = (why) => reject(new Error(`${child.spawnfile} ${why}:\n${this.#output}`));
      const timer = setTimeout(() => failed(`was not ready in ${READY_MS} ms`), READY_MS);
      const look = () => {
        const found = ready.exec(this.#output);
        if (found === null) return;
        clearTimeout(timer);
        child.off('exit', ended);
        for (const stream of [child.stdout, child.stderr]) stream.off('data', look);
        settle(found);
      };
      const ended = (status, signal) => {
        clearTimeout(timer);
        failed(`ended with ${signal ?? `status ${status}`}`);
      };
      for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
      child.once('exit', ended);
    });
  }
}
