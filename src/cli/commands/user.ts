/** `millrace user`: who may log in to the broker of a data directory. */
import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addUserCommand } from '../user/add-user.ts';
import { deleteUserCommand } from '../user/delete-user.ts';
import { listUsersCommand } from '../user/list-users.ts';

export function userCommand(context: CliContext): Command {
  return new Command('user')
    .summary('add, list or delete who may log in to the broker')
    .description("Adds, lists or deletes who may log in to the broker. While it runs, Kafka's kafka-configs does it.")
    .usage('COMMAND')
    .addCommand(addUserCommand(context))
    .addCommand(listUsersCommand(context))
    .addCommand(deleteUserCommand(context));
}
