/** Frames that became no record: told of on standard error, each by its number, and counted. */
import type { CliContext } from '../context.ts';
import { note } from '../output.ts';
import type { Framing } from './framing.ts';

/** Refused frames that are told of one by one; further ones are counted. */
const REFUSALS_SHOWN_MAX = 1000;

export class Refusals {
  readonly #context: CliContext;
  readonly #noun: string;
  count = 0;

  constructor(context: CliContext, framing: Framing) {
    this.#context = context;
    this.#noun = framing.noun;
  }

  refuse(number: number, reason: string): void {
    this.count++;
    if (this.count <= REFUSALS_SHOWN_MAX) note(this.#context, `${this.#noun} ${number} refused: it ${reason}`);
    if (this.count === REFUSALS_SHOWN_MAX)
      note(this.#context, `further ${this.#noun}s that are refused are only counted`);
  }
}
