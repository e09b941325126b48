/** Runs an example as a reader does, with `node examples/…`, in a temporary directory that must be empty again when it has ended. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { temporaryDirectory } from '../support/temp-directory.ts';

export interface RunningExample {
  readonly child: ChildProcess;
  /** Settles with the lines that it printed, when it has ended well and left nothing behind. */
  readonly lines: Promise<string[]>;
  /** Settles with the first line. */
  readonly firstLine: Promise<string>;
}

export function startExample(name: string, args: readonly string[] = []): RunningExample {
  const script = fileURLToPath(new URL(`../../examples/${name}`, import.meta.url));
  const directory = temporaryDirectory();
  const env = { ...process.env, TMPDIR: directory, NO_COLOR: '1', FORCE_COLOR: undefined, NODE_OPTIONS: undefined };
  const child = spawn(process.execPath, [script, ...args], { env, cwd: directory });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const firstLine = new Promise<string>((resolve, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      if (out.includes('\n')) resolve(out.slice(0, out.indexOf('\n')));
    });
    child.on('close', () => reject(new Error(`${name} ended without a line: ${err}`)));
  });
  // Whoever waits for the end need not wait for the line.
  firstLine.catch(() => undefined);
  const closed = new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
  const lines = closed.then((end) => {
    expect({ ...end, err }).toEqual({ code: 0, signal: null, err: '' });
    expect(readdirSync(directory)).toEqual([]);
    return out.trimEnd().split('\n');
  });
  // A test that failed before it came to the end has said why.
  lines.catch(() => undefined);
  return { child, lines, firstLine };
}
