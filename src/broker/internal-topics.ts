/** The topics that the broker keeps for itself: clients read them, and do not write to them or delete them. */
import { INTERNAL_TOPICS } from '../protocol/coordinator-partition.ts';

export function isInternalTopic(name: string): boolean {
  return INTERNAL_TOPICS.has(name);
}
