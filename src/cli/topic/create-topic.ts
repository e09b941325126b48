/** `millrace topic create`: makes a topic, and the data directory if it is not there. */
import { Command, Option } from 'commander';
import type { TopicConfigInput } from '../../store/topic-config.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { writing } from '../data-directory.ts';
import { collected, setting, wholeNumber } from '../option-values.ts';
import { printRow } from '../output.ts';

interface Options extends CommonOptions {
  readonly partitions: number;
  readonly config?: readonly [string, string][];
}

export function createTopicCommand(context: CliContext): Command {
  const command = new Command('create')
    .summary('make a topic')
    .description('Makes a topic with all its partitions, and the data directory if it is not there.')
    .argument('<name>', 'a name of letters, digits, ".", "_" and "-"')
    .addOption(new Option('--partitions <n>', 'how many').default(1).argParser(wholeNumber(1)))
    .addOption(
      new Option('--config <name=value>', 'a setting, as Kafka names it; repeat for more').argParser(
        collected(setting),
      ),
    )
    .addHelpText('after', '\nExample:\n  millrace topic create orders --partitions 4 --config compression.type=lz4');
  return commonOptions(command).action(async (name: string, options: Options) => {
    const config = Object.fromEntries(options.config ?? []) as TopicConfigInput;
    const topic = await writing(
      context,
      options.data,
      (store) => store.createTopic(name, { partitions: options.partitions, config }),
      { create: true },
    );
    const human = `created ${name} with ${topic.partitions} partition${topic.partitions === 1 ? '' : 's'}`;
    printRow(context, options.json, { created: name, ...topic }, human);
  });
}
