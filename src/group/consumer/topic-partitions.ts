/** Partitions as members with the classic protocol name them, by the names of their topics, and as groups of the other one do, by ids. */
import type { TopicPartition } from '../../types.ts';
import type { PartitionsById } from '../assignor/server-assignor.ts';
import type { GroupTopics } from './group-topics.ts';

/** Of the topics that exist. */
export function partitionsById(partitions: readonly TopicPartition[], topics: GroupTopics): PartitionsById {
  const byId = new Map<string, Set<number>>();
  for (const { topic, partition } of partitions) {
    const id = topics.find(topic)?.id;
    if (id === undefined) continue;
    const known = byId.get(id);
    if (known === undefined) byId.set(id, new Set([partition]));
    else known.add(partition);
  }
  return byId;
}

/** Of the topics that exist, partitions in the order of their numbers. */
export function partitionsByName(partitions: PartitionsById, topics: GroupTopics): TopicPartition[] {
  const byName: TopicPartition[] = [];
  for (const [topicId, indexes] of partitions) {
    const topic = topics.findById(topicId)?.name;
    if (topic === undefined) continue;
    for (const partition of [...indexes].sort((a, b) => a - b)) byName.push({ topic, partition });
  }
  return byName;
}
