/**
 * `millrace topic describe`: a topic's settings and, for each partition, its offsets, its size and its segments.
 *
 * A partition that cannot be opened is told of in its own line; the others are shown all the same, and the exit status is 1.
 */
import { Command } from 'commander';
import { isMillraceError } from '../../errors.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import { type TopicConfigName, topicConfigs } from '../../store/topic-config.ts';
import type { TopicDescription } from '../../store/topic.ts';
import { type CommonOptions, commonOptions } from '../common-options.ts';
import type { CliContext } from '../context.ts';
import { findTopic, reading } from '../data-directory.ts';
import { columns, printRow, showBytes } from '../output.ts';

type PartitionState =
  | { partition: number; startOffset: number; endOffset: number; size: number; segments: number }
  | { partition: number; error: string; code: string };

export function describeTopicCommand(context: CliContext): Command {
  const command = new Command('describe')
    .summary('show a topic and its partitions')
    .description('Shows the settings of a topic that differ from the defaults, and the state of its partitions.')
    .argument('<name>', 'the topic')
    .addHelpText('after', '\nExample:\n  millrace topic describe orders');
  return commonOptions(command).action(async (name: string, options: CommonOptions) => {
    await reading(context, options.data, (store) => {
      const topic = findTopic(store, name);
      const partitions = Array.from({ length: topic.partitions }, (_, partition) => stateOf(store, name, partition));
      if (partitions.some((state) => 'error' in state)) context.setExitCode(1);
      const row = { name, id: topic.id, config: topic.config, partitions };
      printRow(context, options.json, row, describe(topic, partitions));
    });
  });
}

function stateOf(store: ReadOnlyStore, topic: string, partition: number): PartitionState {
  try {
    const { startOffset, endOffset, size, segmentCount } = store.partition(topic, partition);
    return { partition, startOffset, endOffset, size, segments: segmentCount };
  } catch (error) {
    if (!isMillraceError(error)) throw error;
    return { partition, error: error.message, code: error.code };
  }
}

function describe({ name, id, config }: TopicDescription, partitions: readonly PartitionState[]): string {
  const settings = Object.entries(config).map(([setting, value]) => {
    const usual = topicConfigs[setting as TopicConfigName].default;
    return `  ${setting} = ${value}  (default ${usual})`;
  });
  const rows = partitions.map((state) =>
    'error' in state
      ? [state.partition, '', '', '', '', '', `${state.error} (${state.code})`]
      : [
          state.partition,
          state.startOffset,
          state.endOffset,
          state.endOffset - state.startOffset,
          showBytes(state.size),
          state.segments,
          '',
        ],
  );
  const lines = columns(['PARTITION', 'START', 'END', 'OFFSETS', 'SIZE', 'SEGMENTS', ''], rows);
  return [`${name}  (id ${id})`, ...settings, ...lines].join('\n');
}
