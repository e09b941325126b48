/** `millrace topic delete`: removes a topic with its records. Asks nothing, and so takes nothing but the whole name. */
import { Command } from 'commander';
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
      await store.deleteTopic(name);
    });
    printRow(context, options.json, { deleted: name }, `deleted ${name}`);
  });
}
