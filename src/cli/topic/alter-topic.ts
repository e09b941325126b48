/** `millrace topic alter`: changes settings of a topic, or gives it more partitions. */
import { Command, Option } from 'commander';
import type { TopicConfigInput } from '../../store/topic-config.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { findTopic, writing } from '../data-directory.ts';
import { collected, setting, wholeNumber } from '../option-values.ts';
import { printRow } from '../output.ts';

interface Options extends CommonOptions {
  readonly partitions?: number;
  readonly config: readonly [string, string][];
  readonly deleteConfig: readonly string[];
}

export function alterTopicCommand(context: CliContext): Command {
  const command = new Command('alter')
    .summary('change settings, add partitions')
    .description('Changes settings of a topic, takes them back to their defaults, or gives it more partitions.')
    .argument('<name>', 'the topic')
    .addOption(
      new Option('--config <name=value>', 'a setting; repeat for more')
        .argParser(collected(setting))
        .default([], 'none'),
    )
    .addOption(
      new Option('--delete-config <name>', 'take a setting back to its default; repeat for more')
        .argParser(collected(String))
        .default([], 'none'),
    )
    .addOption(
      new Option('--partitions <n>', 'how many there shall be, more than now; keys may go elsewhere then').argParser(
        wholeNumber(1),
      ),
    )
    .addHelpText('after', '\nExample:\n  millrace topic alter orders --config retention.ms=86400000');
  return commonOptions(command).action(async (name: string, options: Options) => {
    const { partitions, config, deleteConfig } = options;
    if (partitions === undefined && config.length === 0 && deleteConfig.length === 0) {
      command.error('error: nothing to alter: give --config, --delete-config or --partitions', { exitCode: 2 });
    }
    const changes = Object.fromEntries([...deleteConfig.map((each) => [each, null]), ...config]) as TopicConfigInput;
    const topic = await writing(context, options.data, async (store) => {
      findTopic(store, name);
      // Settings first: they are what can be wrong.
      let altered = await store.alterTopic(name, changes);
      if (partitions !== undefined) altered = await store.addPartitions(name, partitions);
      return altered;
    });
    printRow(context, options.json, { altered: name, ...topic }, `altered ${name}`);
  });
}
