/** `millrace topic delete`: removes a topic with its records. Asks nothing, and so takes nothing but the whole name. */
import { Command } from 'commander';
import { MillraceError } from '../../errors.ts';
import { INTERNAL_TOPICS } from '../../protocol/coordinator-partition.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { findTopic, writing } from '../data-directory.ts';
import { printRow } from '../output.ts';

export function deleteTopicCommand(context: CliContext): Command {
  const command = new Command('delete')
    .summary('remove a topic with its records')
    .description('Removes a topic with all its records, without asking. The name must be the whole name.')
    .argument('<name>', 'the topic')
    .addHelpText('after', '\nExample:\n  millrace topic delete orders');
  return commonOptions(command).action(async (name: string, options: CommonOptions) => {
    await writing(context, options.data, async (store) => {
      findTopic(store, name);
      if (INTERNAL_TOPICS.has(name)) {
        const message = `topic "${name}" is the coordinators' own: with it all that groups or transactions have written would be gone`;
        throw new MillraceError('ERR_MILLRACE_INVALID_TOPIC', message);
      }
      await store.deleteTopic(name);
    });
    printRow(context, options.json, { deleted: name }, `deleted ${name}`);
  });
}
