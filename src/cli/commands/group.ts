/** `millrace group`: what there is to be seen of consumer groups, and what is done to those that have no members. */
import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { deleteGroupCommand } from '../group/delete-group.ts';
import { describeGroupCommand } from '../group/describe-group.ts';
import { listGroupsCommand } from '../group/list-groups.ts';
import { resetOffsetsCommand } from '../group/reset-offsets.ts';

export function groupCommand(context: CliContext): Command {
  return new Command('group')
    .summary('list, describe, reset or delete consumer groups')
    .description(
      "Lists and describes consumer groups, and resets or deletes those without members. While a broker serves the directory, Kafka's kafka-consumer-groups does the latter.",
    )
    .usage('COMMAND')
    .addCommand(listGroupsCommand(context))
    .addCommand(describeGroupCommand(context))
    .addCommand(resetOffsetsCommand(context))
    .addCommand(deleteGroupCommand(context));
}
