/** Runs command lines: in this process with streams of the test's own, or as a process of its own, as users do. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { CliContext } from '#millrace/cli/context.js';
import { runProgram } from '#millrace/cli/program.js';

export interface CliResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

/** What was written, kept. */
export class Kept extends Writable {
  readonly chunks: Buffer[] = [];
  isTTY = false;
  columns = 100;

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.chunks.push(Buffer.from(chunk));
    callback();
  }

  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString('utf8');
  }
}

export interface TestContext extends CliContext {
  readonly stdout: Kept;
  readonly stderr: Kept;
  readonly controller: AbortController;
  status: number;
}

export function testContext(input: string | Buffer | Readable = ''): TestContext {
  const controller = new AbortController();
  const context: TestContext = {
    stdin: input instanceof Readable ? input : Readable.from([Buffer.from(input)]),
    stdout: new Kept(),
    stderr: new Kept(),
    signal: controller.signal,
    controller,
    status: 0,
    setExitCode: (code) => {
      context.status = code;
    },
  };
  return context;
}

/** One command line in this process. */
export async function cli(args: readonly string[], input: string | Buffer | Readable = ''): Promise<CliResult> {
  const context = testContext(input);
  await runProgram(context, args);
  return { stdout: context.stdout.text, stderr: context.stderr.text, status: context.status };
}

/** As `cli`, for output that is no text. */
export async function cliBytes(args: readonly string[]): Promise<Buffer> {
  const context = testContext();
  await runProgram(context, args);
  return context.stdout.bytes;
}

/** The compiled program. */
export const MAIN = fileURLToPath(import.meta.resolve('#millrace/cli/main.js'));

/** A process of its own; ended with the test. */
export function start(args: readonly string[]): ChildProcessWithoutNullStreams {
  const child = spawn(process.execPath, [MAIN, ...args]);
  onTestFinished(() => {
    if (child.exitCode === null) child.kill('SIGKILL');
  });
  // A test that closes its end early is told so by the status.
  child.stdin.on('error', () => undefined);
  return child;
}

/** What a process that was started wrote, once it has ended. */
export async function ended(child: ChildProcessWithoutNullStreams): Promise<CliResult> {
  const [out, err] = [new PassThrough(), new PassThrough()];
  const [stdout, stderr] = [textOf(child.stdout.pipe(out)), textOf(child.stderr.pipe(err))];
  if (child.exitCode === null) await once(child, 'exit');
  return { stdout: await stdout, stderr: await stderr, status: child.exitCode ?? -1 };
}

/** Runs the compiled program as a process. */
export async function run(args: readonly string[], input: string | Buffer = ''): Promise<CliResult> {
  const child = start(args);
  child.stdin.end(input);
  return ended(child);
}

async function textOf(stream: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
