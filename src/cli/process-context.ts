/**
 * The context of a command that is a process: its streams, its signals, its exit status.
 *
 * The first Ctrl-C (or SIGTERM) ends the context's signal, so that the command closes its store and ends by itself; the second ends the process as
 * if nobody listened. When whoever reads standard output has gone, or it cannot be written, the signal ends too: there is nobody left to work for.
 */
import { isatty } from 'node:tty';
import type { CliContext } from './context.ts';
import { DescriptorStream } from './descriptor-stream.ts';
import { reportFailure } from './failure.ts';

export function processContext(): CliContext {
  const controller = new AbortController();
  const names = ['SIGINT', 'SIGTERM'] as const;
  const end = (name: NodeJS.Signals): void => {
    for (const each of names) process.off(each, end);
    controller.abort(new Error(`ended by ${name}`));
  };
  for (const name of names) process.on(name, end);
  const stdout = isatty(1) ? process.stdout : new DescriptorStream(1);
  const stderr = isatty(2) ? process.stderr : new DescriptorStream(2);
  for (const stream of [stdout, stderr]) {
    stream.on('error', (error: Error) => {
      controller.abort(error);
      reportFailure(context, error);
    });
  }
  const context: CliContext = {
    // Asked for when needed: making the stream touches the descriptor.
    get stdin() {
      return process.stdin;
    },
    stdout,
    stderr,
    signal: controller.signal,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
  return context;
}
