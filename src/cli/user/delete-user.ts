/** `millrace user delete`: takes away all that a user logs in by. */
import { Command } from 'commander';
import { MillraceError } from '../../errors.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { writing } from '../data-directory.ts';
import { printRow } from '../output.ts';
import { openCredentials } from './open-credentials.ts';

export function deleteUserCommand(context: CliContext): Command {
  const command = new Command('delete')
    .summary('delete a user')
    .description('Deletes a user of the broker. Rules of access that name the user stay.')
    .argument('<name>', 'the name to log in with')
    .addHelpText('after', '\nExample:\n  millrace user delete alice');
  return commonOptions(command).action(async (user: string, options: CommonOptions) => {
    await writing(context, options.data, async (store) => {
      if ((await openCredentials(store)).remove(user)) return;
      throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', `there is no user ${JSON.stringify(user)}`);
    });
    printRow(context, options.json, { deleted: user }, `deleted ${user}`);
  });
}
