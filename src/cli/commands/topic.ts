/** `millrace topic`: what is done to topics as a whole. */
import { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { alterTopicCommand } from '../topic/alter-topic.ts';
import { createTopicCommand } from '../topic/create-topic.ts';
import { deleteTopicCommand } from '../topic/delete-topic.ts';
import { describeTopicCommand } from '../topic/describe-topic.ts';
import { listTopicsCommand } from '../topic/list-topics.ts';

export function topicCommand(context: CliContext): Command {
  return new Command('topic')
    .summary('create, list, describe, alter or delete topics')
    .description('Creates, lists, describes, alters or deletes topics.')
    .usage('COMMAND')
    .addCommand(createTopicCommand(context))
    .addCommand(listTopicsCommand(context))
    .addCommand(describeTopicCommand(context))
    .addCommand(alterTopicCommand(context))
    .addCommand(deleteTopicCommand(context));
}
