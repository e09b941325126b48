/**
 * What a part of the benchmark works with: a temporary directory and the processes that it has started. Both go when the part is over, and when this process ends,
 * whatever ends it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** Who was killed may still have a file under way. */
const REMOVAL = { recursive: true, force: true, maxRetries: 20, retryDelay: 50 };

export class Stage {
  #children = new Set();
  #atExit = () => this.#clear();

  /** Makes its directory in `parent`. */
  constructor(parent) {
    this.directory = mkdtempSync(join(parent, 'millrace-bench-broker-'));
    process.once('exit', this.#atExit);
  }

  /** As node:child_process has it. A command that cannot be started ends the process with its reason. */
  spawn(command, args, options) {
    const child = spawn(command, args, options);
    this.#children.add(child);
    child.once('exit', () => this.#children.delete(child));
    return child;
  }

  async close() {
    const ended = Array.from(this.#children, (child) => once(child, 'exit'));
    for (const child of this.#children) child.kill('SIGKILL');
    await Promise.all(ended);
    this.#clear();
    process.off('exit', this.#atExit);
  }

  #clear() {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.directory, REMOVAL);
  }
}
