/**
 * What every command gets from the program around it, and nothing else: so a command can be run in a test with streams of the test's own.
 */

/** What a command gets from the program around it: streams, and what the user said for all commands. */
export interface CliContext {
  readonly stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  readonly stderr: NodeJS.WritableStream & { isTTY?: boolean; columns?: number };
  /** Ends at Ctrl-C. */
  readonly signal: AbortSignal;
  /** Sets the exit status: 1 found something wrong. */
  setExitCode(code: 0 | 1 | 2): void;
}
