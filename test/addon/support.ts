/** What the tests of the addon share: directories of their own, child processes, batches made by hand. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { native } from '#millrace/native.js';
import { firstSeed } from '../support/random.ts';

/** A directory that is removed with all in it when the file's tests are over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'millrace-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface ChildResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The compiled module that the tests are about, for code that cannot name it as a part of the package. */
export const addonUrl = new URL('../../dist/native.js', import.meta.url).href;

let children = 0;

/**
 * Runs `source` as an ES module in a process of its own, with `native`, `directory` and `path` (a file to be) in scope.
 * One that has not ended after 20 s is killed, which the result's `signal` then says.
 */
export function runChild(directory: string, source: string, flags: readonly string[] = []): Promise<ChildResult> {
  // A file and no --eval: worker threads take over the flags of their process, and cannot do with that one.
  const script = join(directory, `child-${process.pid}-${children++}.mjs`);
  const head = `
    import { native } from ${JSON.stringify(addonUrl)};
    const directory = ${JSON.stringify(directory)};
    const path = ${JSON.stringify(`${script}.data`)};
  `;
  writeFileSync(script, head + source);
  const child = spawn(process.execPath, [...flags, script], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 20_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}

/** What a failing call threw; fails when it did not. */
export function thrownBy(call: () => unknown): Error & Record<string, unknown> {
  try {
    call();
  } catch (error) {
    return error as Error & Record<string, unknown>;
  }
  throw new Error('nothing was thrown');
}

export interface BatchFields {
  readonly baseOffset: number;
  readonly count?: number;
  readonly epoch?: number;
  readonly payload?: number;
}

/** A batch with a right checksum, whose records are zeros that nobody looks into. */
export function makeBatch({ baseOffset, count = 1, epoch = 0, payload = 20 }: BatchFields): Buffer {
  const batch = Buffer.alloc(61 + payload);
  batch.writeBigInt64BE(BigInt(baseOffset), 0);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(epoch, 12);
  batch[16] = 2;
  batch.writeInt32BE(count - 1, 23);
  batch.writeInt32BE(count, 57);
  batch.writeUInt32BE(native.crc32c(batch, 21, batch.length), 17);
  return batch;
}

/** Numbers below a bound, from a seed that is printed (mulberry32). */
export function random(): (bound: number) => number {
  let state = firstSeed() >>> 0;
  console.log(`MILLRACE_SEED=${state}`);
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * bound);
  };
}
