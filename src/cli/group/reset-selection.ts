/** Which partitions offsets are reset of: `--topic orders`, `--topic orders:0,1`. */
import { InvalidArgumentError } from 'commander';
import { MillraceError } from '../../errors.ts';
import { comparePartitions } from '../../group/partitions-format.ts';
import type { ReadOnlyStore } from '../../store/read-only-store.ts';
import type { Store } from '../../store/store.ts';
import type { TopicPartition } from '../../types.ts';
import { findTopic } from '../data-directory.ts';

export interface TopicSelection {
  readonly topic: string;
  /** Null for all. */
  readonly partitions: readonly number[] | null;
}

export function parseSelection(text: string): TopicSelection {
  const match = /^([^:]+)(?::(\d{1,9}(?:,\d{1,9})*))?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a topic, or a topic and partitions as orders:0,1.');
  return { topic: match[1], partitions: match[2]?.split(',').map(Number) ?? null };
}

/** Each once, in order. ERR_MILLRACE_UNKNOWN_TOPIC for a topic or a partition that there is not. */
export function selectedPartitions(
  store: Store | ReadOnlyStore,
  selections: readonly TopicSelection[],
): TopicPartition[] {
  const found = new Map<string, TopicPartition>();
  for (const { topic, partitions } of selections) {
    const { partitions: count } = findTopic(store, topic);
    for (const partition of partitions ?? Array.from({ length: count }, (_, i) => i)) {
      if (partition >= count) {
        const message = `there is no partition ${partition} of topic "${topic}": it has ${count}`;
        throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', message);
      }
      found.set(`${topic} ${partition}`, { topic, partition });
    }
  }
  return [...found.values()].sort(comparePartitions);
}
