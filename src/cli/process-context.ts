/**
 * The context of a command that is a process: its streams, its signals, its exit status.
 *
 * The first Ctrl-C (or SIGTERM) ends the context's signal, so that the command closes its store and ends by itself; the second ends the process as
 * if nobody listened. When whoever reads standard output has gone, the signal ends too: there is nobody left to work for.
 */
import { isPipeClosed } from './failure.ts';
import type { CliContext } from './context.ts';

export function processContext(): CliContext {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.once(name, () => controller.abort(new Error(`ended by ${name}`)));
  }
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: Error) => {
      if (!isPipeClosed(error)) throw error;
      controller.abort(error);
    });
  }
  return {
    // Asked for when needed: making the stream touches the descriptor.
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
    signal: controller.signal,
    setExitCode: (code) => {
      process.exitCode = code;
    },
  };
}
