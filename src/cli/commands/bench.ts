/** `millrace bench [SUITE...]`: the benchmarks of the repository, which are part of the package, on a temporary directory. */
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { MillraceError } from '../../errors.ts';
import { packageRoot } from '../../package-root.ts';
import type { CliContext } from '../context.ts';
import { printRow } from '../output.ts';

interface BenchOptions {
  readonly json: boolean;
  readonly smoke: boolean;
  readonly rounds?: string;
  readonly dir?: string;
}

/** What the benchmarks' own `--json` prints, as far as it is taken apart here. */
interface BenchDocument {
  readonly machine: object;
  readonly smoke: boolean;
  readonly rounds: number;
  readonly subjects: readonly object[];
}

const runner = fileURLToPath(new URL('bench/run.mjs', packageRoot));
const EXIT_USAGE = 2;

const HELP = `
Suites: append-100b, append-1kib, durable, durable-partitions, producer, read, consumer, view, seek, tail, workers, recovery, open-10k, counts; all of them take some minutes. Each figure
stands beside a baseline that was measured in the same rounds. With --json an object for the machine, then one for each suite ("kind": machine, suite).

Examples:
  millrace bench
  millrace bench view seek --rounds 3`;

export function benchCommand(context: CliContext): Command {
  return new Command('bench')
    .description('measure this machine: appends, durable appends, reads, seeks, recovery, opening')
    .argument('[suite...]', 'some of the suites; default: all')
    .option('--smoke', 'tiny sizes: that all of it runs; the figures say nothing', false)
    .option('--rounds <n>', 'rounds that count; default: 7', wholeNumber)
    .option('--dir <dir>', "on the disk that this directory lies on; default: the system's temporary directory")
    .option('--json', 'write JSON, one object a line', false)
    .addHelpText('after', HELP)
    .action((suites: string[], options: BenchOptions) => bench(context, suites, options));
}

async function bench(context: CliContext, suites: readonly string[], options: BenchOptions): Promise<void> {
  const { json, smoke, rounds, dir } = options;
  const args = [runner, ...suites];
  if (json) args.push('--json');
  if (smoke) args.push('--smoke');
  if (rounds !== undefined) args.push('--rounds', rounds);
  if (dir !== undefined) args.push('--dir', dir);
  const document = await run(context, args, json);
  if (document === null) return;
  const { subjects, ...machine } = JSON.parse(document) as BenchDocument;
  printRow(context, true, { kind: 'machine', ...machine }, '');
  for (const subject of subjects) printRow(context, true, { kind: 'suite', ...subject }, '');
}

/** What the benchmarks printed, if it is to be kept; null when it was passed on, or they ended badly and have said why. */
async function run(context: CliContext, args: readonly string[], keep: boolean): Promise<string | null> {
  const { stdout, stderr, signal } = context;
  // Here, since no other command needs it.
  const { spawn } = await import('node:child_process');
  // On a terminal they show their progress there themselves.
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', stderr === process.stderr ? 'inherit' : 'pipe'],
  });
  const chunks: Buffer[] = [];
  if (keep) child.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  else child.stdout!.pipe(stdout, { end: false });
  child.stderr?.pipe(stderr, { end: false });
  const stop = (): void => void child.kill();
  // What a suite's process, a child of that child, still holds open when it is ended, is not waited for.
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
      child.once('exit', (status) => {
        if (signal.aborted) resolve(status);
      });
    });
    if (signal.aborted)
      throw new MillraceError('ERR_MILLRACE_ABORTED', 'the command was ended', { cause: signal.reason });
    if (code === 0) return keep ? Buffer.concat(chunks).toString('utf8') : null;
    context.setExitCode(code === EXIT_USAGE ? 2 : 1);
    return null;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function wholeNumber(text: string): string {
  if (/^[1-9]\d{0,3}$/.test(text)) return text;
  throw new InvalidArgumentError('It takes a whole number from 1 on.');
}
