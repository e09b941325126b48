/**
 * A member of a group in a process of its own, of any client. It is told by JSON: address, group, topic, and where it can: instance, assignor, auto (commits by
 * itself every 100 ms, and not each record), sessionMs. It tells by lines of JSON:
 *
 *     { assigned: [0, 2] }                       what it has now, after each change
 *     { partition: 2, offset: 7, value: '...' }  a record, before it is committed
 *
 * SIGTERM: it leaves the group and ends.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const WAIT_MS = 40_000;

export class Member {
  /** Partitions; null until it was assigned some. */
  assigned = null;
  records = [];
  #process;
  #stderr = '';

  constructor([command, ...args], about) {
    this.#process = spawn(command, [...args, JSON.stringify(about)], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process.stderr.on('data', (chunk) => (this.#stderr = (this.#stderr + chunk).slice(-4000)));
    createInterface({ input: this.#process.stdout }).on('line', (line) => {
      if (!line.startsWith('{')) return;
      const { assigned, ...record } = JSON.parse(line);
      if (assigned === undefined) this.records.push(record);
      else this.assigned = assigned;
    });
  }

  get said() {
    return `assigned ${JSON.stringify(this.assigned)}, ${this.records.length} records, status ${this.#process.exitCode}, ${this.#stderr}`;
  }

  /** As a crash does. */
  async kill() {
    this.#process.kill('SIGKILL');
    await this.ended();
  }

  /** As a machine does that has nothing to give it: it neither ends nor answers. */
  standStill() {
    this.#process.kill('SIGSTOP');
  }

  goOn() {
    this.#process.kill('SIGCONT');
  }

  async leave() {
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), 30_000);
    await this.ended();
    clearTimeout(timer);
    if (this.#process.signalCode === 'SIGKILL') throw new Error(`it did not leave: ${this.said}`);
  }

  get hasEnded() {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async ended() {
    if (!this.hasEnded) await once(this.#process, 'exit');
  }
}

/** Looks until it holds; then says how it was. */
export async function until(what, isTrue, members = [], waitMs = WAIT_MS) {
  for (const end = Date.now() + waitMs; Date.now() < end;) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${waitMs} ms: ${what}; ${members.map(({ said }) => said).join(' | ')}`);
}
