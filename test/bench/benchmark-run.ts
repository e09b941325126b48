/** A benchmark as a user runs it: a process of its own, and a directory for the data of one test file, which goes with the last of its tests. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

export interface Ended {
  readonly code: number | string | null | undefined;
  readonly out: string;
  readonly err: string;
}

export class BenchmarkRun {
  readonly directory = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  readonly #script: string;

  /** `script` is a path in bench/. Made where the tests of a file are declared. */
  constructor(script: string) {
    this.#script = fileURLToPath(new URL(`../../bench/${script}`, import.meta.url));
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }));
  }

  /** Measures in tiny sizes in the directory. */
  smoke(...args: string[]): Promise<Ended> {
    return this.run('--smoke', '--dir', this.directory, ...args);
  }

  run(...args: string[]): Promise<Ended> {
    return new Promise((resolve) => {
      execFile(process.execPath, [this.#script, ...args], { maxBuffer: 1 << 24 }, (error, out, err) => {
        resolve({ code: error === null ? 0 : error.code, out, err });
      });
    });
  }
}
