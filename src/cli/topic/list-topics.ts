/** `millrace topic list`: the topics of a data directory, by name. */
import { Command } from 'commander';
import type { TopicConfig } from '../../store/topic-config.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { reading } from '../data-directory.ts';
import { columns, printRow } from '../output.ts';

export function listTopicsCommand(context: CliContext): Command {
  const command = new Command('list')
    .summary('name all topics')
    .description('Names all topics, with their partitions and the settings that differ from the defaults.')
    .addHelpText('after', '\nExample:\n  millrace topic list --json | jq -r .name');
  return commonOptions(command).action(async (options: CommonOptions) => {
    const topics = await reading(context, options.data, (store) => store.topics());
    topics.sort((a, b) => (a.name < b.name ? -1 : 1));
    const rows = topics.map(({ name, partitions, config }) => [name, partitions, showConfig(config)]);
    const [head, ...lines] = columns(['TOPIC', 'PARTITIONS', 'SETTINGS'], rows);
    if (!options.json && topics.length > 0) context.stdout.write(`${head}\n`);
    topics.forEach((topic, i) => printRow(context, options.json, topic, lines[i]));
  });
}

function showConfig(config: TopicConfig): string {
  return Object.entries(config)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}
