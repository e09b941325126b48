/** Runs one command as the program does, on streams of the test's own. */
import { PassThrough } from 'node:stream';
import { type Command, CommanderError } from 'commander';
import type { CliContext } from '#millrace/cli/context.js';
import { isMillraceError } from '#millrace/errors.js';

export interface CommandRun {
  readonly code: 0 | 1 | 2;
  readonly out: string;
  readonly err: string;
  /** Standard output as lines of JSON. */
  readonly rows: any[];
}

export interface RunOptions {
  /** Standard streams are a terminal. */
  readonly terminal?: boolean;
  /** What is typed. */
  readonly input?: string;
  readonly signal?: AbortSignal;
}

export async function runCommand(
  make: (context: CliContext) => Command,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandRun> {
  const [stdin, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()].map((stream) =>
    Object.assign(stream, { isTTY: options.terminal === true, columns: 100 }),
  );
  const texts = [stdout, stderr].map(collect);
  stdin.end(options.input ?? '');
  let code: CommandRun['code'] = 0;
  const context: CliContext = {
    stdin,
    stdout,
    stderr,
    signal: options.signal ?? new AbortController().signal,
    setExitCode: (to) => (code = to),
  };
  const command = make(context)
    .exitOverride()
    .configureOutput({ writeOut: (text) => stdout.write(text), writeErr: (text) => stderr.write(text) });
  try {
    await command.parseAsync([...args], { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) code = error.exitCode === 0 ? 0 : 2;
    else if (isMillraceError(error)) {
      code = error.code === 'ERR_MILLRACE_INVALID_ARGUMENT' ? 2 : 1;
      stderr.write(`millrace: ${error.message} (${error.code})\n`);
    } else throw error;
  }
  stdout.end();
  stderr.end();
  const [out, err] = await Promise.all(texts);
  return {
    code,
    out,
    err,
    get rows() {
      return out
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    },
  };
}

async function collect(stream: PassThrough): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
