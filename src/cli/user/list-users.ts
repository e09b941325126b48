/** `millrace user list`: who may log in, and how. */
import { Command } from 'commander';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { columns, printRow } from '../output.ts';
import { openCredentials } from './open-credentials.ts';

export function listUsersCommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('name all users')
    .description('Names who may log in to the broker, and by which mechanisms.')
    .addHelpText('after', '\nExample:\n  millrace user list --json');
  return commonOptions(command).action(async (options: CommonOptions) => {
    const users = await reading(context, options.data, async (store) => (await openCredentials(store)).list());
    const rows = users.map(({ user, credentials }) => [
      user,
      credentials.map(({ mechanism, iterations }) => `${mechanism} (${iterations} iterations)`).join(', '),
    ]);
    const [head, ...lines] = columns(['USER', 'MECHANISMS'], rows);
    if (!options.json && users.length > 0) context.stdout.write(`${head}\n`);
    users.forEach((user, i) => printRow(context, options.json, user, lines[i]));
  });
}
