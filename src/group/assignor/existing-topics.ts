/** Topics that a group subscribes to, as server-side assignors ask for them. */
import { MillraceError } from '../../errors.ts';
import type { TopicDescriber } from './server-assignor.ts';

/** How many partitions the topic has. A coordinator hands in only subscriptions to what exists: anything else fails the assignment. */
export function existingPartitionCount(topics: TopicDescriber, topicId: string): number {
  const count = topics.partitionCount(topicId);
  if (count >= 0) return count;
  throw new MillraceError('ERR_MILLRACE_UNKNOWN_TOPIC', `a member subscribes to the topic ${topicId}, which does not exist`);
}
