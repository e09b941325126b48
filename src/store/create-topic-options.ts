/** What a new topic can be told, checked at the door; partitions can be counted here too. */
import { invalidArgument, MillraceError, show } from '../errors.ts';
import { PARTITIONS_PER_TOPIC_MAX } from '../limits.ts';
import { suggestion } from './nearest-name.ts';
import { changeTopicConfig, type TopicConfig, type TopicConfigInput } from './topic-config.ts';

export interface CreateTopicOptions {
  /** Default 1, as in Kafka. */
  readonly partitions?: number;
  readonly config?: TopicConfigInput;
}

export interface CheckedTopicOptions {
  readonly partitions: number;
  readonly config: TopicConfig;
}

const NAMES = ['partitions', 'config'];

export function checkCreateOptions(options: unknown): CheckedTopicOptions {
  if (typeof options !== 'object' || options === null) throw invalidArgument('options', 'an object', options);
  for (const name of Object.keys(options)) {
    if (NAMES.includes(name)) continue;
    const message = `${show(name)} is no option of a topic${suggestion(name, NAMES)}`;
    throw new MillraceError('ERR_MILLRACE_INVALID_ARGUMENT', message);
  }
  const { partitions = 1, config = {} } = options as CreateTopicOptions;
  checkPartitions(partitions, 1);
  return { partitions, config: changeTopicConfig({}, config) };
}

export function checkPartitions(count: unknown, least: number): void {
  if (Number.isSafeInteger(count) && (count as number) >= least && (count as number) <= PARTITIONS_PER_TOPIC_MAX)
    return;
  throw invalidArgument('partitions', `a whole number from ${least} to ${PARTITIONS_PER_TOPIC_MAX}`, count);
}
