/** The options that every command has, and what they are when nobody says. */
import { type Command, Option } from 'commander';

export interface CommonOptions {
  /** The data directory. */
  readonly data: string;
  /** For machines: one JSON object a line. */
  readonly json: boolean;
}

const GROUP = 'Options of every command:';

/** Declares `--data` and `--json` on `command`; returns it. */
export function commonOptions(command: Command): Command {
  return command
    .addOption(new Option('--data <dir>', 'the data directory').default('./data', './data').helpGroup(GROUP))
    .addOption(new Option('--json', 'write JSON, one object a line').default(false, 'no').helpGroup(GROUP));
}
