/**
 * Partitions by topic, as they stand inside what members of a group tell each other. Partitions of one topic stand together, topics in the order in which
 * they first came.
 *
 *     count i32 | topic string, count i32 | partition i32 ...
 */
import type { MessageReader } from '../protocol/message-reader.ts';
import type { MessageWriter } from '../protocol/message-writer.ts';
import type { TopicPartition } from '../types.ts';

/** A topic takes at least a length and a count, a partition four bytes: a lying count is told before memory is taken for it. */
const TOPIC_SIZE_MIN = 6;
const PARTITION_SIZE = 4;

export function writePartitions(writer: MessageWriter, partitions: Iterable<TopicPartition>): void {
  const byTopic = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const found = byTopic.get(topic);
    if (found === undefined) byTopic.set(topic, [partition]);
    else found.push(partition);
  }
  writer.array([...byTopic], ([topic, numbers]) => {
    writer.string(topic).array(numbers, (partition) => writer.int32(partition));
  });
}

/** Neither negative partitions nor those that stand there twice are refused, as Kafka does not: who uses them must look. */
export function readPartitions(reader: MessageReader): TopicPartition[] {
  const partitions: TopicPartition[] = [];
  const topics = reader.nullableArray(
    () => {
      const topic = reader.string();
      const numbers = reader.nullableArray(() => partitions.push({ topic, partition: reader.int32() }), {
        sizeMin: PARTITION_SIZE,
      });
      if (numbers === null) throw reader.corrupt('has null where it needs partitions');
    },
    { sizeMin: TOPIC_SIZE_MIN },
  );
  if (topics === null) throw reader.corrupt('has null where it needs topics');
  return partitions;
}

/** Topics in the order of their names, partitions in that of their numbers. */
export function comparePartitions(one: TopicPartition, other: TopicPartition): number {
  if (one.topic !== other.topic) return one.topic < other.topic ? -1 : 1;
  return one.partition - other.partition;
}
