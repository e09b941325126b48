/** `millrace user add`: makes a user, or gives one another password. */
import { Command, Option } from 'commander';
import type { ScramMechanism } from '../../security/scram-hash.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { writing } from '../data-directory.ts';
import { printRow } from '../output.ts';
import { openCredentials } from './open-credentials.ts';
import { readPassword } from './password-input.ts';

interface Options extends CommonOptions {
  readonly mechanism?: ScramMechanism;
}

/** Those of security/scram-hash.ts, which the program does not load for its help. */
const MECHANISMS: readonly ScramMechanism[] = ['SCRAM-SHA-256', 'SCRAM-SHA-512'];

const EXAMPLES = `
The password is asked for on a terminal, and otherwise the first line of standard input; it is never an argument, which everybody on the machine could read.

Example:
  millrace user add alice < password.txt`;

export function addUserCommand(context: CliContext): Command {
  const command = new Command('add')
    .summary('make a user, or set a password anew')
    .description('Makes a user of the broker, or sets the password of one anew.')
    .argument('<name>', 'the name to log in with')
    .addOption(
      new Option('--mechanism <name>', 'one mechanism only; without it all, and PLAIN by either').choices(MECHANISMS),
    )
    .addHelpText('after', EXAMPLES);
  return commonOptions(command).action(async (user: string, options: Options) => {
    const password = await readPassword(context, user);
    const mechanisms = options.mechanism === undefined ? MECHANISMS : [options.mechanism];
    await writing(
      context,
      options.data,
      async (store) => (await openCredentials(store)).put(user, password, { mechanisms }),
      { create: true },
    );
    printRow(context, options.json, { added: user, mechanisms }, `${user} can log in by ${mechanisms.join(', ')}`);
  });
}
