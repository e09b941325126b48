/** The topics that the broker keeps for itself: clients read them, and do not write to them or delete them. */
import { CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC } from '../protocol/coordinator-partition.ts';

const names: ReadonlySet<string> = new Set([CONSUMER_OFFSETS_TOPIC, TRANSACTION_STATE_TOPIC]);

export function isInternalTopic(name: string): boolean {
  return names.has(name);
}
