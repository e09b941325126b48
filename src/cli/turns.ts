/**
 * Turns of the event loop for commands whose work is synchronous: so that Ctrl-C is heard, output that waits is written, and a reader that is slower than the
 * command is waited for.
 */
import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { MillraceError } from '../errors.ts';
import type { CliContext } from './context.ts';

const TURN_MS = 20;

export class Turns {
  readonly #context: CliContext;
  #began = performance.now();

  constructor(context: CliContext) {
    this.#context = context;
  }

  /** Call it after each step: gives the event loop a turn when it is time. ERR_MILLRACE_ABORTED when the command was ended. */
  async take(): Promise<void> {
    const { signal, stdout } = this.#context;
    if (stdout.writable && 'writableNeedDrain' in stdout && stdout.writableNeedDrain === true)
      // Ended by whoever was to read: the signal, below, says so.
      await once(stdout, 'drain', { signal }).catch(() => undefined);
    else if (performance.now() - this.#began > TURN_MS) await setImmediate();
    else return;
    this.#began = performance.now();
    if (signal.aborted)
      throw new MillraceError('ERR_MILLRACE_ABORTED', 'the command was ended', { cause: signal.reason });
  }
}
