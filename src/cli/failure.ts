/**
 * How a command ends that did not do what it was asked for: one sentence on standard error, with the error's code, and the exit status.
 *
 *     0   done
 *     1   failed, or found something wrong
 *     2   was asked for something that cannot be: a wrong option, a value out of range
 *
 * A reader that closes the pipe (`millrace consume t | head`) and Ctrl-C are no failures.
 */
import { CommanderError } from 'commander';
import { isMillraceError, isSystemError } from '../errors.ts';
import type { CliContext } from './context.ts';
import { note } from './output.ts';

/** Codes that say that the command was wrong, and not the world. */
const WRONG_USAGE: ReadonlySet<string> = new Set(['ERR_MILLRACE_INVALID_ARGUMENT', 'ERR_MILLRACE_INVALID_TOPIC']);

/** A stream tells of its error by an event, and those who await its writes too. */
const told = new WeakSet<Error>();

/** Says what went wrong, once, and sets the exit status. */
export function reportFailure(context: CliContext, error: unknown): void {
  if (error instanceof Error) {
    if (told.has(error)) return;
    told.add(error);
  }
  // Commander has said it already; help and version are no failures.
  if (error instanceof CommanderError) context.setExitCode(error.exitCode === 0 ? 0 : 2);
  else if (isPipeClosed(error) || (context.signal.aborted && isMillraceError(error, 'ERR_MILLRACE_ABORTED'))) return;
  else if (isMillraceError(error)) {
    context.setExitCode(WRONG_USAGE.has(error.code) ? 2 : 1);
    note(context, `${oneLine(error.message)} (${error.code})`);
  } else {
    context.setExitCode(1);
    if (isSystemError(error)) note(context, `${oneLine(error.message)} (${error.code})`);
    // A bug of ours: whoever reports it needs to say where.
    else note(context, `internal error: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** Whoever read our output has gone. */
export function isPipeClosed(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EPIPE';
}

function oneLine(message: string): string {
  return message.replaceAll(/\s*\n\s*/g, ' ');
}
